/** Invitations to a tenant: made, shown, taken back, and used once. */
import type { BillingAccountId, Role } from "@cogni/contract";
import type { TenantTx, Tx, WalledTx } from "./tenant.ts";

export interface NewInvitation {
  readonly billingAccountId: BillingAccountId;
  /** In lower case. */
  readonly email: string;
  readonly role: Role;
  readonly tokenHash: Uint8Array;
  /** A person's id; null for the operator. */
  readonly invitedBy: string | null;
  readonly livesS: number;
}

export interface OpenInvitation {
  readonly id: string;
  readonly email: string;
  readonly role: Role;
  readonly expiresAt: Date;
  /** A name. */
  readonly invitedBy: string | null;
}

/** What whoever has the token is told of it. */
export interface Offer {
  readonly id: string;
  readonly billingAccountId: BillingAccountId;
  readonly billingAccountName: string;
  readonly email: string;
  readonly role: Role;
}

const UNUSED = "accepted_at IS NULL AND revoked_at IS NULL";
const OPEN = `${UNUSED} AND expires_at > now()`;

export async function addInvitation(
  tx: WalledTx,
  wish: NewInvitation,
): Promise<{ id: string; expiresAt: Date }> {
  const { billingAccountId, email, role, tokenHash, invitedBy, livesS } = wish;
  const [made] = await tx.query<{ id: string; expiresAt: Date }>(
    `INSERT INTO invitations (billing_account_id, email, role, token_hash, invited_by, expires_at)
     VALUES ($1, $2, $3, $4, $5, now() + $6 * interval '1 second') RETURNING id, expires_at AS "expiresAt"`,
    [billingAccountId, email, role, tokenHash, invitedBy, livesS],
  );
  if (!made) throw new TypeError("an insert answered with no row");
  return made;
}

/** The newest first. */
export function listInvitations(tx: TenantTx): Promise<OpenInvitation[]> {
  return tx.query<OpenInvitation & Record<string, unknown>>(
    `SELECT i.id, i.email, i.role, i.expires_at AS "expiresAt", u.name AS "invitedBy"
     FROM invitations i LEFT JOIN auth."user" u ON u.id = i.invited_by
     WHERE ${OPEN} ORDER BY i.created_at DESC, i.id`,
  );
}

/** The tenant's open one of that id, or null. */
export async function findInvitation(tx: TenantTx, id: string): Promise<{ role: Role } | null> {
  const rows = await tx.query<{ role: Role }>(`SELECT role FROM invitations WHERE ${OPEN} AND id = $1`, [id]);
  return rows[0] ?? null;
}

export async function revokeInvitation(tx: TenantTx, id: string): Promise<void> {
  await tx.query(`UPDATE invitations SET revoked_at = now() WHERE ${UNUSED} AND id = $1`, [id]);
}

/** Also one whose time is over, so that the next one finds the place empty. */
export async function revokeInvitationsTo(tx: TenantTx, email: string): Promise<void> {
  await tx.query(`UPDATE invitations SET revoked_at = now() WHERE ${UNUSED} AND email = $1`, [email]);
}

/** Those of someone who may no longer give these roles. */
export async function revokeInvitationsBy(
  tx: TenantTx,
  userId: string,
  mayGive: readonly Role[],
): Promise<void> {
  await tx.query(
    `UPDATE invitations SET revoked_at = now() WHERE ${UNUSED} AND invited_by = $1 AND role <> ALL ($2)`,
    [userId, mayGive],
  );
}

/** Whether it was open until now. Of two who accept it at the same moment, one is told so. */
export async function useInvitation(tx: TenantTx, id: string): Promise<boolean> {
  const accepted = await tx.query(
    `UPDATE invitations SET accepted_at = now() WHERE ${OPEN} AND id = $1 RETURNING id`,
    [id],
  );
  return accepted.length === 1;
}

/** What an open invitation offers, before any tenant is known; null for a token that opens nothing. */
export async function lookUpInvitation(tx: Tx, tokenHash: Uint8Array): Promise<Offer | null> {
  const [offer] = await tx.query<Offer & Record<string, unknown>>(
    `SELECT id, billing_account_id AS "billingAccountId", name AS "billingAccountName", email, role
     FROM lookup_invitation($1)`,
    [tokenHash],
  );
  return offer ?? null;
}
