/**
 * Telling a tenant's endpoints what happened: in the transaction of what it tells of, so that neither stands without the other.
 * Nothing is sent here. What is written waits until a worker sends it (webhook-queue.ts).
 */
import { randomUUID } from "node:crypto";
import type {
  BillingAccountId,
  ChannelId,
  WebhookEventType,
  WebhookMessage,
  WebhookMessageType,
} from "@cogni/contract";
import { notifyDeliveries } from "./notify.ts";
import type { ServiceTx, TenantTx } from "./tenant.ts";

export interface WebhookEvent<Type extends WebhookMessageType = WebhookEventType> {
  readonly billingAccountId: BillingAccountId;
  readonly type: Type;
  /** Of which account; null for what is of no single one. The events of an account arrive in the order they were written in. */
  readonly channel: ChannelId | null;
  readonly accountId: string | null;
  /** When it happened. */
  readonly at: Date;
  /** In the shape of its type (contract/src/webhooks.ts). Nothing secret. */
  readonly data: Extract<WebhookMessage, { type: Type }>["data"];
}

/** Writes a delivery for each of the tenant's endpoints that chose the type; for one that is paused, too, where it waits. */
export async function publishEvents(tx: ServiceTx, events: readonly WebhookEvent[]): Promise<void> {
  if (events.length === 0) return;
  const written = await tx.query(
    `WITH written AS (
       INSERT INTO webhook_deliveries (billing_account_id, endpoint_id, event_id, type, channel, lane, body)
       SELECT e.billing_account_id, e.id, v.id, v.type, v.channel, v.lane, v.body
       FROM jsonb_to_recordset($1::jsonb) AS v (place integer, id uuid, "billingAccountId" text, type text, channel text,
         lane text, body text)
       JOIN webhook_endpoints e ON e.billing_account_id = v."billingAccountId" AND v.type = ANY(e.event_types)
       -- The numbers by which they are sent are given in this order.
       ORDER BY v.place
       RETURNING 1
     )
     SELECT FROM written LIMIT 1`,
    [JSON.stringify(events.map((event, place) => ({ place, id: randomUUID(), ...columnsOf(event) })))],
  );
  if (written.length > 0) await notifyDeliveries(tx);
}

/** A message to one endpoint alone, whatever it chose, that waits for no other. Its delivery's id. */
export async function addTestDelivery(
  tx: TenantTx,
  { endpointId, at }: { readonly endpointId: string; readonly at: Date },
): Promise<string> {
  const { billingAccountId } = tx;
  const [id, eventId] = [randomUUID(), randomUUID()];
  const data = { endpointId };
  const event = { billingAccountId, type: "webhook.test", channel: null, accountId: null, at, data } as const;
  await tx.query(
    `INSERT INTO webhook_deliveries (id, billing_account_id, endpoint_id, event_id, type, lane, body)
     VALUES ($1::uuid, $2, $3, $4, $5, $1::text, $6)`,
    [id, billingAccountId, endpointId, eventId, event.type, columnsOf(event).body],
  );
  await notifyDeliveries(tx);
  return id;
}

function columnsOf<Type extends WebhookMessageType>(event: WebhookEvent<Type>) {
  const { billingAccountId, type, channel, accountId, at, data } = event;
  const lane = accountId === null ? "" : `${channel ?? ""}/${accountId}`;
  return { billingAccountId, type, channel, lane, body: JSON.stringify({ type, timestamp: at, data }) };
}
