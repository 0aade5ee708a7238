/**
 * Looks after the audit in each process with the worker role: tells the log where its chains end, from which `ops audit verify --heads`
 * sees that a tail was cut, and drops what is past its time.
 */
import type { Logger } from "pino";
import { toLogged } from "../audit/logged-heads.ts";
import { pruneAudit } from "../audit/prune.ts";
import { type AuditHead, headsAfter } from "../db/audit-chains.ts";
import type { Db } from "../db/pool.ts";
import { withService } from "../db/tenant.ts";
import { repeat } from "../repeat.ts";

export interface KeepAuditDeps {
  readonly db: Db;
  readonly keepDays: number;
  readonly timing: { readonly headsMs: number; readonly pruneMs: number };
  readonly log: Logger;
}

/** Chains in one line of the log. */
const IN_A_LINE = 100;
/** A clock that jumps ahead takes a day's rows an hour along, and not the whole audit. */
const SPAN_DAYS = 1;

export interface KeepAudit {
  /** Tells of what has grown until now. */
  stop(): Promise<void>;
}

export function keepAudit({ db, keepDays, timing, log }: KeepAuditDeps): KeepAudit {
  const told = new Map<string, number>();
  // Not at once: a process that is started again and again would do nothing else.
  let prunedAt = performance.now();

  async function tellHeads(): Promise<void> {
    for (let after: string | null = ""; after !== null; ) {
      const from: string = after;
      const heads: AuditHead[] = await withService(db, (tx) => headsAfter(tx, from, IN_A_LINE));
      const moved = heads.filter(({ chain, seq }) => told.get(chain) !== seq);
      if (moved.length > 0) log.info({ auditHeads: moved.map(toLogged) }, "where the audit's chains end");
      for (const { chain, seq } of moved) told.set(chain, seq);
      after = heads.at(-1)?.chain ?? null;
    }
  }

  async function look(): Promise<void> {
    await tellHeads();
    if (performance.now() - prunedAt < timing.pruneMs) return;
    prunedAt = performance.now();
    await pruneAudit(db, { keepDays, spanDays: SPAN_DAYS }, (chain, rows) =>
      log.info({ chain, rows }, "audit rows were dropped, for their time is over"),
    );
  }

  const quietly = (work: () => Promise<void>) =>
    work().catch((error: unknown) => log.warn({ err: error }, "the audit could not be looked after"));
  const looking = repeat(
    () => quietly(look),
    () => timing.headsMs,
  );
  return {
    async stop() {
      await looking.stop();
      await quietly(tellHeads);
    },
  };
}
