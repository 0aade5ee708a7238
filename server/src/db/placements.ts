/** Which tenant is on which gateway. Every look-up goes through here, although there is one shared gateway for now. */
import type { BillingAccountId } from "@cogni/contract";
import type { ServiceTx } from "./tenant.ts";

/**
 * Places every tenant that has no place yet on the gateway with the most room, by accounts; where all are full or draining, or
 * none is known, it stays without, and the next call tries again.
 */
export async function placeTenants(tx: ServiceTx): Promise<void> {
  await tx.query(
    `INSERT INTO placements (billing_account_id, gateway_id)
     SELECT b.id, roomiest.id FROM billing_accounts b, (SELECT roomiest_gateway() AS id) AS roomiest
     WHERE roomiest.id IS NOT NULL AND NOT EXISTS (SELECT FROM placements p WHERE p.billing_account_id = b.id)
     ON CONFLICT DO NOTHING`,
  );
}

/** Which of those tenants are placed on the gateway, and not being deleted. */
export async function placedOn(
  tx: ServiceTx,
  gatewayId: string,
  ids: readonly BillingAccountId[],
): Promise<BillingAccountId[]> {
  const rows = await tx.query<{ id: BillingAccountId }>(
    `SELECT p.billing_account_id AS id FROM placements p JOIN billing_accounts b ON b.id = p.billing_account_id
     WHERE p.gateway_id = $1 AND p.billing_account_id = ANY($2::text[]) AND b.status <> 'deleting'`,
    [gatewayId, ids],
  );
  return rows.map(({ id }) => id);
}
