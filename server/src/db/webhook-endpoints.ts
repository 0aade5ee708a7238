/** A tenant's webhook endpoints, as its people and programs make, change, pause and delete them. */
import type { WebhookEndpoint, WebhookEventType } from "@cogni/contract";
import { notifyDeliveries } from "./notify.ts";
import type { TenantTx } from "./tenant.ts";

export interface EndpointRow {
  readonly id: string;
  readonly url: string;
  readonly description: string;
  readonly eventTypes: WebhookEventType[];
  readonly pausedAt: Date | null;
  readonly pausedBecause: NonNullable<WebhookEndpoint["paused"]>["because"] | null;
  readonly lastSuccessAt: Date | null;
  readonly lastFailureAt: Date | null;
  readonly failingSince: Date | null;
  readonly waiting: number;
  readonly previousSecretUntil: Date | null;
  readonly createdAt: Date;
  readonly createdBy: { readonly kind: "person" | "key"; readonly name: string | null };
}

export interface SealedSecret {
  readonly sealed: Uint8Array;
  readonly keyId: string;
}

export interface NewEndpoint {
  readonly id: string;
  readonly url: string;
  readonly description: string;
  readonly eventTypes: readonly WebhookEventType[];
  readonly secret: SealedSecret;
  readonly createdBy: { readonly kind: "person" | "key"; readonly id: string };
}

export async function addEndpoint(tx: TenantTx, endpoint: NewEndpoint): Promise<void> {
  const { id, url, description, eventTypes, secret, createdBy } = endpoint;
  await tx.query(
    `INSERT INTO webhook_endpoints (id, billing_account_id, url, description, event_types, encrypted_secret,
       encryption_key_id, created_by)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      id,
      tx.billingAccountId,
      url,
      description,
      eventTypes,
      secret.sealed,
      secret.keyId,
      JSON.stringify(createdBy),
    ],
  );
}

/** The oldest first; or the one of that id alone. */
export function listEndpoints(tx: TenantTx, id: string | null = null): Promise<EndpointRow[]> {
  return tx.query<EndpointRow & Record<string, unknown>>(
    `SELECT e.id, e.url, e.description, e.event_types AS "eventTypes", e.paused_at AS "pausedAt",
       e.paused_because AS "pausedBecause", e.last_success_at AS "lastSuccessAt", e.last_failure_at AS "lastFailureAt",
       e.failing_since AS "failingSince", e.created_at AS "createdAt",
       CASE WHEN e.previous_until > now() THEN e.previous_until END AS "previousSecretUntil",
       (SELECT count(*)::integer FROM webhook_deliveries d WHERE d.endpoint_id = e.id AND d.finished_at IS NULL) AS waiting,
       jsonb_build_object('kind', e.created_by->>'kind', 'name', CASE e.created_by->>'kind'
         WHEN 'person' THEN (SELECT u.name FROM auth."user" u WHERE u.id = e.created_by->>'id')
         ELSE (SELECT k.name FROM api_keys k WHERE k.id::text = e.created_by->>'id')
       END) AS "createdBy"
     FROM webhook_endpoints e WHERE $1::uuid IS NULL OR e.id = $1 ORDER BY e.created_at, e.id`,
    [id],
  );
}

/** Holds off whoever else is about to add an endpoint of the tenant until the transaction ends. How many there are. */
export async function lockEndpoints(tx: TenantTx): Promise<number> {
  await tx.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [
    `webhook endpoints ${tx.billingAccountId}`,
  ]);
  const rows = await tx.query<{ number: number }>(
    "SELECT count(*)::integer AS number FROM webhook_endpoints",
  );
  return rows[0]?.number ?? 0;
}

export interface EndpointChange {
  readonly id: string;
  readonly url?: string | undefined;
  readonly description?: string | undefined;
  readonly eventTypes?: readonly WebhookEventType[] | undefined;
}

/** False where the tenant has none of that id; so below. */
export async function changeEndpoint(tx: TenantTx, change: EndpointChange): Promise<boolean> {
  const { id, url = null, description = null, eventTypes = null } = change;
  const rows = await tx.query(
    `UPDATE webhook_endpoints SET url = coalesce($2, url), description = coalesce($3, description),
       event_types = coalesce($4, event_types)
     WHERE id = $1 RETURNING id`,
    [id, url, description, eventTypes],
  );
  return rows.length > 0;
}

/** With all that was sent to it, and all that waits. */
export async function deleteEndpoint(tx: TenantTx, id: string): Promise<boolean> {
  const rows = await tx.query("DELETE FROM webhook_endpoints WHERE id = $1 RETURNING id", [id]);
  return rows.length > 0;
}

/** The present secret becomes the one before, which signs, too, until its time is over. */
export async function replaceSecret(
  tx: TenantTx,
  id: string,
  { sealed, keyId }: SealedSecret,
  overlapSeconds: number,
): Promise<boolean> {
  const rows = await tx.query(
    `UPDATE webhook_endpoints SET encrypted_secret = $2, encryption_key_id = $3,
       encrypted_previous_secret = CASE WHEN $4 > 0 THEN encrypted_secret END,
       previous_encryption_key_id = CASE WHEN $4 > 0 THEN encryption_key_id END,
       previous_until = CASE WHEN $4 > 0 THEN now() + $4 * interval '1 second' END
     WHERE id = $1 RETURNING id`,
    [id, sealed, keyId, overlapSeconds],
  );
  return rows.length > 0;
}

/** One that is paused for another reason stays paused for that. */
export async function pauseEndpoint(tx: TenantTx, id: string): Promise<boolean> {
  const rows = await tx.query(
    `UPDATE webhook_endpoints SET paused_at = coalesce(paused_at, now()), paused_because = coalesce(paused_because, 'wished')
     WHERE id = $1 RETURNING id`,
    [id],
  );
  return rows.length > 0;
}

/** What waited is due, in its order, and has all of its tries again. */
export async function resumeEndpoint(tx: TenantTx, id: string): Promise<boolean> {
  const rows = await tx.query(
    `UPDATE webhook_endpoints SET paused_at = NULL, paused_because = NULL, failing_since = NULL, failures = 0
     WHERE id = $1 RETURNING id`,
    [id],
  );
  if (rows.length === 0) return false;
  await tx.query(
    `UPDATE webhook_deliveries SET tries = 0, next_attempt_at = now()
     WHERE endpoint_id = $1 AND state = 'waiting' AND (tries > 0 OR next_attempt_at > now())`,
    [id],
  );
  await notifyDeliveries(tx);
  return true;
}
