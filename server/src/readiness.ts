/**
 * What this process lacks to do its work. Without the database it can do nothing; without a gateway it still answers,
 * keeps wishes and says so, and taking it out of service would help nobody.
 */
import { allReachable } from "./db/gateways.ts";
import { schemaVersion } from "./db/migrate.ts";
import type { Db } from "./db/pool.ts";
import { withNoTenant } from "./db/tenant.ts";

export interface Readiness {
  readonly ready: boolean;
  /** In words, everything that is missing; what keeps the process from being ready comes first. */
  readonly missing: readonly string[];
}

export async function readinessOf(db: Db): Promise<Readiness> {
  try {
    const { found, wanted } = await schemaVersion(db.api);
    if (found !== wanted) {
      return { ready: false, missing: [`database: its schema is at ${found}, not ${wanted}`] };
    }
    const reachable = await withNoTenant(db, allReachable);
    return { ready: true, missing: reachable ? [] : ["gateway: it does not answer"] };
  } catch {
    // Why, the log tells; whoever asks here may be anyone.
    return { ready: false, missing: ["database: it does not answer"] };
  }
}
