/** Whether a tenant is active, suspended or being deleted, and who is to be told when that changes. */
import type { BillingAccountId, BillingAccountStatus, ChannelId } from "@cogni/contract";
import type { ConnectionKey } from "./connections.ts";
import type { ServiceTx, TenantTx } from "./tenant.ts";

/** @returns its status then; null where there is no such tenant */
export async function setSuspended(
  tx: ServiceTx,
  id: BillingAccountId,
  suspended: boolean,
): Promise<BillingAccountStatus | null> {
  const rows = await tx.query<{ status: BillingAccountStatus | null }>(
    "SELECT set_suspended($1, $2) AS status",
    [id, suspended],
  );
  return rows[0]?.status ?? null;
}

/** The same for one of the platform's administrators, of the transaction's tenant; null for anyone else, too. */
export async function setSuspendedBy(
  tx: TenantTx,
  sessionId: string,
  suspended: boolean,
): Promise<BillingAccountStatus | null> {
  const rows = await tx.query<{ status: BillingAccountStatus | null }>(
    "SELECT operator_suspend($1, $2) AS status",
    [sessionId, suspended],
  );
  return rows[0]?.status ?? null;
}

/** The tenants of a gateway that are not to have anything up there now; those of which it holds nothing any more are left out. */
export async function inactiveTenants(tx: ServiceTx, gatewayId: string): Promise<BillingAccountId[]> {
  const rows = await tx.query<{ id: BillingAccountId }>(
    `SELECT b.id FROM billing_accounts b JOIN placements p ON p.billing_account_id = b.id
     WHERE p.gateway_id = $1 AND b.status <> 'active' AND NOT EXISTS (
       SELECT FROM tenant_deletions d WHERE d.billing_account_id = b.id AND d.step = 'records')
     ORDER BY b.id`,
    [gatewayId],
  );
  return rows.map(({ id }) => id);
}

/** What of a tenant's is at its gateway, or under way there: connections that are open, and logins that are not finished. */
export async function openAccounts(
  tx: ServiceTx,
  billingAccountId: BillingAccountId,
): Promise<ConnectionKey[]> {
  const rows = await tx.query<{ channel: ChannelId }>(
    `SELECT channel FROM connections WHERE billing_account_id = $1 AND channel IS NOT NULL AND revoked_at IS NULL
     UNION SELECT channel FROM channel_logins WHERE billing_account_id = $1 AND finished_at IS NULL`,
    [billingAccountId],
  );
  return rows.map(({ channel }) => ({ billingAccountId, channel }));
}
