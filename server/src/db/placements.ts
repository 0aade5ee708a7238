/** Which tenant is on which gateway. Every look-up goes through here, although there is one shared gateway for now. */
import type { ServiceTx } from "./tenant.ts";

/**
 * Places every tenant that has no place yet on the gateway with the most room, by accounts; where all are full or none
 * is known, it stays without, and the next call tries again.
 */
export async function placeTenants(tx: ServiceTx): Promise<void> {
  await tx.query(
    `INSERT INTO placements (billing_account_id, gateway_id)
     SELECT b.id, roomiest.id FROM billing_accounts b, (
       SELECT g.id FROM gateways g
       LEFT JOIN placements p ON p.gateway_id = g.id
       LEFT JOIN channel_registrations r ON r.billing_account_id = p.billing_account_id AND r.disconnected_at IS NULL
       WHERE NOT g.draining GROUP BY g.id HAVING count(r.id) < g.capacity
       ORDER BY g.capacity - count(r.id) DESC, g.id LIMIT 1) AS roomiest
     WHERE NOT EXISTS (SELECT FROM placements p WHERE p.billing_account_id = b.id)
     ON CONFLICT DO NOTHING`,
  );
}
