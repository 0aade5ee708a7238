/** The database at start-up: its schema brought up to date by whoever may, and the API's role looked at before it is used. */
import type { Config } from "../config.ts";
import type { Logger } from "../log.ts";
import type { Secret } from "../secret.ts";
import { refusePrivilegedApiRole } from "./guard.ts";
import { migrate } from "./migrate.ts";
import { createPools, type Db } from "./pool.ts";

/**
 * Throws AppError `database_unavailable`, `database_outdated`, `schema_newer` and `database_role_privileged`: a program
 * that starts with a database it cannot trust would only fail later.
 */
export async function openDatabase({ database }: Pick<Config, "database">, log: Logger): Promise<Db> {
  const { apiUrl, serviceUrl, ownerUrl } = database;
  if (ownerUrl && serviceUrl) {
    const roles = { apiRole: userOf(apiUrl), serviceRole: userOf(serviceUrl) };
    await migrate({ ownerUrl, ...roles, log: (line) => log.info(line) });
  }
  const db = createPools(database, log);
  try {
    await refusePrivilegedApiRole(db.api);
    return db;
  } catch (error) {
    await db.close();
    throw error;
  }
}

/** `pg` prefers a user in the query. */
function userOf(url: Secret): string {
  const { searchParams, username } = new URL(url.reveal());
  return searchParams.get("user") ?? decodeURIComponent(username);
}
