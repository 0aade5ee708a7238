/** Who the caller is, and which tenant the session or key belongs to. */
import { type Me, meSchema } from "@cogni/contract";
import { ownBillingAccount } from "../../db/billing-accounts.ts";
import { withTenant } from "../../db/tenant.ts";
import { principalOf } from "../principal-of.ts";
import { answers, type Route, SIGNED_IN } from "../route.ts";

export const getMe: Route = {
  doc: {
    method: "get",
    path: "/api/v1/me",
    summary: "The signed-in caller",
    security: SIGNED_IN,
    responses: answers("The caller and its tenant.", meSchema, ["unauthenticated"]),
  },
  async handle(ctx, call) {
    const principal = await principalOf(ctx, call, "account:read");
    const { billingAccountId, name, email, role } = principal;
    const account = await withTenant(ctx.db, billingAccountId, ownBillingAccount);
    const me: Me = {
      billingAccountId,
      billingAccountName: account?.name ?? billingAccountId,
      person: email === null ? null : { email, name },
      role,
    };
    return call.json(me);
  },
};
