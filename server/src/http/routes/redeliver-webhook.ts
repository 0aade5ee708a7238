/** One delivery is sent once more. */
import { askedDeliverySchema, webhookRequestSchema } from "@cogni/contract";
import { parseBody } from "../body.ts";
import { principalOf } from "../principal-of.ts";
import { answersToBody, jsonBody, type Route, SIGNED_IN } from "../route.ts";

export const redeliverWebhook: Route = {
  doc: {
    method: "post",
    path: "/api/v1/webhooks/redeliver",
    summary: "Send a delivery again",
    description:
      "With the same `webhook-id` and body. One that had come to its end is sent beside the others; one that waits for its next try is tried now.",
    security: SIGNED_IN,
    request: jsonBody(webhookRequestSchema),
    responses: answersToBody("It is to be sent.", askedDeliverySchema, [
      "unauthenticated",
      "unknown_delivery",
      "rate_limited",
    ]),
  },
  async handle(ctx, call) {
    const principal = await principalOf(ctx, call, "webhooks:write");
    const { id } = await parseBody(call.req.raw, webhookRequestSchema);
    return call.json(await ctx.webhookLog.redeliver(principal, id, call.env.meta));
  },
};
