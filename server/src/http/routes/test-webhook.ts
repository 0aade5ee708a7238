/** A message that says nothing, to see whether an endpoint takes it. */
import { askedDeliverySchema, webhookRequestSchema } from "@cogni/contract";
import { parseBody } from "../body.ts";
import { principalOf } from "../principal-of.ts";
import { answersToBody, jsonBody, type Route, SIGNED_IN } from "../route.ts";

export const testWebhook: Route = {
  doc: {
    method: "post",
    path: "/api/v1/webhooks/test",
    summary: "Send a test message",
    description:
      "A `webhook.test` to this endpoint alone, beside all that waits for it. Its delivery tells what came of it; while the endpoint is paused it waits, too.",
    security: SIGNED_IN,
    request: jsonBody(webhookRequestSchema),
    responses: answersToBody("It is to be sent.", askedDeliverySchema, [
      "unauthenticated",
      "unknown_webhook",
      "rate_limited",
    ]),
  },
  async handle(ctx, call) {
    const principal = await principalOf(ctx, call, "webhooks:write");
    const { id } = await parseBody(call.req.raw, webhookRequestSchema);
    return call.json(await ctx.webhooks.test(principal, id, call.env.meta));
  },
};
