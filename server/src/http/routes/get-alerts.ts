/** What is wrong with the tenant's channels and keys, and what was. */
import { alertsQuerySchema, alertsSchema } from "@cogni/contract";
import { principalOf } from "../principal-of.ts";
import { parseQuery } from "../query.ts";
import { answers, type Route, SIGNED_IN } from "../route.ts";

export const getAlerts: Route = {
  doc: {
    method: "get",
    path: "/api/v1/alerts",
    summary: "The tenant's alerts",
    description:
      "Those that are open, the latest first, all on the first page; then those that are over, in pages. An alert is opened when " +
      "something has been wrong for a while that nobody wished, and is over as soon as it is well. While the gateway is away nothing " +
      "of a tenant is opened or ended.",
    security: SIGNED_IN,
    request: { query: alertsQuerySchema },
    responses: answers("A page of them.", alertsSchema, ["unauthenticated", "forbidden", "invalid_request"]),
  },
  async handle(ctx, call) {
    const principal = await principalOf(ctx, call, "channels:read");
    const query = parseQuery(call.req.url, alertsQuerySchema);
    return call.json(await ctx.alerts.list(principal, query));
  },
};
