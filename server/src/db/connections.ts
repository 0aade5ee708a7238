/**
 * Connections as they stand: what each tenant wishes of each channel. Wishes are written in wishes.ts. The table has room for
 * connections to something else; what is here sees those of channels alone.
 */
import type { Access, BillingAccountId, ChannelId, ErrorCode } from "@cogni/contract";
import type { ServiceTx, TenantTx, Tx } from "./tenant.ts";

/** Of a channel. */
export type CredentialType = "bot_token" | "channel_session";

/** What a channel's connection is a connection to, as the table has it; back again goes its column `channel`. */
export function providerOf(channel: ChannelId): string {
  return `openclaw:${channel}`;
}

/** One that is not closed. */
export interface Connection {
  readonly id: string;
  readonly billingAccountId: BillingAccountId;
  readonly channel: ChannelId;
  readonly accountId: string;
  readonly displayName: string | null;
  readonly credentialType: CredentialType;
  /** A sealed JSON object of fields; null once it was forgotten. */
  readonly encryptedCredentials: Uint8Array | null;
  /** New with every credential, and never the same twice. */
  readonly credentialVersion: number;
  /** Whether the messenger has accepted this credential, which makes it this tenant's alone; a session is, always. */
  readonly claimed: boolean;
  readonly desiredState: "connected" | "disconnected";
  readonly access: Access;
  /** From when on its messenger refuses the credential; null: not known, or never. */
  readonly expiresAt: Date | null;
  readonly generation: number;
  readonly settledGeneration: number | null;
  /** The terminal problem of the settled generation. */
  readonly outcome: ErrorCode | null;
  readonly wishedAt: Date;
  /** When it was first seen up with this credential. */
  readonly connectedAt: Date | null;
}

/** As the reconcile loop needs it: with its place, and what was started there. */
export interface PlacedConnection extends Connection {
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

export interface ConnectionKey {
  readonly billingAccountId: BillingAccountId;
  readonly channel: ChannelId;
}

/** Of a row called `c`. */
export const COLUMNS = `c.id, c.billing_account_id AS "billingAccountId", c.channel, c.account_id AS "accountId",
  c.display_name AS "displayName", c.credential_type AS "credentialType",
  c.encrypted_credentials AS "encryptedCredentials", c.credential_version AS "credentialVersion",
  c.credential_fingerprint IS NOT NULL OR c.credential_type = 'channel_session' AS claimed,
  c.desired_state AS "desiredState", c.access, c.expires_at AS "expiresAt", c.generation, c.settled_generation AS "settledGeneration", c.outcome,
  c.wished_at AS "wishedAt", c.connected_at AS "connectedAt"`;

const PLACED = `SELECT ${COLUMNS}, b.name AS "billingAccountName", b.status <> 'active' AS suspended, p.gateway_id AS "gatewayId",
    o.started_version AS "startedVersion", o.started_at AS "startedAt", o.steadiness,
    EXISTS (SELECT FROM channel_logins l WHERE l.billing_account_id = c.billing_account_id AND l.channel = c.channel
      AND l.status IN ('requested', 'offered')) AS "loggingIn"
  FROM connections c
  JOIN billing_accounts b ON b.id = c.billing_account_id
  JOIN placements p ON p.billing_account_id = c.billing_account_id
  LEFT JOIN account_observations o ON o.billing_account_id = c.billing_account_id AND o.channel = c.channel
    AND o.gateway_id = p.gateway_id
  WHERE c.channel IS NOT NULL AND c.revoked_at IS NULL`;

/** The tenant's connection of the channel, unless it is closed. */
export async function activeConnection(tx: TenantTx, channel: ChannelId): Promise<Connection | null> {
  const rows = await tx.query<Connection>(
    `SELECT ${COLUMNS} FROM connections c WHERE c.channel = $1 AND c.revoked_at IS NULL`,
    [channel],
  );
  return rows[0] ?? null;
}

/** The same, holding every other wish for it off until the transaction ends, also where there is no row to lock yet. */
export async function lockedConnection(tx: TenantTx, channel: ChannelId): Promise<Connection | null> {
  await lockConnection(tx, { billingAccountId: tx.billingAccountId, channel });
  return activeConnection(tx, channel);
}

/** Holds off every other wish for this channel of this tenant until the transaction ends. */
export async function lockConnection(tx: Tx, { billingAccountId, channel }: ConnectionKey): Promise<void> {
  await tx.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [
    `connection ${billingAccountId}/${channel}`,
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
    [providerOf(channel), fingerprint],
  );
  return rows[0]?.claimed ?? false;
}

/** One tenant's connection of a channel, for the loop. */
export async function connectionByKey(tx: ServiceTx, key: ConnectionKey): Promise<PlacedConnection | null> {
  const rows = await tx.query<PlacedConnection>(
    `${PLACED} AND c.billing_account_id = $1 AND c.channel = $2`,
    [key.billingAccountId, key.channel],
  );
  return rows[0] ?? null;
}

/** Everything that should be on a gateway, or is on its way off it. */
export function allOnGateway(tx: ServiceTx, gatewayId: string): Promise<PlacedConnection[]> {
  return tx.query<PlacedConnection>(`${PLACED} AND p.gateway_id = $1 ORDER BY c.id`, [gatewayId]);
}
