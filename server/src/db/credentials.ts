/** Sealed credentials in bulk: for the gateways' resolver, for key rotation, and for what no key opens any more. */
import type { BillingAccountId, ChannelId } from "@cogni/contract";
import type { ServiceTx } from "./tenant.ts";

export interface CredentialRef {
  readonly billingAccountId: string;
  readonly channel: string;
  readonly version: number;
}

/** Before all ids, where a walk begins. */
export const FIRST_ID = "00000000-0000-0000-0000-000000000000";

/** Of whatever kind of connection. */
export interface SealedCredential {
  readonly connectionId: string;
  readonly billingAccountId: BillingAccountId;
  readonly provider: string;
  /** Null for what is no channel. */
  readonly channel: ChannelId | null;
  readonly sealed: Uint8Array;
}

/** As a gateway asks for it. */
export interface SealedChannelCredential extends SealedCredential {
  readonly channel: ChannelId;
  readonly version: number;
}

const SEALED = `c.id AS "connectionId", c.billing_account_id AS "billingAccountId", c.provider, c.channel,
  c.encrypted_credentials AS sealed`;

/**
 * One query for one resolver call, however many references (thousands) it names. What is missing from the answer is not
 * that gateway's to know: another version, closed, wished away, or of a tenant that is suspended or placed elsewhere.
 */
export function credentialsFor(
  tx: ServiceTx,
  gatewayId: string,
  refs: readonly CredentialRef[],
): Promise<SealedChannelCredential[]> {
  return tx.query<SealedChannelCredential>(
    `SELECT ${SEALED}, c.credential_version AS version
     FROM (SELECT DISTINCT * FROM unnest($2::text[], $3::text[], $4::bigint[]) AS ref (tenant, channel, version)) ref
     JOIN placements p ON p.billing_account_id = ref.tenant AND p.gateway_id = $1
     JOIN billing_accounts b ON b.id = ref.tenant AND b.status = 'active'
     JOIN connections c ON c.billing_account_id = ref.tenant AND c.channel = ref.channel
       AND c.credential_version = ref.version
     WHERE c.revoked_at IS NULL AND c.desired_state = 'connected' AND c.encrypted_credentials IS NOT NULL`,
    [
      gatewayId,
      refs.map((ref) => ref.billingAccountId),
      refs.map((ref) => ref.channel),
      refs.map((ref) => ref.version),
    ],
  );
}

/**
 * These were given out, or used to start a session. To the minute, so that it is seldom written; and whoever holds a row is
 * not waited for, since a minute later it will be written all the same.
 */
export async function markUsed(tx: ServiceTx, connectionIds: readonly string[]): Promise<void> {
  await tx.query(
    `UPDATE connections SET last_used_at = now() WHERE id IN (
       SELECT id FROM connections WHERE id = ANY ($1::uuid[])
         AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')
       ORDER BY id FOR UPDATE SKIP LOCKED)`,
    [connectionIds],
  );
}

/** Every key id that some stored row was sealed with, and how many rows. */
export function keyIdsInUse(tx: ServiceTx): Promise<{ keyId: string; rows: number }[]> {
  return tx.query(
    `SELECT "keyId", sum(rows)::integer AS rows FROM (
       SELECT encryption_key_id AS "keyId", count(*) AS rows FROM connections
       WHERE encryption_key_id IS NOT NULL GROUP BY 1
       UNION ALL SELECT encryption_key_id, count(*) FROM registrations_after('${FIRST_ID}', NULL)
       WHERE encryption_key_id IS NOT NULL GROUP BY 1
       UNION ALL SELECT encryption_key_id, count(*) FROM webhook_endpoints GROUP BY 1
       UNION ALL SELECT encryption_key_id, count(*) FROM vault_secrets GROUP BY 1) AS used
     GROUP BY "keyId" ORDER BY "keyId"`,
  );
}

/** The next credentials after `afterId` that are not sealed with `keyId`, locked until the transaction ends. */
export function sealedWithOtherKeys(
  tx: ServiceTx,
  keyId: string,
  afterId: string,
  limit: number,
): Promise<SealedCredential[]> {
  return tx.query<SealedCredential>(
    `SELECT ${SEALED} FROM connections c
     WHERE c.encryption_key_id <> $1 AND c.id > $2 ORDER BY c.id LIMIT $3 FOR UPDATE`,
    [keyId, afterId, limit],
  );
}

/** All credentials after `afterId`, in batches, locked until the transaction ends. */
export function allSealed(tx: ServiceTx, afterId: string, limit: number): Promise<SealedCredential[]> {
  return tx.query<SealedCredential>(
    `SELECT ${SEALED} FROM connections c
     WHERE c.encrypted_credentials IS NOT NULL AND c.id > $1 ORDER BY c.id LIMIT $2 FOR UPDATE`,
    [afterId, limit],
  );
}

export async function replaceSealed(
  tx: ServiceTx,
  keyId: string,
  rows: readonly { readonly connectionId: string; readonly sealed: Uint8Array }[],
): Promise<void> {
  await tx.query(
    `UPDATE connections c SET encrypted_credentials = new.sealed, encryption_key_id = $1
     FROM unnest($2::uuid[], $3::bytea[]) AS new (id, sealed) WHERE c.id = new.id`,
    [keyId, rows.map((row) => row.connectionId), rows.map((row) => row.sealed)],
  );
}

/** Credentials that no key opens: they are dropped, and their connections ask for new ones. */
export async function forgetCredentials(tx: ServiceTx, connectionIds: readonly string[]): Promise<void> {
  await tx.query(
    `UPDATE connections SET encrypted_credentials = NULL, encryption_key_id = NULL,
       credential_fingerprint = NULL,
       outcome = CASE desired_state WHEN 'connected' THEN 'credential_unreadable' END,
       settled_generation = CASE desired_state WHEN 'connected' THEN generation ELSE settled_generation END
     WHERE id = ANY ($1::uuid[])`,
    [connectionIds],
  );
}

/** The fingerprints' key is lost: nothing is claimed until the loop claims it again, account by account. */
export async function releaseFingerprints(tx: ServiceTx): Promise<void> {
  await tx.query(
    "UPDATE connections SET credential_fingerprint = NULL WHERE credential_fingerprint IS NOT NULL",
  );
}
