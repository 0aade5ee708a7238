/** What the holder of a gateway's lease tells of it to whoever measures, for as long as it holds it. */
import { readBacklog } from "../db/backlog.ts";
import type { PlacedConnection } from "../db/connections.ts";
import type { Db } from "../db/pool.ts";
import { withService } from "../db/tenant.ts";
import type { AccountState } from "../db/timeline.ts";
import type { Gateway } from "../gateway/gateway.ts";
import { accountKeyString, type Snapshot } from "../gateway/snapshot.ts";
import type { Logger } from "../log.ts";
import { repeat } from "../repeat.ts";
import type { LoopLoad } from "../telemetry/held-metrics.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { LoopName } from "../telemetry/reconcile-metrics.ts";

export type PlacedState = PlacedConnection & AccountState;

export interface Report {
  /** How all accounts are; `snapshot` null: the gateway does not answer. */
  accounts(states: readonly PlacedState[], snapshot: Snapshot | null): void;
  stop(): Promise<void>;
}

/** Between two counts of what waits, for which the database is asked: as often as Prometheus looks. */
const BACKLOG_MS = 15_000;

interface ReportDeps {
  readonly db: Db;
  readonly log: Logger;
  readonly gateway: Gateway;
  readonly metrics: Metrics;
}

export function reportGateway(
  { db, gateway, metrics, log }: ReportDeps,
  loads: () => Readonly<Record<LoopName, LoopLoad>>,
): Report {
  const { id } = gateway;
  let ended = false;
  const release = metrics.held.hold(id, {
    reachable: gateway.reachable,
    seenAt: () => gateway.latest()?.observedAt ?? null,
    writes: gateway.writes,
    loads,
  });
  const unsubscribe = gateway.subscribe((event) => {
    if (event.kind === "snapshot") metrics.gateway.polled(id, "ok", event.snapshot.durationMs);
    else metrics.gateway.polled(id, "failed", 0);
  });

  async function count(): Promise<void> {
    try {
      const backlog = await withService(db, readBacklog);
      if (!ended) metrics.backlog.tell(backlog);
    } catch (error) {
      // What was counted before is old, and would look as if all were well.
      metrics.backlog.tell(null);
      log.warn({ err: error }, "what waits could not be counted; the next count does");
    }
  }
  const counting = repeat(count, () => BACKLOG_MS);

  return {
    accounts(states, snapshot) {
      // A look that was under way when the lease went is another's to tell of.
      if (ended) return;
      metrics.accounts.seen(
        id,
        states.map((state) => seenAccount(state, snapshot)),
      );
    },
    async stop() {
      ended = true;
      unsubscribe();
      release();
      metrics.accounts.seen(id, null);
      await counting.stop();
      metrics.backlog.tell(null);
    },
  };
}

function seenAccount(state: PlacedState, snapshot: Snapshot | null) {
  const row = snapshot?.accounts.get(accountKeyString(state));
  return {
    channel: state.channel,
    accountId: state.accountId,
    state: state.state,
    problem: state.code,
    unsettled: state.settledGeneration !== state.generation,
    lastInboundAt: row?.lastInboundAt ?? null,
    lastOutboundAt: row?.lastOutboundAt ?? null,
  };
}
