/** Endpoints as the API writes them, without the rest of it. */
import { randomUUID } from "node:crypto";
import type { BillingAccountId, WebhookEventType } from "@cogni/contract";
import { WEBHOOK_EVENT_TYPES } from "@cogni/contract";
import { asSuperuser, type TestDatabase } from "./database.ts";

interface Wish {
  readonly url?: string;
  readonly eventTypes?: readonly WebhookEventType[];
}

/** Its id. */
export async function addEndpoint(
  database: TestDatabase,
  tenant: BillingAccountId,
  { url = "https://hooks.example", eventTypes = WEBHOOK_EVENT_TYPES }: Wish = {},
): Promise<string> {
  const id = randomUUID();
  await asSuperuser(
    database,
    `INSERT INTO webhook_endpoints (id, billing_account_id, url, description, event_types, encrypted_secret,
       encryption_key_id, created_by)
     VALUES ($1, $2, $3, '', $4, '', '', '{"kind": "key", "id": "k"}')`,
    [id, tenant, url, eventTypes],
  );
  return id;
}

export interface DeliveryRow {
  readonly endpoint_id: string;
  readonly event_id: string;
  readonly type: string;
  readonly lane: string;
  readonly body: string;
  readonly state: string;
}

/** In the order in which they were written. */
export async function deliveriesOf(database: TestDatabase, tenant: BillingAccountId): Promise<DeliveryRow[]> {
  const rows = await asSuperuser(
    database,
    "SELECT * FROM webhook_deliveries WHERE billing_account_id = $1 ORDER BY seq",
    [tenant],
  );
  return rows as unknown as DeliveryRow[];
}
