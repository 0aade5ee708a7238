/** What the upstream says that calls cost, taken in: whatever of it is right, each call once, however often it is told. */
import type { BillingAccountId } from "@cogni/contract";
import { tenantsAmong } from "../db/billing-accounts.ts";
import { sqlState } from "../db/errors.ts";
import type { Db } from "../db/pool.ts";
import { withService, withTenant } from "../db/tenant.ts";
import { recordUpstreamCosts } from "../db/usage-write.ts";
import { type ReadEntry, type RefusedReason, readLogEntry } from "./litellm-log.ts";

export interface Ingested {
  /** Those that were told before, too. */
  readonly accepted: number;
  readonly refused: readonly { readonly index: number; readonly reason: RefusedReason }[];
}

/** @throws AppError database_unavailable: what was taken in by then is taken in, and may be told again with the rest */
export async function ingestCosts(db: Db, entries: readonly unknown[], now: Date): Promise<Ingested> {
  const read = entries.map((entry) => readLogEntry(entry, now));
  const good = read.filter((entry) => typeof entry !== "string");
  const byTenant = Map.groupBy(good, ({ billingAccountId }) => billingAccountId);
  const known = new Set(await withService(db, (tx) => tenantsAmong(tx, [...byTenant.keys()])));
  for (const [id, items] of byTenant) {
    if (known.has(id) && !(await record(db, id, items))) known.delete(id);
  }
  const refused = read.flatMap((entry, index) => {
    const reason =
      typeof entry === "string" ? entry : known.has(entry.billingAccountId) ? null : "unknown_tenant";
    return reason === null ? [] : [{ index, reason } as const];
  });
  return { accepted: entries.length - refused.length, refused };
}

/** False: the tenant was erased meanwhile. */
async function record(db: Db, id: BillingAccountId, items: readonly ReadEntry[]): Promise<boolean> {
  try {
    await withTenant(db, id, (tx) => recordUpstreamCosts(tx, items));
    return true;
  } catch (error) {
    if (sqlState(error) === FOREIGN_KEY_VIOLATION) return false;
    throw error;
  }
}

const FOREIGN_KEY_VIOLATION = "23503";
