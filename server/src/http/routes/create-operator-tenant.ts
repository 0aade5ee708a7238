/** One of the platform's administrators makes a tenant, and invites its first owner. */
import { operatorCreatedTenantSchema, operatorCreateTenantRequestSchema } from "@cogni/contract";
import { parseBody } from "../body.ts";
import { localeOf } from "../locale-of.ts";
import { platformOf } from "../platform-of.ts";
import { answersToBody, IN_PERSON, jsonBody, type Route } from "../route.ts";

export const createOperatorTenant: Route = {
  doc: {
    method: "post",
    path: "/api/v1/operator/tenants/create",
    summary: "Create a tenant for someone",
    description:
      "Mails its first owner a link that is good once, for 7 days, and answers with it, this once. Whoever makes it becomes no member of it.",
    security: IN_PERSON,
    request: jsonBody(operatorCreateTenantRequestSchema),
    responses: answersToBody("The tenant.", operatorCreatedTenantSchema, [
      "unauthenticated",
      "tenant_exists",
    ]),
  },
  async handle(ctx, call) {
    const session = await platformOf(ctx, call);
    const request = await parseBody(call.req.raw, operatorCreateTenantRequestSchema);
    const { meta } = call.env;
    return call.json(await ctx.operator.createTenant(session, request, localeOf(call), meta));
  },
};
