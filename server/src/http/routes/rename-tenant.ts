/** The tenant is called otherwise. */
import { renamedTenantSchema, renameTenantRequestSchema } from "@cogni/contract";
import { parseBody } from "../body.ts";
import { principalOf } from "../principal-of.ts";
import { answersToBody, IN_PERSON, jsonBody, type Route } from "../route.ts";

export const renameTenant: Route = {
  doc: {
    method: "post",
    path: "/api/v1/tenants/rename",
    summary: "Rename the tenant",
    description: "Changes what people call it; its id stays.",
    security: IN_PERSON,
    request: jsonBody(renameTenantRequestSchema),
    responses: answersToBody("The new name.", renamedTenantSchema, ["unauthenticated"]),
  },
  async handle(ctx, call) {
    const principal = await principalOf(ctx, call, "tenant:write");
    const request = await parseBody(call.req.raw, renameTenantRequestSchema);
    return call.json(await ctx.tenants.rename(principal, request, call.env.meta));
  },
};
