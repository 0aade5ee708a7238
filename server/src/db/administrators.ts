/** The platform's administrators, and the invitations by which people become one. */
import type { Person } from "@cogni/contract";
import type { ServiceTx, Tx } from "./tenant.ts";

export interface Administrator {
  readonly userId: string;
  readonly name: string;
  readonly email: string;
  readonly since: Date;
}

/** Of the person behind a living session; looked up afresh, so that a role that was taken ends at once. */
export async function isAdministrator(tx: Tx, sessionId: string): Promise<boolean> {
  const rows = await tx.query<{ is: boolean }>('SELECT is_administrators_session($1) AS "is"', [sessionId]);
  return rows[0]?.is ?? false;
}

/** Null where nobody is of that id. */
export async function personWithRole(tx: Tx, userId: string): Promise<Person | null> {
  const rows = await tx.query<Person>(
    `SELECT u.name, u.email, EXISTS (SELECT FROM platform_administrators a WHERE a.user_id = u.id) AS "platformAdministrator"
     FROM auth."user" u WHERE u.id = $1`,
    [userId],
  );
  return rows[0] ?? null;
}

/** Those who have been one for longest first. */
export function listAdministrators(tx: Tx): Promise<Administrator[]> {
  return tx.query<Administrator & Record<string, unknown>>(
    `SELECT u.id AS "userId", u.name, u.email, a.since
     FROM platform_administrators a JOIN auth."user" u ON u.id = a.user_id ORDER BY a.since, u.id`,
  );
}

/** One who is an administrator already stays one. */
export async function addAdministrator(tx: ServiceTx, userId: string): Promise<void> {
  await tx.query("INSERT INTO platform_administrators (user_id) VALUES ($1) ON CONFLICT DO NOTHING", [
    userId,
  ]);
}

export async function removeAdministrator(tx: ServiceTx, userId: string): Promise<void> {
  await tx.query("DELETE FROM platform_administrators WHERE user_id = $1", [userId]);
}

const UNUSED = "accepted_at IS NULL AND revoked_at IS NULL";

/** @param email in lower case */
export async function inviteAdministrator(
  tx: ServiceTx,
  {
    email,
    tokenHash,
    livesS,
  }: { readonly email: string; readonly tokenHash: Uint8Array; readonly livesS: number },
): Promise<string> {
  const [made] = await tx.query<{ id: string }>(
    `INSERT INTO platform_invitations (email, token_hash, expires_at)
     VALUES ($1, $2, now() + $3 * interval '1 second') RETURNING id`,
    [email, tokenHash, livesS],
  );
  if (!made) throw new TypeError("an insert answered with no row");
  return made.id;
}

export function openAdministratorInvitations(tx: ServiceTx): Promise<{ email: string; expiresAt: Date }[]> {
  return tx.query(
    `SELECT email, expires_at AS "expiresAt" FROM platform_invitations
     WHERE ${UNUSED} AND expires_at > now() ORDER BY created_at, id`,
  );
}

/** Also one whose time is over, so that the next one finds the place empty. @returns whether there was one */
export async function revokeAdministratorInvitations(tx: ServiceTx, email: string): Promise<boolean> {
  const revoked = await tx.query(
    `UPDATE platform_invitations SET revoked_at = now() WHERE ${UNUSED} AND email = $1 RETURNING id`,
    [email],
  );
  return revoked.length > 0;
}

/** Of an open invitation, before anyone is known; null for a token that opens nothing. */
export async function lookUpAdministratorInvitation(
  tx: Tx,
  tokenHash: Uint8Array,
): Promise<{ id: string; email: string } | null> {
  const rows = await tx.query<{ id: string; email: string }>(
    "SELECT id, email FROM lookup_platform_invitation($1)",
    [tokenHash],
  );
  return rows[0] ?? null;
}

/** Whether it was open and for them. Of two who use it at the same moment, one is told so. */
export async function acceptAdministratorInvitation(
  tx: Tx,
  tokenHash: Uint8Array,
  userId: string,
): Promise<boolean> {
  const rows = await tx.query<{ accepted: boolean }>(
    "SELECT accept_platform_invitation($1, $2) AS accepted",
    [tokenHash, userId],
  );
  return rows[0]?.accepted ?? false;
}
