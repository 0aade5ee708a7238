/** What waits to be told, of all tenants together, and what is wrong by kind: counts for the operator, without a tenant's name. */
import type { ServiceTx } from "./tenant.ts";

export interface Backlog {
  /** Messages to endpoints that take any. */
  readonly deliveries: number;
  /** For how long the one is due that is due longest, in seconds; one that waits for its next try is not due. */
  readonly deliveryOverdueS: number;
  /** Endpoints that are paused, by why. */
  readonly pausedEndpoints: Readonly<Record<string, number>>;
  /** Notices of alerts that were not mailed yet, and for how long the oldest is due. */
  readonly notices: number;
  readonly noticeOverdueS: number;
  readonly openAlerts: readonly { readonly kind: string; readonly of: string; readonly count: number }[];
}

/** One look, by indexes of what is unfinished: what is over does not make it slower. */
export async function readBacklog(tx: ServiceTx): Promise<Backlog> {
  const [row] = await tx.query<Backlog & Record<string, unknown>>(
    `WITH unfinished AS (
       SELECT d.endpoint_id, d.lane, d.seq, d.state, d.next_attempt_at FROM webhook_deliveries d
       JOIN webhook_endpoints e ON e.id = d.endpoint_id AND e.paused_at IS NULL WHERE d.finished_at IS NULL
     ), heads AS (
       -- What stands behind another waits for that one, and is not late by itself.
       SELECT DISTINCT ON (endpoint_id, lane) state, next_attempt_at FROM unfinished ORDER BY endpoint_id, lane, seq
     ), unsent AS (SELECT due_at FROM alert_notices WHERE sent_at IS NULL)
     SELECT (SELECT count(*) FROM unfinished)::integer AS deliveries,
       (SELECT ${secondsSince("min(next_attempt_at)")} FROM heads WHERE state = 'waiting') AS "deliveryOverdueS",
       coalesce((SELECT jsonb_object_agg(paused_because, n) FROM (
         SELECT paused_because, count(*) AS n FROM webhook_endpoints WHERE paused_at IS NOT NULL GROUP BY 1) p), '{}') AS "pausedEndpoints",
       (SELECT count(*) FROM unsent)::integer AS notices,
       (SELECT ${secondsSince("min(due_at)")} FROM unsent) AS "noticeOverdueS",
       coalesce((SELECT jsonb_agg(jsonb_build_object('kind', kind, 'of', of, 'count', n)) FROM (
         SELECT kind, CASE WHEN billing_account_id IS NULL THEN 'platform' ELSE 'tenant' END AS of, count(*) AS n
         FROM alerts WHERE opened_at IS NOT NULL AND resolved_at IS NULL GROUP BY 1, 2) a), '[]') AS "openAlerts"`,
  );
  if (!row) throw new TypeError("a statement without FROM has one row");
  return row;
}

/** 0 for what lies ahead, and where there is nothing. */
function secondsSince(at: string): string {
  return `greatest(0, coalesce(extract(epoch FROM clock_timestamp() - ${at}), 0))::float8`;
}
