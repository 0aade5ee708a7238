/** The log of what was sent to a tenant's endpoints, and sending one of it again. */
import type {
  ChannelId,
  WebhookDeliveriesQuery,
  WebhookDeliveryState,
  WebhookFailure,
  WebhookMessageType,
} from "@cogni/contract";
import { notifyDeliveries } from "./notify.ts";
import type { TenantTx } from "./tenant.ts";

export interface AttemptRow {
  readonly at: Date;
  readonly tookMs: number;
  readonly status: number | null;
  readonly failure: WebhookFailure | null;
}

export interface DeliveryRow {
  readonly id: string;
  readonly seq: number;
  readonly endpointId: string;
  readonly eventId: string;
  readonly type: WebhookMessageType;
  readonly channel: ChannelId | null;
  readonly state: WebhookDeliveryState;
  readonly createdAt: Date;
  readonly nextAttemptAt: Date | null;
  readonly attempts: number;
  readonly lastAt: Date | null;
  readonly lastTookMs: number | null;
  readonly lastStatus: number | null;
  readonly lastFailure: WebhookFailure | null;
}

/** What waits behind another one, or for the end of a pause, has no time of its own. */
const NEXT = `CASE WHEN d.state = 'waiting' AND e.paused_at IS NULL AND NOT EXISTS (
  SELECT FROM webhook_deliveries b WHERE b.endpoint_id = d.endpoint_id AND b.lane = d.lane AND b.seq < d.seq
    AND b.finished_at IS NULL) THEN d.next_attempt_at END`;
const COLUMNS = `d.id, d.seq, d.endpoint_id AS "endpointId", d.event_id AS "eventId", d.type, d.channel, d.state,
  d.created_at AS "createdAt", ${NEXT} AS "nextAttemptAt",
  (SELECT count(*)::integer FROM webhook_attempts a WHERE a.delivery_id = d.id) AS attempts,
  last.at AS "lastAt", last.took_ms AS "lastTookMs", last.status AS "lastStatus", last.failure AS "lastFailure"`;
const FROM = `webhook_deliveries d JOIN webhook_endpoints e ON e.id = d.endpoint_id
  LEFT JOIN LATERAL (
    SELECT a.at, a.took_ms, a.status, a.failure FROM webhook_attempts a WHERE a.delivery_id = d.id
    ORDER BY a.id DESC LIMIT 1
  ) last ON true`;

/** The newest first. */
export function listDeliveries(
  tx: TenantTx,
  { endpoint, state, type, after, limit }: WebhookDeliveriesQuery,
): Promise<DeliveryRow[]> {
  return tx.query<DeliveryRow & Record<string, unknown>>(
    `SELECT ${COLUMNS} FROM ${FROM}
     WHERE ($1::uuid IS NULL OR d.endpoint_id = $1) AND ($2::text IS NULL OR d.state = $2)
       AND ($3::text IS NULL OR d.type = $3) AND ($4::bigint IS NULL OR d.seq < $4)
     ORDER BY d.seq DESC LIMIT $5`,
    [endpoint ?? null, state ?? null, type ?? null, after ?? null, limit],
  );
}

export interface DeliveryDetailRow extends DeliveryRow {
  readonly url: string;
  readonly body: string;
}

export async function findDelivery(tx: TenantTx, id: string): Promise<DeliveryDetailRow | null> {
  const rows = await tx.query<DeliveryDetailRow & Record<string, unknown>>(
    `SELECT ${COLUMNS}, e.url, d.body FROM ${FROM} WHERE d.id = $1`,
    [id],
  );
  return rows[0] ?? null;
}

export interface AttemptDetailRow extends AttemptRow {
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** The latest first. */
export function attemptsOf(tx: TenantTx, deliveryId: string, atMost: number): Promise<AttemptDetailRow[]> {
  return tx.query<AttemptDetailRow & Record<string, unknown>>(
    `SELECT at, took_ms AS "tookMs", status, failure, headers, body FROM webhook_attempts
     WHERE delivery_id = $1 ORDER BY id DESC LIMIT $2`,
    [deliveryId, atMost],
  );
}

/**
 * Has it sent once more. One that had come to its end is sent beside the others, with all of its tries: it waits for none, and
 * none for it. One that waits is tried now, in its turn. False where the tenant has none of that id.
 */
export async function sendAgain(tx: TenantTx, id: string): Promise<boolean> {
  const rows = await tx.query(
    `UPDATE webhook_deliveries SET next_attempt_at = now(), tries = CASE WHEN finished_at IS NULL THEN tries ELSE 0 END,
       lane = CASE WHEN finished_at IS NULL THEN lane ELSE id::text END,
       state = CASE WHEN finished_at IS NULL THEN state ELSE 'waiting' END, finished_at = NULL
     WHERE id = $1 RETURNING id`,
    [id],
  );
  if (rows.length === 0) return false;
  await notifyDeliveries(tx);
  return true;
}
