/** Tenants. */
import type { BillingAccountId, BillingAccountStatus, OwnTenant } from "@cogni/contract";
import { AppError } from "../errors.ts";
import { placeTenants } from "./placements.ts";
import type { ServiceTx, TenantTx, Tx } from "./tenant.ts";

export interface BillingAccount {
  readonly id: BillingAccountId;
  readonly name: string;
  readonly status: BillingAccountStatus;
}

/** Creates the tenant and gives it a place. Throws AppError `tenant_exists`. */
export async function createBillingAccount(
  tx: ServiceTx,
  { id, name }: Pick<BillingAccount, "id" | "name">,
): Promise<void> {
  const rows = await tx.query(
    "INSERT INTO billing_accounts (id, name) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING id",
    [id, name],
  );
  if (rows.length === 0)
    throw new AppError("tenant_exists", { detail: `There is already a tenant “${id}”.` });
  await placeTenants(tx);
}

/** The tenant of this transaction. */
export async function ownBillingAccount(tx: TenantTx): Promise<BillingAccount | null> {
  const rows = await tx.query<BillingAccount>("SELECT id, name, status FROM billing_accounts");
  return rows[0] ?? null;
}

export async function renameBillingAccount(tx: TenantTx, name: string): Promise<void> {
  await tx.query("UPDATE billing_accounts SET name = $2 WHERE id = $1", [tx.billingAccountId, name]);
}

/** Of the person behind a living session; those they have been a member of for longest first. */
export function tenantsOfSession(tx: Tx, sessionId: string): Promise<Omit<OwnTenant, "scopes">[]> {
  return tx.query<Omit<OwnTenant, "scopes">>(
    `SELECT billing_account_id AS "billingAccountId", name AS "billingAccountName", role, status
     FROM tenants_of_session($1) ORDER BY since, billing_account_id`,
    [sessionId],
  );
}

export interface BillingAccountOverview extends BillingAccount {
  readonly createdAt: Date;
  readonly gatewayId: string | null;
  readonly channels: readonly string[];
}

/** Which of those ids are tenants' that are not being deleted. */
export async function tenantsAmong(
  tx: ServiceTx,
  ids: readonly BillingAccountId[],
): Promise<BillingAccountId[]> {
  const rows = await tx.query<{ id: BillingAccountId }>(
    "SELECT id FROM billing_accounts WHERE id = ANY($1::text[]) AND status <> 'deleting'",
    [ids],
  );
  return rows.map(({ id }) => id);
}

/** For the operator. */
export function listBillingAccounts(tx: ServiceTx): Promise<BillingAccountOverview[]> {
  return tx.query<BillingAccountOverview>(
    `SELECT b.id, b.name, b.status, b.created_at AS "createdAt", p.gateway_id AS "gatewayId",
       ARRAY(SELECT channel FROM connections c
         WHERE c.billing_account_id = b.id AND c.channel IS NOT NULL AND c.revoked_at IS NULL ORDER BY channel) AS channels
     FROM billing_accounts b LEFT JOIN placements p ON p.billing_account_id = b.id ORDER BY b.id`,
  );
}
