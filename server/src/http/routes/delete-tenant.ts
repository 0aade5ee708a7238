/** An owner deletes the tenant, with everything in it. */
import { deletedTenantSchema, deleteTenantRequestSchema } from "@cogni/contract";
import { deleteByOwner } from "../../auth/deletion.ts";
import { parseBody } from "../body.ts";
import { principalOf } from "../principal-of.ts";
import { answersToBody, IN_PERSON, jsonBody, type Route } from "../route.ts";

export const deleteTenant: Route = {
  doc: {
    method: "post",
    path: "/api/v1/tenants/delete",
    summary: "Delete the tenant",
    description:
      "For owners, who type its name. From then on its keys, members and invitations are good for nothing, and its " +
      "accounts are disconnected; everything else is erased as soon as the gateway answers. That can't be undone.",
    security: IN_PERSON,
    request: jsonBody(deleteTenantRequestSchema),
    responses: answersToBody("It is being deleted.", deletedTenantSchema, ["unauthenticated"]),
  },
  async handle(ctx, call) {
    const principal = await principalOf(ctx, call, "tenant:write");
    const { name } = await parseBody(call.req.raw, deleteTenantRequestSchema);
    await deleteByOwner(ctx.db, principal, name, call.env.meta);
    ctx.principals.forget();
    return call.json({ billingAccountId: principal.billingAccountId, status: "deleting" });
  },
};
