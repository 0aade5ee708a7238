/** Registrations as they stand: what each tenant wishes of each channel. Wishes are written in wishes.ts. */
import type { Access, BillingAccountId, ChannelId, ErrorCode } from "@cogni/contract";
import type { ServiceTx, TenantTx, Tx } from "./tenant.ts";

export type CredentialType = "bot_token" | "oauth_token" | "state_dir";

/** One that is not closed. */
export interface Registration {
  readonly id: string;
  readonly billingAccountId: BillingAccountId;
  readonly channel: ChannelId;
  readonly accountId: string;
  readonly displayName: string | null;
  readonly credentialType: CredentialType;
  /** A sealed JSON object of fields; null once it was forgotten. */
  readonly encryptedCredential: Uint8Array | null;
  /** New with every credential, and never the same twice. */
  readonly credentialVersion: number;
  /** Whether the messenger has accepted this credential, which makes it this tenant's alone; a session is, always. */
  readonly claimed: boolean;
  readonly desiredState: "connected" | "disconnected";
  readonly access: Access;
  readonly generation: number;
  readonly settledGeneration: number | null;
  /** The terminal problem of the settled generation. */
  readonly outcome: ErrorCode | null;
  readonly wishedAt: Date;
  /** When it was first seen up with this credential. */
  readonly connectedAt: Date | null;
}

/** As the reconcile loop needs it: with its place, and what was started there. */
export interface PlacedRegistration extends Registration {
  readonly billingAccountName: string;
  /** The tenant is not to have any account up now, whatever it wishes. */
  readonly suspended: boolean;
  readonly gatewayId: string;
  /** The credential version last started on that gateway. */
  readonly startedVersion: number | null;
  /** Since when it runs on that version: what was seen of the account before is of an earlier one. */
  readonly startedAt: Date | null;
  /** A login by QR is under way: until it has ended, the account is the login's. */
  readonly loggingIn: boolean;
  /** What is remembered of the account, as the watcher wrote it. */
  readonly steadiness: unknown;
}

export interface RegistrationKey {
  readonly billingAccountId: BillingAccountId;
  readonly channel: ChannelId;
}

/** Of a row called `r`. */
export const COLUMNS = `r.id, r.billing_account_id AS "billingAccountId", r.channel, r.account_id AS "accountId",
  r.display_name AS "displayName", r.credential_type AS "credentialType",
  r.encrypted_credential AS "encryptedCredential", r.credential_version AS "credentialVersion",
  r.credential_fingerprint IS NOT NULL OR r.credential_type = 'state_dir' AS claimed,
  r.desired_state AS "desiredState", r.access, r.generation, r.settled_generation AS "settledGeneration", r.outcome,
  r.wished_at AS "wishedAt", r.connected_at AS "connectedAt"`;

const PLACED = `SELECT ${COLUMNS}, b.name AS "billingAccountName", b.status <> 'active' AS suspended, p.gateway_id AS "gatewayId",
    o.started_version AS "startedVersion", o.started_at AS "startedAt", o.steadiness,
    EXISTS (SELECT FROM channel_logins l WHERE l.billing_account_id = r.billing_account_id AND l.channel = r.channel
      AND l.status IN ('requested', 'offered')) AS "loggingIn"
  FROM channel_registrations r
  JOIN billing_accounts b ON b.id = r.billing_account_id
  JOIN placements p ON p.billing_account_id = r.billing_account_id
  LEFT JOIN account_observations o ON o.billing_account_id = r.billing_account_id AND o.channel = r.channel
    AND o.gateway_id = p.gateway_id
  WHERE r.disconnected_at IS NULL`;

/** The tenant's registration of the channel, unless it is closed. */
export async function activeRegistration(tx: TenantTx, channel: ChannelId): Promise<Registration | null> {
  const rows = await tx.query<Registration>(
    `SELECT ${COLUMNS} FROM channel_registrations r WHERE r.channel = $1 AND r.disconnected_at IS NULL`,
    [channel],
  );
  return rows[0] ?? null;
}

/** The same, holding every other wish for it off until the transaction ends, also where there is no row to lock yet. */
export async function lockedRegistration(tx: TenantTx, channel: ChannelId): Promise<Registration | null> {
  await lockRegistration(tx, { billingAccountId: tx.billingAccountId, channel });
  return activeRegistration(tx, channel);
}

/** Holds off every other wish for this channel of this tenant until the transaction ends. */
export async function lockRegistration(
  tx: Tx,
  { billingAccountId, channel }: RegistrationKey,
): Promise<void> {
  await tx.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [
    `registration ${billingAccountId}/${channel}`,
  ]);
}

/** Whether another tenant's accepted credential has this fingerprint; of no tenant's transaction, whether anyone's has. */
export async function claimedElsewhere(
  tx: Tx,
  channel: ChannelId,
  fingerprint: Uint8Array,
): Promise<boolean> {
  const rows = await tx.query<{ claimed: boolean }>(
    "SELECT credential_claimed_elsewhere($1, $2) AS claimed",
    [channel, fingerprint],
  );
  return rows[0]?.claimed ?? false;
}

/** One tenant's registration of a channel, for the loop. */
export async function registrationByKey(
  tx: ServiceTx,
  key: RegistrationKey,
): Promise<PlacedRegistration | null> {
  const rows = await tx.query<PlacedRegistration>(
    `${PLACED} AND r.billing_account_id = $1 AND r.channel = $2`,
    [key.billingAccountId, key.channel],
  );
  return rows[0] ?? null;
}

/** Everything that should be on a gateway, or is on its way off it. */
export function allOnGateway(tx: ServiceTx, gatewayId: string): Promise<PlacedRegistration[]> {
  return tx.query<PlacedRegistration>(`${PLACED} AND p.gateway_id = $1 ORDER BY r.id`, [gatewayId]);
}
