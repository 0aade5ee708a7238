/** Which tenant is on which gateway. Every look-up goes through here, although there is one shared gateway for now. */
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
