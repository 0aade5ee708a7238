/** The version of a tenant's LLM key, of which the key is made: one more, and the one before ends. */
import type { BillingAccountId } from "@cogni/contract";
import type { ServiceTx } from "./tenant.ts";

/**
 * The version that holds from now on; null where there is no such tenant.
 * @param overlapMs for how long the key before is taken, too
 */
export async function rotateLlmKey(
  tx: ServiceTx,
  billingAccountId: BillingAccountId,
  overlapMs: number,
): Promise<number | null> {
  const [row] = await tx.query<{ version: number }>(
    `INSERT INTO llm_keys AS k (billing_account_id, version, previous_until)
     SELECT id, 2, now() + $2 * interval '1 ms' FROM billing_accounts WHERE id = $1 AND status <> 'deleting'
     ON CONFLICT (billing_account_id) DO UPDATE SET version = k.version + 1, previous_until = excluded.previous_until
     RETURNING version`,
    [billingAccountId, overlapMs],
  );
  return row?.version ?? null;
}
