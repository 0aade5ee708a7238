/**
 * What this process lacks to do its work. Without the database it can do nothing; without a gateway it still answers,
 * keeps wishes and says so, and taking it out of service would help nobody.
 */
import { schemaVersion } from "./db/migrate.ts";
import type { Db } from "./db/pool.ts";

export interface Readiness {
  readonly ready: boolean;
  /** In words, everything that is missing; what keeps the process from being ready comes first. */
  readonly missing: readonly string[];
}

/** @param gatewayReachable null where this process talks to no gateway */
export async function readinessOf(db: Db, gatewayReachable: boolean | null): Promise<Readiness> {
  const database = await databaseProblem(db);
  const gateway = gatewayReachable === false ? ["gateway: it does not answer"] : [];
  return { ready: database.length === 0, missing: [...database, ...gateway] };
}

async function databaseProblem(db: Db): Promise<string[]> {
  try {
    const { found, wanted } = await schemaVersion(db.api);
    return found === wanted ? [] : [`database: its schema is at ${found}, not ${wanted}`];
  } catch {
    // Why, the log tells; whoever asks here may be anyone.
    return ["database: it does not answer"];
  }
}
