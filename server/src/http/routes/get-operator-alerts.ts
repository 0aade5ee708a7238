/** What is wrong with the platform, for its administrators. */
import { alertsQuerySchema, alertsSchema } from "@cogni/contract";
import { platformOf } from "../platform-of.ts";
import { parseQuery } from "../query.ts";
import { answers, IN_PERSON, type Route } from "../route.ts";

export const getOperatorAlerts: Route = {
  doc: {
    method: "get",
    path: "/api/v1/operator/alerts",
    summary: "The platform's alerts",
    description: "As a tenant's are: those that are open first. None of them is about a single tenant.",
    security: IN_PERSON,
    request: { query: alertsQuerySchema },
    responses: answers("A page of them.", alertsSchema, ["unauthenticated", "forbidden", "invalid_request"]),
  },
  async handle(ctx, call) {
    const session = await platformOf(ctx, call);
    const query = parseQuery(call.req.url, alertsQuerySchema);
    return call.json(await ctx.alerts.platform.list(session, query));
  },
};
