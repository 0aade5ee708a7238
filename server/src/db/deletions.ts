/** Tenants that are being deleted: how far each has come, and the erasure of its rows. Steps: 0012_suspend_and_delete.sql. */
import type { BillingAccountId } from "@cogni/contract";
import type { ServiceTx, TenantTx } from "./tenant.ts";

export interface Deletion {
  readonly billingAccountId: BillingAccountId;
  readonly name: string;
  readonly step: "accounts" | "gateway" | "records";
}

interface Answer extends Record<string, unknown> {
  readonly is: boolean | null;
}

/** False where there is no tenant of that id and that very name. One that is being deleted goes on being deleted. */
export async function beginDeletion(tx: ServiceTx, id: BillingAccountId, name: string): Promise<boolean> {
  const rows = await tx.query<Answer>('SELECT begin_deletion($1, $2) AS "is"', [id, name]);
  return rows[0]?.is ?? false;
}

/** Of the transaction's tenant. */
export async function beginOwnDeletion(tx: TenantTx, name: string): Promise<boolean> {
  const rows = await tx.query<Answer>('SELECT delete_own_tenant($1) AS "is"', [name]);
  return rows[0]?.is ?? false;
}

/** The same for one of the platform's administrators; false for anyone else, too. */
export async function beginDeletionBy(tx: TenantTx, sessionId: string, name: string): Promise<boolean> {
  const rows = await tx.query<Answer>('SELECT operator_delete($1, $2) AS "is"', [sessionId, name]);
  return rows[0]?.is ?? false;
}

/** Those of a gateway, and those that never had a place. */
export function deletionsOn(tx: ServiceTx, gatewayId: string): Promise<Deletion[]> {
  return tx.query<Deletion & Record<string, unknown>>(
    `SELECT d.billing_account_id AS "billingAccountId", b.name, d.step
     FROM tenant_deletions d JOIN billing_accounts b ON b.id = d.billing_account_id
     LEFT JOIN placements p ON p.billing_account_id = b.id
     WHERE p.gateway_id IS NOT DISTINCT FROM $1 OR p.gateway_id IS NULL ORDER BY d.requested_at`,
    [gatewayId],
  );
}

export async function reachStep(
  tx: ServiceTx,
  { billingAccountId }: Deletion,
  step: Deletion["step"],
): Promise<void> {
  await tx.query("UPDATE tenant_deletions SET step = $2 WHERE billing_account_id = $1", [
    billingAccountId,
    step,
  ]);
}

/** Nobody adds anything that names the tenant until the transaction ends; and then, if it is gone, nobody can. */
export async function lockTenant(tx: ServiceTx, id: BillingAccountId): Promise<void> {
  await tx.query("SELECT FROM billing_accounts WHERE id = $1 FOR UPDATE", [id]);
}

export async function memberIds(tx: ServiceTx, id: BillingAccountId): Promise<string[]> {
  const rows = await tx.query<{ userId: string }>(
    'SELECT user_id AS "userId" FROM members WHERE billing_account_id = $1 ORDER BY user_id',
    [id],
  );
  return rows.map(({ userId }) => userId);
}

/** Whether they were: nobody who belongs to another tenant is, and none of the platform's administrators. */
export async function erasePerson(tx: ServiceTx, userId: string): Promise<boolean> {
  const rows = await tx.query<Answer>('SELECT erase_person($1) AS "is"', [userId]);
  return rows[0]?.is ?? false;
}

/** Someone who is no more made or ended it, asked for its code, or entered it: of other tenants that stays, under another name. */
export async function renameMaker(tx: ServiceTx, userId: string, pseudonym: string): Promise<void> {
  const made = {
    connections: ["created_by", "revoked_by"],
    channel_logins: ["requested_by"],
    ledger_entries: ["made_by"],
  };
  for (const [table, columns] of Object.entries(made)) {
    for (const column of columns) {
      await tx.query(
        `UPDATE ${table} SET ${column} = jsonb_set(${column}, '{id}', to_jsonb($2::text)) WHERE ${column}->>'id' = $1`,
        [userId, pseudonym],
      );
    }
  }
}

/** Every row that names the tenant, in whichever table, and the tenant. */
export async function eraseRows(tx: ServiceTx, id: BillingAccountId): Promise<void> {
  const tables = await tx.query<{ name: string }>(
    `SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attname = 'billing_account_id'
       AND NOT a.attisdropped AND has_table_privilege(c.oid, 'DELETE') ORDER BY c.oid DESC`,
  );
  // Of the audit nothing is left by now, and nobody may delete from it. The newest first: where one refers to another, it was made later.
  for (const { name } of tables) await tx.query(`DELETE FROM ${name} WHERE billing_account_id = $1`, [id]);
  await tx.query("DELETE FROM billing_accounts WHERE id = $1", [id]);
}

/** So that the id is not taken again. */
export async function rememberErased(tx: ServiceTx, pseudonym: string): Promise<void> {
  await tx.query("INSERT INTO erased_tenants (pseudonym) VALUES ($1) ON CONFLICT DO NOTHING", [pseudonym]);
}
