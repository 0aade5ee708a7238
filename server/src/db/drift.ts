/** Where what is differs from what should be, for the operator's eyes. */
import type { BillingAccountId, ChannelId } from "@cogni/contract";
import type { ServiceTx } from "./tenant.ts";

export interface Drift {
  readonly billingAccountId: BillingAccountId;
  readonly channel: ChannelId;
  readonly wanted: "connected" | "disconnected";
  /** The state last seen; null: the gateway has no such account. */
  readonly seen: string | null;
}

/** Connections that are not where they should be; those that wait for their tenant, or with it, are where they can be. */
export function listDrift(tx: ServiceTx): Promise<Drift[]> {
  return tx.query<Drift>(
    `SELECT c.billing_account_id AS "billingAccountId", c.channel, c.desired_state AS wanted, o.state AS seen
     FROM connections c
     JOIN billing_accounts b ON b.id = c.billing_account_id
     LEFT JOIN placements p ON p.billing_account_id = c.billing_account_id
     LEFT JOIN account_observations o ON o.billing_account_id = c.billing_account_id AND o.channel = c.channel
       AND o.gateway_id = p.gateway_id
     WHERE c.channel IS NOT NULL AND c.revoked_at IS NULL AND c.outcome IS NULL
       AND (c.desired_state = 'disconnected' OR (b.status = 'active' AND o.state IS DISTINCT FROM 'connected'))
     ORDER BY 1, 2`,
  );
}
