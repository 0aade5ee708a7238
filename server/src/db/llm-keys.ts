/** Which version of its LLM key each tenant has. */
import type { BillingAccountId } from "@cogni/contract";
import type { ServiceTx } from "./tenant.ts";

export interface LlmKeyVersion {
  readonly billingAccountId: BillingAccountId;
  readonly version: number;
}

/** Of those of `tenants` that are placed on the gateway. */
export function llmKeyVersions(
  tx: ServiceTx,
  gatewayId: string,
  tenants: readonly BillingAccountId[],
): Promise<LlmKeyVersion[]> {
  return tx.query<LlmKeyVersion & Record<string, unknown>>(
    `SELECT p.billing_account_id AS "billingAccountId", coalesce(k.version, 1) AS version
     FROM placements p LEFT JOIN llm_keys k ON k.billing_account_id = p.billing_account_id
     WHERE p.gateway_id = $1 AND p.billing_account_id = ANY ($2)`,
    [gatewayId, tenants],
  );
}
