/**
 * Registrations: what each tenant wishes of each channel. A wish bumps the generation; whoever carries it out settles
 * that generation and no other (registration-outcomes.ts), so the last wish wins and none is lost.
 */
import type { Access, BillingAccountId, ChannelId, ErrorCode } from "@cogni/contract";
import { AppError } from "../errors.ts";
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
  readonly gatewayId: string;
  /** The credential version last started on that gateway. */
  readonly startedVersion: number | null;
  /** A login by QR is under way: until it has ended, the account is the login's. */
  readonly loggingIn: boolean;
  /** What is remembered of the account, as the watcher wrote it. */
  readonly steadiness: unknown;
}

export interface RegistrationKey {
  readonly billingAccountId: BillingAccountId;
  readonly channel: ChannelId;
}

const COLUMNS = `r.id, r.billing_account_id AS "billingAccountId", r.channel, r.account_id AS "accountId",
  r.display_name AS "displayName", r.credential_type AS "credentialType",
  r.encrypted_credential AS "encryptedCredential", r.credential_version AS "credentialVersion",
  r.credential_fingerprint IS NOT NULL OR r.credential_type = 'state_dir' AS claimed,
  r.desired_state AS "desiredState", r.access, r.generation, r.settled_generation AS "settledGeneration", r.outcome,
  r.wished_at AS "wishedAt", r.connected_at AS "connectedAt"`;

const PLACED = `SELECT ${COLUMNS}, b.name AS "billingAccountName", p.gateway_id AS "gatewayId",
    o.started_version AS "startedVersion", o.steadiness,
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

/** All of the tenant's registrations that are not closed. */
export function listActive(tx: TenantTx): Promise<Registration[]> {
  return tx.query<Registration>(
    `SELECT ${COLUMNS} FROM channel_registrations r WHERE r.disconnected_at IS NULL ORDER BY r.channel`,
  );
}

interface WishedAccount {
  /** Of the row to write: `lockedRegistration`'s, or a new one. */
  readonly id: string;
  readonly channel: ChannelId;
  readonly accountId: string;
  readonly access: Access;
}

export interface ConnectWish extends WishedAccount {
  readonly credentialType: Exclude<CredentialType, "state_dir">;
  /** Sealed for the row that `id` names. */
  readonly sealed: Uint8Array;
  readonly keyId: string;
  /** Not written: a claim on the same credential stays, one on another is given up. */
  readonly fingerprint: Uint8Array;
}

/**
 * Writes the wish to be connected with this credential, over whatever stood there; call `lockedRegistration` first.
 * The version follows the clock, so that a database restored
 * from yesterday does not give out yesterday's versions a second time.
 */
export function wishConnected(tx: TenantTx, wish: ConnectWish): Promise<Registration> {
  return writeConnected(tx, tx.billingAccountId, wish);
}

/**
 * A login by QR succeeded: the tenant's account is connected by a session that the gateway keeps, whatever connected it
 * before. Call `lockRegistration` first.
 */
export async function connectedBySession(
  tx: ServiceTx,
  account: RegistrationKey & WishedAccount,
): Promise<Registration> {
  const current = await registrationByKey(tx, account);
  return writeConnected(tx, account.billingAccountId, {
    ...account,
    id: current?.id ?? account.id,
    credentialType: "state_dir",
    sealed: null,
    keyId: null,
    fingerprint: null,
  });
}

async function writeConnected(
  tx: Tx,
  billingAccountId: BillingAccountId,
  wish: WishedAccount & {
    readonly credentialType: CredentialType;
    readonly sealed: Uint8Array | null;
    readonly keyId: string | null;
    readonly fingerprint: Uint8Array | null;
  },
): Promise<Registration> {
  const rows = await tx.query<Registration>(
    `INSERT INTO channel_registrations AS r (id, billing_account_id, channel, account_id, credential_type,
       encrypted_credential, encryption_key_id, access, desired_state, credential_version)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'connected', greatest(
       (extract(epoch FROM clock_timestamp()) * 1000)::bigint,
       (SELECT max(credential_version) + 1 FROM channel_registrations WHERE channel = $3)))
     ON CONFLICT (billing_account_id, channel) WHERE disconnected_at IS NULL DO UPDATE SET
       credential_type = excluded.credential_type, encrypted_credential = excluded.encrypted_credential,
       encryption_key_id = excluded.encryption_key_id, credential_version = excluded.credential_version,
       credential_fingerprint = CASE WHEN r.credential_fingerprint = $9 THEN r.credential_fingerprint END,
       access = excluded.access, desired_state = 'connected', generation = r.generation + 1, outcome = NULL,
       display_name = NULL, connected_at = NULL, wished_at = now()
     WHERE r.id = excluded.id
     RETURNING ${COLUMNS}`,
    [
      wish.id,
      billingAccountId,
      wish.channel,
      wish.accountId,
      wish.credentialType,
      wish.sealed,
      wish.keyId,
      wish.access,
      wish.fingerprint,
    ],
  );
  if (!rows[0]) {
    throw new AppError("internal_error", {
      cause: new Error(`${wish.id} is not the active registration's id`),
    });
  }
  return rows[0];
}

/**
 * Writes who may write to the account; the credential stays as it is, claim and all. One that waits for its tenant has
 * no new generation: nothing is carried out before it has another credential.
 */
export async function wishAccess(tx: TenantTx, id: string, access: Access): Promise<Registration> {
  const rows = await tx.query<Registration>(
    `UPDATE channel_registrations r SET access = $2,
       generation = r.generation + CASE WHEN r.outcome IS NULL THEN 1 ELSE 0 END
     WHERE r.id = $1 AND r.disconnected_at IS NULL RETURNING ${COLUMNS}`,
    [id, access],
  );
  if (!rows[0]) throw new AppError("internal_error", { cause: new Error(`${id} is no active registration`) });
  return rows[0];
}

/**
 * Writes the wish to be disconnected; from now on the resolver gives the credential out no more. Null where nothing is
 * registered; a wish that stands already is left as it is.
 */
export async function wishDisconnected(tx: TenantTx, channel: ChannelId): Promise<Registration | null> {
  const current = await lockedRegistration(tx, channel);
  if (!current || current.desiredState === "disconnected") return current;
  const rows = await tx.query<Registration>(
    `UPDATE channel_registrations r
     SET desired_state = 'disconnected', generation = r.generation + 1, outcome = NULL, wished_at = now()
     WHERE r.id = $1 RETURNING ${COLUMNS}`,
    [current.id],
  );
  return rows[0] ?? null;
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

/** Wishes on a gateway that nobody has brought to an end, the oldest first. */
export function unsettled(tx: ServiceTx, gatewayId: string, limit: number): Promise<PlacedRegistration[]> {
  return tx.query<PlacedRegistration>(
    `${PLACED} AND p.gateway_id = $1 AND r.settled_generation IS DISTINCT FROM r.generation
     ORDER BY r.wished_at LIMIT $2`,
    [gatewayId, limit],
  );
}
