/**
 * Of all processes with the worker role, one at a time reconciles a gateway: the one that holds the lease on it. The
 * others stand by, and take over as soon as it is handed over, or within a lease's length if its holder falls silent.
 */
import type { BillingAccountId } from "@cogni/contract";
import type { Logger } from "pino";
import type { ConnectionKey } from "../db/connections.ts";
import { acquireLease, releaseLease } from "../db/gateways.ts";
import { placeTenants } from "../db/placements.ts";
import type { Db } from "../db/pool.ts";
import { withService } from "../db/tenant.ts";
import { type Repeated, repeat } from "../repeat.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { Cause } from "./loop.ts";
import type { Session } from "./session.ts";

export interface ReconcilerDeps {
  readonly db: Db;
  readonly gatewayId: string;
  /** Names this process, and no other, in the lease. */
  readonly holder: string;
  readonly leaseMs: number;
  /** Called with the lease held. */
  readonly open: (onLeaseLost: () => void) => Session;
  /**
   * Milliseconds from any moment on, that only ever go forward, such as `performance.now`: put back, a wall clock would have us
   * believe in a lease that ran out long ago.
   */
  readonly elapsedMs: () => number;
  readonly metrics: Metrics;
  readonly log: Logger;
}

export interface Reconciler {
  start(): void;
  readonly gatewayId: string;
  /** Whether this process is the one that reconciles. */
  holdsLease(): boolean;
  /** Why it can't use the gateway, for the operator; null: it can, or does not know. */
  gatewayProblem(): string | null;
  /** A wish was written, by whichever process. */
  wake(key: ConnectionKey, cause: Cause): void;
  /** A tenant decided of someone who waits to be let in. */
  wakeSenders(): void;
  /** A tenant changed what its agent is told. */
  wakeAgents(): void;
  /** A tenant was suspended or resumed, or is to be deleted. */
  wakeTenant(billingAccountId: BillingAccountId): void;
  /** The lease was handed over. */
  wakeLease(): void;
  /** Finishes what is under way and hands the lease over; when `cut` is aborted, it finishes nothing more. */
  stop(cut: AbortSignal): Promise<void>;
}

export function createReconciler(deps: ReconcilerDeps): Reconciler {
  const { db, gatewayId, holder, leaseMs, elapsedMs, log } = deps;
  let session: Session | null = null;
  let heldUntil = 0;
  let keeping: Repeated | null = null;
  let turn = Promise.resolve();
  let stopped = false;
  const withdraw = deps.metrics.held.contend(gatewayId);

  async function renew(): Promise<void> {
    const askedAt = elapsedMs();
    const held = await withService(db, async (tx) => {
      const acquired = await acquireLease(tx, gatewayId, holder, leaseMs);
      if (acquired) await placeTenants(tx);
      return acquired;
    });
    if (!held) return lose();
    heldUntil = askedAt + leaseMs;
    if (session || stopped) return;
    log.info({ gateway: gatewayId }, "lease taken");
    session = deps.open(() => enqueue(lose));
  }

  async function lose(): Promise<void> {
    if (!session) return;
    log.warn({ gateway: gatewayId }, "lease lost");
    const closing = session;
    session = null;
    await closing.close();
  }

  /** One step after the other: a lease is never opened and closed at the same time. */
  function enqueue(step: () => Promise<void>): Promise<void> {
    turn = turn
      .then(step)
      .catch((error: unknown) => log.warn({ err: error }, "the lease could not be renewed"));
    return turn;
  }

  async function keep(): Promise<void> {
    await enqueue(renew);
    // Without the database nobody can tell whose the lease is; once it has run out, it may be another's.
    if (elapsedMs() > heldUntil) await enqueue(lose);
  }

  async function handOver(cut: AbortSignal): Promise<void> {
    const closing = session;
    session = null;
    if (closing) {
      const startedAt = elapsedMs();
      await Promise.race([closing.finish(), aborted(cut)]);
      log.info({ gateway: gatewayId, tookMs: Math.round(elapsedMs() - startedAt) }, "lease handed over");
    }
    withdraw();
    await withService(db, (tx) => releaseLease(tx, gatewayId, holder));
  }

  return {
    start() {
      keeping = repeat(keep, () => leaseMs / 3);
    },
    gatewayId,
    holdsLease: () => session !== null,
    gatewayProblem: () => session?.problem() ?? null,
    wake: (key, cause) => session?.wake(key, cause),
    wakeSenders: () => session?.wakeSenders(),
    wakeAgents: () => session?.wakeAgents(),
    wakeTenant: (billingAccountId) => session?.wakeTenant(billingAccountId),
    wakeLease: () => keeping?.wake(),
    async stop(cut) {
      stopped = true;
      await keeping?.stop();
      await enqueue(() => handOver(cut));
    },
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
