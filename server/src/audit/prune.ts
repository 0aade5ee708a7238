/** Drops what of the audit is past its time, chain by chain. What the database allows of it stands in access.sql. */
import { dropErased, dropOld, headsAfter, unchainedErased } from "../db/audit-chains.ts";
import type { Db } from "../db/pool.ts";
import { withService } from "../db/tenant.ts";

export interface Retention {
  /** Older rows are dropped, by whole days. */
  readonly keepDays: number;
  /** How many days' rows of a chain go at once; null: any number. */
  readonly spanDays: number | null;
}

const CHAINS = 500;
/** As many rows as the database drops in one call. */
const FULL = 5_000;
const ERASED = "erased/";

/** @param onDropped told of each chain that lost rows, and how many. @throws AppError database_unavailable */
export async function pruneAudit(
  db: Db,
  retention: Retention,
  onDropped: (chain: string, rows: number) => void,
): Promise<void> {
  for (let after: string | null = ""; after !== null; ) {
    const from: string = after;
    const heads = await withService(db, (tx) => headsAfter(tx, from, CHAINS));
    for (const { chain } of heads) {
      const rows = await pruneChain(db, chain, retention);
      if (rows > 0) onDropped(chain, rows);
    }
    after = heads.at(-1)?.chain ?? null;
  }
  for (const pseudonym of await withService(db, unchainedErased)) {
    await withService(db, (tx) => dropErased(tx, pseudonym, retention.keepDays));
  }
}

async function pruneChain(db: Db, chain: string, { keepDays, spanDays }: Retention): Promise<number> {
  if (chain.startsWith(ERASED)) {
    return withService(db, (tx) => dropErased(tx, chain.slice(ERASED.length), keepDays));
  }
  for (let rows = 0; ; ) {
    const dropped = await withService(db, (tx) => dropOld(tx, chain, keepDays, spanDays));
    rows += dropped;
    // A span of days is for once; the rest of it waits for the next time.
    if (dropped === 0 || (spanDays !== null && dropped < FULL)) return rows;
  }
}
