/**
 * What tenants wish of their channels. A wish bumps the connection's generation; whoever carries it out settles that
 * generation and no other (connection-outcomes.ts), so the last wish wins and none is lost.
 */
import type { Access, BillingAccountId, ChannelId } from "@cogni/contract";
import { AppError } from "../errors.ts";
import type { AuditEntry } from "./audit.ts";
import {
  COLUMNS,
  type Connection,
  type ConnectionKey,
  type CredentialType,
  connectionByKey,
  lockedConnection,
  providerOf,
} from "./connections.ts";
import type { ServiceTx, TenantTx, WalledTx } from "./tenant.ts";

interface WishedAccount {
  /** Of the row to write: `lockedConnection`'s, or a new one. */
  readonly id: string;
  readonly channel: ChannelId;
  readonly accountId: string;
  readonly access: Access;
  /** Who wishes it; of a row that stands already, its maker stays. */
  readonly by: AuditEntry["actor"];
}

export interface ConnectWish extends WishedAccount {
  readonly credentialType: Exclude<CredentialType, "channel_session">;
  /** Sealed for the row that `id` names. */
  readonly sealed: Uint8Array;
  readonly keyId: string;
  /** Not written: a claim on the same credential stays, one on another is given up. */
  readonly fingerprint: Uint8Array;
  /** From when on the messenger refuses the credential, where that is known. */
  readonly expiresAt: Date | null;
}

/**
 * Writes the wish to be connected with this credential, over whatever stood there; call `lockedConnection` first.
 * The version follows the clock, so that a database restored
 * from yesterday does not give out yesterday's versions a second time.
 */
export function wishConnected(tx: TenantTx, wish: ConnectWish): Promise<Connection> {
  return writeConnected(tx, tx.billingAccountId, wish);
}

/**
 * A login by QR succeeded: the tenant's account is connected by a session that the gateway keeps, whatever connected it
 * before. Call `lockConnection` first.
 */
export async function connectedBySession(
  tx: ServiceTx,
  account: ConnectionKey & WishedAccount,
): Promise<Connection> {
  const current = await connectionByKey(tx, account);
  return writeConnected(tx, account.billingAccountId, {
    ...account,
    id: current?.id ?? account.id,
    credentialType: "channel_session",
    sealed: null,
    keyId: null,
    fingerprint: null,
    expiresAt: null,
  });
}

async function writeConnected(
  tx: WalledTx,
  billingAccountId: BillingAccountId,
  wish: WishedAccount & {
    readonly credentialType: CredentialType;
    readonly sealed: Uint8Array | null;
    readonly keyId: string | null;
    readonly fingerprint: Uint8Array | null;
    readonly expiresAt: Date | null;
  },
): Promise<Connection> {
  const rows = await tx.query<Connection>(
    `INSERT INTO connections AS c (id, billing_account_id, provider, account_id, credential_type,
       encrypted_credentials, encryption_key_id, access, expires_at, created_by, desired_state, credential_version)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $10, $11, 'connected', greatest(
       (extract(epoch FROM clock_timestamp()) * 1000)::bigint,
       (SELECT max(credential_version) + 1 FROM connections WHERE provider = $3)))
     ON CONFLICT (billing_account_id, provider) WHERE revoked_at IS NULL DO UPDATE SET
       credential_type = excluded.credential_type, encrypted_credentials = excluded.encrypted_credentials,
       encryption_key_id = excluded.encryption_key_id, credential_version = excluded.credential_version,
       credential_fingerprint = CASE WHEN c.credential_fingerprint = $9 THEN c.credential_fingerprint END,
       access = excluded.access, expires_at = excluded.expires_at, desired_state = 'connected', revoked_by = NULL,
       generation = c.generation + 1, outcome = NULL,
       display_name = NULL, connected_at = NULL, last_used_at = NULL, wished_at = now()
     WHERE c.id = excluded.id
     RETURNING ${COLUMNS}`,
    [
      wish.id,
      billingAccountId,
      providerOf(wish.channel),
      wish.accountId,
      wish.credentialType,
      wish.sealed,
      wish.keyId,
      wish.access,
      wish.fingerprint,
      wish.expiresAt,
      JSON.stringify(wish.by),
    ],
  );
  if (!rows[0]) {
    throw new AppError("internal_error", {
      cause: new Error(`${wish.id} is not the active connection's id`),
    });
  }
  return rows[0];
}

/**
 * Writes who may write to the account; the credential stays as it is, claim and all. One that waits for its tenant has
 * no new generation: nothing is carried out before it has another credential.
 */
export async function wishAccess(tx: TenantTx, id: string, access: Access): Promise<Connection> {
  const rows = await tx.query<Connection>(
    `UPDATE connections c SET access = $2,
       generation = c.generation + CASE WHEN c.outcome IS NULL THEN 1 ELSE 0 END
     WHERE c.id = $1 AND c.revoked_at IS NULL RETURNING ${COLUMNS}`,
    [id, access],
  );
  if (!rows[0]) throw new AppError("internal_error", { cause: new Error(`${id} is no active connection`) });
  return rows[0];
}

/** Until when the credential is good: nothing that is carried out, and so no wish. */
export async function setExpiry(tx: TenantTx, id: string, expiresAt: Date | null): Promise<void> {
  await tx.query("UPDATE connections SET expires_at = $2 WHERE id = $1", [id, expiresAt]);
}

/**
 * Writes the wish to be disconnected; from now on the resolver gives the credential out no more. Null where nothing is
 * registered; a wish that stands already is left as it is.
 */
export async function wishDisconnected(
  tx: TenantTx,
  channel: ChannelId,
  by: AuditEntry["actor"],
): Promise<Connection | null> {
  const current = await lockedConnection(tx, channel);
  if (!current || current.desiredState === "disconnected") return current;
  const rows = await tx.query<Connection>(
    `UPDATE connections c
     SET desired_state = 'disconnected', generation = c.generation + 1, outcome = NULL, wished_at = now(),
       revoked_by = $2
     WHERE c.id = $1 RETURNING ${COLUMNS}`,
    [current.id, JSON.stringify(by)],
  );
  return rows[0] ?? null;
}
