/** Who belongs to a tenant, and as what. */
import type { BillingAccountId, Role } from "@cogni/contract";
import type { Tx } from "./tenant.ts";

export interface NewMember {
  readonly billingAccountId: BillingAccountId;
  readonly userId: string;
  readonly role: Role;
}

/** One who is a member already keeps their role. */
export async function addMember(tx: Tx, { billingAccountId, userId, role }: NewMember): Promise<void> {
  await tx.query(
    "INSERT INTO members (billing_account_id, user_id, role) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
    [billingAccountId, userId, role],
  );
}
