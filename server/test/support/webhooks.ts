/** Endpoints, deliveries and senders, as the API and the worker make them, without the rest of either. */
import { randomUUID } from "node:crypto";
import type { WebhookEventType } from "@cogni/contract";
import { accountIdOf, type BillingAccountId, channelIdSchema, WEBHOOK_EVENT_TYPES } from "@cogni/contract";
import { withService } from "../../src/db/tenant.ts";
import { publishEvents } from "../../src/db/webhook-events.ts";
import { createLogger } from "../../src/log.ts";
import type { Secret } from "../../src/secret.ts";
import { timingSchema } from "../../src/timing.ts";
import { newEndpointSecret } from "../../src/vault/endpoint-secrets.ts";
import { createVault, type Vault } from "../../src/vault/vault.ts";
import { type Sender, type SenderDeps, startSender } from "../../src/webhooks/sender.ts";
import { sealSecret } from "../../src/webhooks/signature.ts";
import { asSuperuser, type TestDatabase } from "./database.ts";
import { KEY, LOOPBACK, QUICK } from "./webhook-settings.ts";

interface Wish {
  readonly url?: string;
  readonly eventTypes?: readonly WebhookEventType[];
  readonly secret?: Secret;
}

export const vault: Vault = createVault({ current: KEY, previous: [] });

/** Its id. */
export async function addEndpoint(
  database: TestDatabase,
  tenant: BillingAccountId,
  {
    url = "https://hooks.example",
    eventTypes = WEBHOOK_EVENT_TYPES,
    secret = newEndpointSecret(),
  }: Wish = {},
): Promise<string> {
  const id = randomUUID();
  const { sealed, keyId } = sealSecret(vault, secret, { billingAccountId: tenant, endpointId: id });
  await asSuperuser(
    database,
    `INSERT INTO webhook_endpoints (id, billing_account_id, url, description, event_types, encrypted_secret,
       encryption_key_id, created_by)
     VALUES ($1, $2, $3, '', $4, $5, $6, '{"kind": "key", "id": "k"}')`,
    [id, tenant, url, eventTypes, sealed, keyId],
  );
  return id;
}

/** Tells of so many alerts of one account, numbered from `from`; which one it is stands in `kind`. */
export async function tell(
  database: Pick<TestDatabase, "db">,
  tenant: BillingAccountId,
  { channel = "telegram", count = 1, from = 1 } = {},
): Promise<void> {
  const account = { channel: channelIdSchema.parse(channel), accountId: accountIdOf(tenant) };
  const at = new Date();
  const data = { ...account, code: null, openedAt: at.toISOString(), resolvedAt: null };
  const events = Array.from({ length: count }, (_, index) => ({
    ...account,
    billingAccountId: tenant,
    type: "alert.opened" as const,
    at,
    data: { ...data, alertId: randomUUID(), kind: `${channel} ${from + index}` },
  }));
  await withService(database.db, (tx) => publishEvents(tx, events));
}

/** Which one it was. */
export function toldBy(body: string): string {
  return JSON.parse(body).data.kind;
}

export interface DeliveryRow {
  readonly id: string;
  readonly endpoint_id: string;
  readonly event_id: string;
  readonly type: string;
  readonly lane: string;
  readonly body: string;
  readonly state: string;
  readonly tries: number;
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

export async function attemptsOf(database: TestDatabase, tenant: BillingAccountId) {
  const rows = await asSuperuser(
    database,
    "SELECT * FROM webhook_attempts WHERE billing_account_id = $1 ORDER BY id",
    [tenant],
  );
  return rows as unknown as {
    status: number | null;
    failure: string | null;
    body: string;
    headers: object;
  }[];
}

export type SenderWish = Partial<Omit<SenderDeps, "timing">> & {
  readonly timing?: Partial<SenderDeps["timing"]>;
};

export function sender(database: Pick<TestDatabase, "db">, wish: SenderWish = {}): Sender {
  return startSender({
    db: database.db,
    vault,
    resolve: async () => ["127.0.0.1"],
    reach: { privateNetworks: LOOPBACK, plainHttp: true },
    logDays: 30,
    clock: () => new Date(),
    chance: () => 0,
    log: createLogger("fatal"),
    ...wish,
    timing: { ...timingSchema.parse({}).webhooks, ...QUICK, ...wish.timing },
  });
}
