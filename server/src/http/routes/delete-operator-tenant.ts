/** One of the platform's administrators deletes a tenant. */
import { deletedTenantSchema, operatorDeleteRequestSchema } from "@cogni/contract";
import { deleteByAdministrator } from "../../auth/deletion.ts";
import { parseBody } from "../body.ts";
import { platformOf } from "../platform-of.ts";
import { answersToBody, IN_PERSON, jsonBody, type Route } from "../route.ts";

export const deleteOperatorTenant: Route = {
  doc: {
    method: "post",
    path: "/api/v1/operator/tenants/delete",
    summary: "Delete a tenant",
    description: "As an owner does, with its name typed. That can't be undone.",
    security: IN_PERSON,
    request: jsonBody(operatorDeleteRequestSchema),
    responses: answersToBody("It is being deleted.", deletedTenantSchema, ["unauthenticated"]),
  },
  async handle(ctx, call) {
    const session = await platformOf(ctx, call);
    const wish = await parseBody(call.req.raw, operatorDeleteRequestSchema);
    await deleteByAdministrator(ctx.db, session, wish, call.env.meta);
    ctx.principals.forget();
    return call.json({ billingAccountId: wish.billingAccountId, status: "deleting" });
  },
};
