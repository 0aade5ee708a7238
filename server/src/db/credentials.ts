/** Sealed credentials in bulk: for the gateways' resolver, for key rotation, and for what no key opens any more. */
import type { BillingAccountId, ChannelId } from "@cogni/contract";
import type { ServiceTx } from "./tenant.ts";

export interface CredentialRef {
  readonly billingAccountId: string;
  readonly channel: string;
  readonly version: number;
}

export interface SealedCredential {
  readonly registrationId: string;
  readonly billingAccountId: BillingAccountId;
  readonly channel: ChannelId;
  readonly version: number;
  readonly sealed: Uint8Array;
}

const SEALED = `r.id AS "registrationId", r.billing_account_id AS "billingAccountId", r.channel,
  r.credential_version AS version, r.encrypted_credential AS sealed`;

/**
 * One query for one resolver call, however many references (thousands) it names. What is missing from the answer is not
 * that gateway's to know: another version, closed, wished away, or of a tenant that is suspended or placed elsewhere.
 */
export function credentialsFor(
  tx: ServiceTx,
  gatewayId: string,
  refs: readonly CredentialRef[],
): Promise<SealedCredential[]> {
  return tx.query<SealedCredential>(
    `SELECT ${SEALED}
     FROM (SELECT DISTINCT * FROM unnest($2::text[], $3::text[], $4::bigint[]) AS ref (tenant, channel, version)) ref
     JOIN placements p ON p.billing_account_id = ref.tenant AND p.gateway_id = $1
     JOIN billing_accounts b ON b.id = ref.tenant AND b.status = 'active'
     JOIN channel_registrations r ON r.billing_account_id = ref.tenant AND r.channel = ref.channel
       AND r.credential_version = ref.version
     WHERE r.disconnected_at IS NULL AND r.desired_state = 'connected' AND r.encrypted_credential IS NOT NULL`,
    [
      gatewayId,
      refs.map((ref) => ref.billingAccountId),
      refs.map((ref) => ref.channel),
      refs.map((ref) => ref.version),
    ],
  );
}

/** Every key id that some stored row was sealed with, and how many rows. */
export function keyIdsInUse(tx: ServiceTx): Promise<{ keyId: string; rows: number }[]> {
  return tx.query(
    `SELECT "keyId", sum(rows)::integer AS rows FROM (
       SELECT encryption_key_id AS "keyId", count(*) AS rows FROM channel_registrations
       WHERE encryption_key_id IS NOT NULL GROUP BY 1
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
    `SELECT ${SEALED} FROM channel_registrations r
     WHERE r.encryption_key_id <> $1 AND r.id > $2 ORDER BY r.id LIMIT $3 FOR UPDATE`,
    [keyId, afterId, limit],
  );
}

/** Before all ids, where a walk begins. */
export const FIRST_ID = "00000000-0000-0000-0000-000000000000";

/** All credentials after `afterId`, in batches, locked until the transaction ends. */
export function allSealed(tx: ServiceTx, afterId: string, limit: number): Promise<SealedCredential[]> {
  return tx.query<SealedCredential>(
    `SELECT ${SEALED} FROM channel_registrations r
     WHERE r.encrypted_credential IS NOT NULL AND r.id > $1 ORDER BY r.id LIMIT $2 FOR UPDATE`,
    [afterId, limit],
  );
}

export async function replaceSealed(
  tx: ServiceTx,
  keyId: string,
  rows: readonly { readonly registrationId: string; readonly sealed: Uint8Array }[],
): Promise<void> {
  await tx.query(
    `UPDATE channel_registrations r SET encrypted_credential = new.sealed, encryption_key_id = $1
     FROM unnest($2::uuid[], $3::bytea[]) AS new (id, sealed) WHERE r.id = new.id`,
    [keyId, rows.map((row) => row.registrationId), rows.map((row) => row.sealed)],
  );
}

/** Credentials that no key opens: they are dropped, and their registrations ask for new ones. */
export async function forgetCredentials(tx: ServiceTx, registrationIds: readonly string[]): Promise<void> {
  await tx.query(
    `UPDATE channel_registrations SET encrypted_credential = NULL, encryption_key_id = NULL,
       credential_fingerprint = NULL,
       outcome = CASE desired_state WHEN 'connected' THEN 'credential_unreadable' END,
       settled_generation = CASE desired_state WHEN 'connected' THEN generation ELSE settled_generation END
     WHERE id = ANY ($1::uuid[])`,
    [registrationIds],
  );
}

/** The fingerprints' key is lost: nothing is claimed until the loop claims it again, account by account. */
export async function releaseFingerprints(tx: ServiceTx): Promise<void> {
  await tx.query(
    "UPDATE channel_registrations SET credential_fingerprint = NULL WHERE credential_fingerprint IS NOT NULL",
  );
}
