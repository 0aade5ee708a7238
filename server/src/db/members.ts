/** Who belongs to a tenant, and as what. */
import type { BillingAccountId, Role } from "@cogni/contract";
import type { TenantTx, WalledTx } from "./tenant.ts";

export interface NewMember {
  readonly billingAccountId: BillingAccountId;
  readonly userId: string;
  readonly role: Role;
}

export interface MemberRow {
  readonly userId: string;
  readonly name: string;
  readonly email: string;
  readonly role: Role;
  readonly since: Date;
}

/** One who is a member already keeps their role. */
export async function addMember(tx: WalledTx, { billingAccountId, userId, role }: NewMember): Promise<void> {
  await tx.query(
    "INSERT INTO members (billing_account_id, user_id, role) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
    [billingAccountId, userId, role],
  );
}

/** Holds off whoever else is about to change who is a member, is invited, or is what, until the transaction ends. */
export async function lockMembers(tx: TenantTx): Promise<void> {
  await tx.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [`members ${tx.billingAccountId}`]);
}

/** Those who have been members for longest first. */
export function listMembers(tx: TenantTx): Promise<MemberRow[]> {
  return tx.query<MemberRow & Record<string, unknown>>(
    `SELECT u.id AS "userId", u.name, u.email, m.role, m.created_at AS since
     FROM members m JOIN auth."user" u ON u.id = m.user_id ORDER BY m.created_at, u.id`,
  );
}

/** Null for one who is no member. */
export async function roleOf(tx: TenantTx, userId: string): Promise<Role | null> {
  const rows = await tx.query<{ role: Role }>("SELECT role FROM members WHERE user_id = $1", [userId]);
  return rows[0]?.role ?? null;
}

export async function isMemberByEmail(tx: TenantTx, email: string): Promise<boolean> {
  const rows = await tx.query(
    'SELECT FROM members m JOIN auth."user" u ON u.id = m.user_id WHERE u.email = $1',
    [email],
  );
  return rows.length > 0;
}

export async function countOwners(tx: TenantTx): Promise<number> {
  const rows = await tx.query<{ owners: number }>(
    "SELECT count(*)::integer AS owners FROM members WHERE role = 'owner'",
  );
  return rows[0]?.owners ?? 0;
}

export async function setRole(tx: TenantTx, userId: string, role: Role): Promise<void> {
  await tx.query("UPDATE members SET role = $2 WHERE user_id = $1", [userId, role]);
}

export async function removeMember(tx: TenantTx, userId: string): Promise<void> {
  await tx.query("DELETE FROM members WHERE user_id = $1", [userId]);
}
