/** The secrets of all tenants' webhook endpoints in bulk: for key rotation, and for what no key opens any more. */
import type { BillingAccountId } from "@cogni/contract";
import type { ServiceTx } from "./tenant.ts";

export interface SealedEndpoint {
  readonly endpointId: string;
  readonly billingAccountId: BillingAccountId;
  readonly sealed: Uint8Array;
  /** Null: there is no secret before this one. */
  readonly previous: Uint8Array | null;
}

/**
 * The next ones after `afterId`, locked until the transaction ends.
 * @param exceptKeyId null: all of them; else those that have something sealed with another key
 */
export function sealedEndpoints(
  tx: ServiceTx,
  exceptKeyId: string | null,
  afterId: string,
  limit: number,
): Promise<SealedEndpoint[]> {
  return tx.query<SealedEndpoint & Record<string, unknown>>(
    `SELECT id AS "endpointId", billing_account_id AS "billingAccountId", encrypted_secret AS sealed,
       encrypted_previous_secret AS previous
     FROM webhook_endpoints
     WHERE id > $2 AND ($1::text IS NULL OR encryption_key_id <> $1 OR previous_encryption_key_id <> $1)
     ORDER BY id LIMIT $3 FOR UPDATE`,
    [exceptKeyId, afterId, limit],
  );
}

/** The same secrets under another key. A previous one that is null goes. */
export async function replaceSealedEndpoints(
  tx: ServiceTx,
  keyId: string,
  rows: readonly SealedEndpoint[],
): Promise<void> {
  await tx.query(
    `UPDATE webhook_endpoints e SET encrypted_secret = new.sealed, encryption_key_id = $1,
       encrypted_previous_secret = new.previous,
       previous_encryption_key_id = CASE WHEN new.previous IS NOT NULL THEN $1 END,
       previous_until = CASE WHEN new.previous IS NOT NULL THEN e.previous_until END
     FROM unnest($2::uuid[], $3::bytea[], $4::bytea[]) AS new (id, sealed, previous) WHERE e.id = new.id`,
    [
      keyId,
      rows.map((row) => row.endpointId),
      rows.map((row) => row.sealed),
      rows.map((row) => row.previous),
    ],
  );
}

/** Nobody knows their new secrets yet: nothing is sent until somebody has taken them over. */
export async function pauseLost(tx: ServiceTx, endpointIds: readonly string[]): Promise<void> {
  await tx.query(
    `UPDATE webhook_endpoints SET paused_at = coalesce(paused_at, now()), paused_because = 'secret_lost'
     WHERE id = ANY ($1::uuid[])`,
    [endpointIds],
  );
}
