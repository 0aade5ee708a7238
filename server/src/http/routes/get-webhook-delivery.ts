/** One delivery: what was sent, and what each attempt came to. */
import { webhookDeliveryDetailSchema, webhookDeliveryQuerySchema } from "@cogni/contract";
import { principalOf } from "../principal-of.ts";
import { parseQuery } from "../query.ts";
import { answers, type Route, SIGNED_IN } from "../route.ts";

export const getWebhookDelivery: Route = {
  doc: {
    method: "get",
    path: "/api/v1/webhooks/delivery",
    summary: "One delivery",
    description: "The request without its signatures, and how each answer began.",
    security: SIGNED_IN,
    request: { query: webhookDeliveryQuerySchema },
    responses: answers("The delivery.", webhookDeliveryDetailSchema, [
      "unauthenticated",
      "forbidden",
      "invalid_request",
      "unknown_delivery",
    ]),
  },
  async handle(ctx, call) {
    const principal = await principalOf(ctx, call, "webhooks:read");
    const { id } = parseQuery(call.req.url, webhookDeliveryQuerySchema);
    return call.json(await ctx.webhookLog.read(principal, id));
  },
};
