/**
 * The deliveries as a queue: which are to be sent now, by whom, and what came of them. A lane's messages are sent one after the
 * other, each only once the one before it was delivered or given up; lanes know nothing of each other. Everything is read from the
 * rows afresh, so nothing needs to be told that something is due.
 */
import type { BillingAccountId, WebhookFailure } from "@cogni/contract";
import type { ServiceTx } from "./tenant.ts";
import type { TriedEndpoint } from "./webhook-health.ts";

export interface ClaimWish {
  /** Of whoever sends it: nobody else writes what came of it. */
  readonly claim: string;
  readonly claimMs: number;
  /** The longest that a delivery may wait for its next try. */
  readonly maxPauseMs: number;
  /** How many, and how many of them to endpoints that fail. */
  readonly atMost: number;
  readonly atMostFailing: number;
}

export interface ClaimedDelivery {
  readonly id: string;
  readonly claim: string;
  readonly billingAccountId: BillingAccountId;
  readonly endpointId: string;
  readonly eventId: string;
  readonly body: string;
  /** With this one. */
  readonly tries: number;
  readonly url: string;
  readonly secret: Uint8Array;
  /** Null: there is none, or its time is over. */
  readonly previousSecret: Uint8Array | null;
  readonly failing: boolean;
}

/**
 * Of one endpoint, and of one tenant, so many are under way at once, whoever sends them; of one that fails, one. What a tenant has
 * under way to those that fail is counted apart.
 */
const OF_ENDPOINT = 4;
const OF_TENANT = 16;

/** Nobody has it, or whoever had it is gone. A time too far ahead is of a clock that was set back since. */
const FREE = `(d.state = 'waiting' AND (d.next_attempt_at <= now() OR d.next_attempt_at > now() + $2 * interval '2 ms')
  OR d.state = 'sending' AND (d.claimed_until <= now() OR d.claimed_until > now() + $1 * interval '2 ms'))`;

/**
 * Takes what is due, a message of each tenant before the second of any. Of one whose sender is gone it is not known whether it
 * arrived: it is sent once more, and the log says so.
 */
export async function claimDeliveries(
  tx: ServiceTx,
  { claim, claimMs, maxPauseMs, atMost, atMostFailing }: ClaimWish,
): Promise<ClaimedDelivery[]> {
  return tx.query<ClaimedDelivery & Record<string, unknown>>(
    `WITH RECURSIVE heads AS (
       (SELECT endpoint_id, lane, seq FROM webhook_deliveries WHERE finished_at IS NULL
        ORDER BY endpoint_id, lane, seq LIMIT 1)
       UNION ALL
       -- From lane to lane by the index, whatever waits in each.
       SELECT next.endpoint_id, next.lane, next.seq FROM heads CROSS JOIN LATERAL (
         SELECT d.endpoint_id, d.lane, d.seq FROM webhook_deliveries d
         WHERE d.finished_at IS NULL AND (d.endpoint_id, d.lane) > (heads.endpoint_id, heads.lane)
         ORDER BY d.endpoint_id, d.lane, d.seq LIMIT 1
       ) next
     ), ready AS (
       SELECT d.id, d.seq, d.endpoint_id, d.billing_account_id, NOT ${FREE} AS busy, e.failing_since IS NOT NULL AS failing
       FROM heads JOIN webhook_deliveries d ON d.seq = heads.seq
         JOIN webhook_endpoints e ON e.id = d.endpoint_id AND e.paused_at IS NULL
         JOIN billing_accounts b ON b.id = d.billing_account_id AND b.status = 'active'
       WHERE d.state = 'sending' OR ${FREE}
     ), turns AS (
       SELECT *, row_number() OVER (PARTITION BY endpoint_id ORDER BY NOT busy, seq) AS of_endpoint,
         row_number() OVER (PARTITION BY billing_account_id, failing ORDER BY NOT busy, seq) AS of_tenant
       FROM ready
     ), fair AS (
       SELECT *, row_number() OVER (PARTITION BY failing ORDER BY of_tenant, seq) AS of_kind FROM turns
       WHERE NOT busy AND of_endpoint <= CASE WHEN failing THEN 1 ELSE ${OF_ENDPOINT} END AND of_tenant <= ${OF_TENANT}
     ), chosen AS (
       SELECT id FROM fair WHERE NOT failing OR of_kind <= $5 ORDER BY failing, of_tenant, seq LIMIT $4
     ), locked AS (
       SELECT d.id, d.state = 'sending' AS lost FROM webhook_deliveries d JOIN chosen USING (id)
       WHERE d.finished_at IS NULL AND ${FREE} FOR UPDATE OF d SKIP LOCKED
     ), noted AS (
       INSERT INTO webhook_attempts (billing_account_id, delivery_id, at, took_ms, failure, headers, body)
       SELECT d.billing_account_id, d.id, d.claimed_until - $1 * interval '1 ms', 0, 'interrupted', '{}', ''
       FROM locked JOIN webhook_deliveries d USING (id) WHERE locked.lost
     )
     UPDATE webhook_deliveries d
     SET state = 'sending', claim = $3, claimed_until = now() + $1 * interval '1 ms', tries = d.tries + 1
     FROM locked, webhook_endpoints e WHERE d.id = locked.id AND e.id = d.endpoint_id
     RETURNING d.id, d.claim, d.billing_account_id AS "billingAccountId", d.endpoint_id AS "endpointId",
       d.event_id AS "eventId", d.body, d.tries, e.url, e.encrypted_secret AS secret,
       CASE WHEN e.previous_until > now() THEN e.encrypted_previous_secret END AS "previousSecret",
       e.failing_since IS NOT NULL AS failing`,
    [claimMs, maxPauseMs, claim, atMost, atMostFailing],
  );
}

export interface DeliveryOutcome {
  readonly id: string;
  readonly claim: string;
  readonly at: Date;
  readonly tookMs: number;
  readonly status: number | null;
  readonly failure: WebhookFailure | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Until the next try; null: there is none. */
  readonly pauseMs: number | null;
}

/** Writes down what came of them. What somebody else has taken over meanwhile is theirs to tell of. */
export async function settleDeliveries(
  tx: ServiceTx,
  outcomes: readonly DeliveryOutcome[],
): Promise<TriedEndpoint[]> {
  return tx.query<TriedEndpoint & Record<string, unknown>>(
    `WITH settled AS (
       UPDATE webhook_deliveries d SET claim = NULL, claimed_until = NULL,
         state = CASE WHEN o.failure IS NULL THEN 'delivered' WHEN o."pauseMs" IS NULL THEN 'failed' ELSE 'waiting' END,
         next_attempt_at = now() + coalesce(o."pauseMs", 0) * interval '1 ms',
         finished_at = CASE WHEN o.failure IS NULL OR o."pauseMs" IS NULL THEN now() END
       FROM jsonb_to_recordset($1::jsonb) AS o (id uuid, claim uuid, at timestamptz, "tookMs" integer, status smallint,
         failure text, headers jsonb, body text, "pauseMs" double precision)
       WHERE d.id = o.id AND d.claim = o.claim
       RETURNING d.billing_account_id, d.endpoint_id, o.*
     ), noted AS (
       INSERT INTO webhook_attempts (billing_account_id, delivery_id, at, took_ms, status, failure, headers, body)
       SELECT billing_account_id, id, at, "tookMs", status, failure, headers, body FROM settled
     )
     SELECT endpoint_id AS "endpointId", bool_or(failure IS NULL) AS succeeded,
       -- The others are failures of ours.
       bool_or(failure NOT IN ('interrupted', 'secret_unreadable')) IS TRUE AS failed,
       bool_or(failure = 'gone') IS TRUE AS gone
     FROM settled GROUP BY endpoint_id`,
    [JSON.stringify(outcomes)],
  );
}

/**
 * Drops deliveries older than the log is kept; of those that wait, the ones of endpoints that have been paused for longer than
 * that. So many at most.
 * @returns how many there were
 */
export async function dropOldDeliveries(tx: ServiceTx, keptDays: number, atMost: number): Promise<number> {
  const rows = await tx.query<{ dropped: number }>(
    `WITH old AS (
       SELECT d.id FROM webhook_deliveries d JOIN webhook_endpoints e ON e.id = d.endpoint_id
       WHERE d.created_at < now() - $1 * interval '1 day'
         AND (d.finished_at < now() - $1 * interval '1 day'
           OR d.state = 'waiting' AND e.paused_at < now() - $1 * interval '1 day')
       ORDER BY d.created_at LIMIT $2
     ), dropped AS (DELETE FROM webhook_deliveries d USING old WHERE d.id = old.id RETURNING 1)
     SELECT count(*)::integer AS dropped FROM dropped`,
    [keptDays, atMost],
  );
  return rows[0]?.dropped ?? 0;
}
