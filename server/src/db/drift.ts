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

/** Registrations that are not where they should be; those that wait for their tenant, or with it, are where they can be. */
export function listDrift(tx: ServiceTx): Promise<Drift[]> {
  return tx.query<Drift>(
    `SELECT r.billing_account_id AS "billingAccountId", r.channel, r.desired_state AS wanted, o.state AS seen
     FROM channel_registrations r
     JOIN billing_accounts b ON b.id = r.billing_account_id
     LEFT JOIN placements p ON p.billing_account_id = r.billing_account_id
     LEFT JOIN account_observations o ON o.billing_account_id = r.billing_account_id AND o.channel = r.channel
       AND o.gateway_id = p.gateway_id
     WHERE r.disconnected_at IS NULL AND r.outcome IS NULL
       AND (r.desired_state = 'disconnected' OR (b.status = 'active' AND o.state IS DISTINCT FROM 'connected'))
     ORDER BY 1, 2`,
  );
}
