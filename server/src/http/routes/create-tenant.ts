/** A person makes a tenant of their own, in development. */
import { createTenantRequestSchema, ownTenantSchema } from "@cogni/contract";
import { parseBody } from "../body.ts";
import { personOf } from "../person-of.ts";
import { answersToBody, IN_PERSON, jsonBody, type Route } from "../route.ts";

export const createTenant: Route = {
  doc: {
    method: "post",
    path: "/api/v1/tenants",
    summary: "Create a tenant",
    description:
      "With the caller as its owner. In production it is refused: there the operator makes tenants.",
    security: IN_PERSON,
    request: jsonBody(createTenantRequestSchema),
    responses: answersToBody("The tenant.", ownTenantSchema, ["unauthenticated", "tenant_exists"]),
  },
  async handle(ctx, call) {
    const session = await personOf(ctx, call);
    const request = await parseBody(call.req.raw, createTenantRequestSchema);
    return call.json(await ctx.tenants.create(session, request, call.env.meta));
  },
};
