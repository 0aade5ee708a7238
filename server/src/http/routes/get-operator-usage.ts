/** What all tenants' LLM calls used and cost, for the platform's administrators. */
import { operatorUsageQuerySchema, operatorUsageSchema } from "@cogni/contract";
import { platformOf } from "../platform-of.ts";
import { parseQuery } from "../query.ts";
import { answers, IN_PERSON, type Route } from "../route.ts";

export const getOperatorUsage: Route = {
  doc: {
    method: "get",
    path: "/api/v1/operator/usage",
    summary: "What all tenants' LLM calls used and cost",
    description:
      "By tenant, the dearest first, in days of UTC; beside it what the upstream says of the same calls, and of calls that are not known here. Balances are of all time.",
    security: IN_PERSON,
    request: { query: operatorUsageQuerySchema },
    responses: answers("The sums.", operatorUsageSchema, ["unauthenticated", "forbidden", "invalid_request"]),
  },
  async handle(ctx, call) {
    const session = await platformOf(ctx, call);
    const query = parseQuery(call.req.url, operatorUsageQuerySchema);
    return call.json(operatorUsageSchema.parse(await ctx.operatorUsage.usage(session, query)));
  },
};
