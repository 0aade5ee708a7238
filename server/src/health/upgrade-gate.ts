/**
 * Lets requests through once the database is this program's, for good: a worker brings it to its version, and moves what has to
 * be moved, before it does anything else. Until then a process that only serves the API would show connected channels as
 * not connected.
 */
import { asDatabaseError } from "../db/errors.ts";
import { schemaVersion } from "../db/migrate.ts";
import type { Db } from "../db/pool.ts";
import { unmovedRegistrations } from "../db/registrations.ts";
import { withNoTenant } from "../db/tenant.ts";
import { AppError } from "../errors.ts";

/** When whoever was told to come back should, in seconds. */
const RETRY_AFTER_S = 5;

/** What it returns throws AppError `upgrading` as long as it is not, and `database_unavailable`. */
export function createUpgradeGate(db: Db): () => Promise<void> {
  let passed = false;
  return async () => {
    if (passed) return;
    const { found, wanted } = await schemaVersion(db.api).catch((error) => {
      throw asDatabaseError(error);
    });
    if (found !== wanted || (await withNoTenant(db, unmovedRegistrations)) > 0) {
      throw new AppError("upgrading", { retryAfterS: RETRY_AFTER_S });
    }
    passed = true;
  };
}
