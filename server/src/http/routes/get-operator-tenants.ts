/** Which tenants there are, for the platform's administrators. */
import { tenantsPageSchema, tenantsQuerySchema } from "@cogni/contract";
import { platformOf } from "../platform-of.ts";
import { parseQuery } from "../query.ts";
import { answers, IN_PERSON, type Route } from "../route.ts";

export const getOperatorTenants: Route = {
  doc: {
    method: "get",
    path: "/api/v1/operator/tenants",
    summary: "The tenants",
    description: "By id, in pages; how many members each has, and how many connections in which state.",
    security: IN_PERSON,
    request: { query: tenantsQuerySchema },
    responses: answers("A page of them.", tenantsPageSchema, [
      "unauthenticated",
      "forbidden",
      "invalid_request",
    ]),
  },
  async handle(ctx, call) {
    const session = await platformOf(ctx, call);
    const query = parseQuery(call.req.url, tenantsQuerySchema);
    return call.json(tenantsPageSchema.parse(await ctx.operator.tenants(session, query)));
  },
};
