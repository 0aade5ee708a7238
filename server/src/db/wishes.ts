/**
 * What tenants wish of their channels. A wish bumps the registration's generation; whoever carries it out settles that
 * generation and no other (registration-outcomes.ts), so the last wish wins and none is lost.
 */
import type { Access, BillingAccountId, ChannelId } from "@cogni/contract";
import { AppError } from "../errors.ts";
import {
  COLUMNS,
  type CredentialType,
  lockedRegistration,
  type Registration,
  type RegistrationKey,
  registrationByKey,
} from "./registrations.ts";
import type { ServiceTx, TenantTx, WalledTx } from "./tenant.ts";

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
  tx: WalledTx,
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
