/** The log of what was sent to the tenant's endpoints. */
import { webhookDeliveriesQuerySchema, webhookDeliveriesSchema } from "@cogni/contract";
import { principalOf } from "../principal-of.ts";
import { parseQuery } from "../query.ts";
import { answers, type Route, SIGNED_IN } from "../route.ts";

export const getWebhookDeliveries: Route = {
  doc: {
    method: "get",
    path: "/api/v1/webhooks/deliveries",
    summary: "The log of deliveries",
    description: "The newest first, in pages, by endpoint, state and type where those are given.",
    security: SIGNED_IN,
    request: { query: webhookDeliveriesQuerySchema },
    responses: answers("A page of it.", webhookDeliveriesSchema, [
      "unauthenticated",
      "forbidden",
      "invalid_request",
    ]),
  },
  async handle(ctx, call) {
    const principal = await principalOf(ctx, call, "webhooks:read");
    const query = parseQuery(call.req.url, webhookDeliveriesQuerySchema);
    return call.json(await ctx.webhookLog.list(principal, query));
  },
};
