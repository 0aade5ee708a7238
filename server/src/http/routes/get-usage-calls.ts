/** The tenant's LLM calls, one by one. */
import { usageCallsQuerySchema, usageCallsSchema } from "@cogni/contract";
import { principalOf } from "../principal-of.ts";
import { parseQuery } from "../query.ts";
import { answers, type Route, SIGNED_IN } from "../route.ts";

export const getUsageCalls: Route = {
  doc: {
    method: "get",
    path: "/api/v1/usage/calls",
    summary: "LLM calls, one by one",
    description:
      "The latest first, in pages. With `requestId`, and no day named, whenever it was. An empty `channel` asks for calls that no messenger's message caused.",
    security: SIGNED_IN,
    request: { query: usageCallsQuerySchema },
    responses: answers("A page of them.", usageCallsSchema, [
      "unauthenticated",
      "forbidden",
      "invalid_request",
    ]),
  },
  async handle(ctx, call) {
    const principal = await principalOf(ctx, call, "usage:read");
    const query = parseQuery(call.req.url, usageCallsQuerySchema);
    return call.json(usageCallsSchema.parse(await ctx.usage.calls(principal, query)));
  },
};
