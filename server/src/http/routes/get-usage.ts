/** What the tenant's LLM calls used and cost, summed up. */
import { usageQuerySchema, usageReportSchema } from "@cogni/contract";
import { principalOf } from "../principal-of.ts";
import { parseQuery } from "../query.ts";
import { answers, type Route, SIGNED_IN } from "../route.ts";

export const getUsage: Route = {
  doc: {
    method: "get",
    path: "/api/v1/usage",
    summary: "What LLM calls used and cost",
    description:
      "By day, channel, model or conversation, in days of the tenant's time zone; at most 366 of them. Money is whole nano-dollars (1e-9 USD), as digits.",
    security: SIGNED_IN,
    request: { query: usageQuerySchema },
    responses: answers("The sums.", usageReportSchema, ["unauthenticated", "forbidden", "invalid_request"]),
  },
  async handle(ctx, call) {
    const principal = await principalOf(ctx, call, "usage:read");
    const query = parseQuery(call.req.url, usageQuerySchema);
    return call.json(usageReportSchema.parse(await ctx.usage.sums(principal, query)));
  },
};
