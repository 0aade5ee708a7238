/** How a tenant's webhook endpoints fare, and which of them are paused for it. */
import type { BillingAccountId } from "@cogni/contract";
import type { ServiceTx } from "./tenant.ts";

/** An endpoint that something came of just now. */
export interface TriedEndpoint {
  readonly endpointId: string;
  readonly succeeded: boolean;
  readonly failed: boolean;
  readonly gone: boolean;
}

export interface PausedEndpoint {
  readonly id: string;
  readonly billingAccountId: BillingAccountId;
  readonly because: "gone" | "failing";
}

/** So many failures at least, so that no clock that jumps makes an endpoint seem dead. */
const FAILURES_BEFORE_PAUSE = 10;

/**
 * Remembers how endpoints fare. Those that say they are gone, or of which nothing but failures came for so long, are paused: the
 * answer. One that is back is sent at once what would have waited for long. A success is written once in ten seconds.
 */
export async function recordHealth(
  tx: ServiceTx,
  tried: readonly TriedEndpoint[],
  { pauseAfterMs, maxRetryAfterMs }: { readonly pauseAfterMs: number; readonly maxRetryAfterMs: number },
): Promise<PausedEndpoint[]> {
  if (tried.length === 0) return [];
  return tx.query<PausedEndpoint & Record<string, unknown>>(
    `WITH tried AS (
       -- In one order, so that two who write of the same endpoints do not wait for each other.
       SELECT e.id, t.succeeded, t.failed, t.gone, t.succeeded AND e.failing_since IS NOT NULL AS back,
         e.paused_at IS NULL AND (t.gone OR NOT t.succeeded AND e.failures >= ${FAILURES_BEFORE_PAUSE}
           AND e.failing_since < now() - $2 * interval '1 ms') AS pause
       FROM jsonb_to_recordset($1::jsonb) AS t ("endpointId" uuid, succeeded boolean, failed boolean, gone boolean)
         JOIN webhook_endpoints e ON e.id = t."endpointId"
       WHERE t.failed OR t.succeeded AND (e.failing_since IS NOT NULL OR e.last_success_at IS NULL
         OR e.last_success_at NOT BETWEEN now() - interval '10 seconds' AND now())
       ORDER BY e.id FOR UPDATE OF e
     ), written AS (
       UPDATE webhook_endpoints e SET
         failing_since = CASE WHEN NOT t.succeeded THEN coalesce(e.failing_since, now()) END,
         failures = CASE WHEN t.succeeded THEN 0 ELSE e.failures + 1 END,
         last_success_at = CASE WHEN t.succeeded THEN now() ELSE e.last_success_at END,
         last_failure_at = CASE WHEN t.failed THEN now() ELSE e.last_failure_at END,
         paused_at = CASE WHEN t.pause THEN now() ELSE e.paused_at END,
         paused_because = CASE WHEN NOT t.pause THEN e.paused_because WHEN t.gone THEN 'gone' ELSE 'failing' END
       FROM tried t WHERE e.id = t.id
       RETURNING e.id, e.billing_account_id, e.paused_because, t.pause
     ), due AS (
       -- Longer than an endpoint can ask for: the pause is of our own making.
       UPDATE webhook_deliveries d SET next_attempt_at = now() FROM tried t
       WHERE t.back AND d.endpoint_id = t.id AND d.finished_at IS NULL AND d.state = 'waiting'
         AND d.next_attempt_at > now() + $3 * interval '1 ms'
     )
     SELECT id, billing_account_id AS "billingAccountId", paused_because AS because FROM written WHERE pause`,
    [JSON.stringify(tried), pauseAfterMs, maxRetryAfterMs],
  );
}
