/** Where a webhook endpoint is, what it is called, and what it is told. */
import { changeWebhookRequestSchema, webhookEndpointSchema } from "@cogni/contract";
import { parseBody } from "../body.ts";
import { principalOf } from "../principal-of.ts";
import { answersToBody, jsonBody, type Route, SIGNED_IN } from "../route.ts";

export const changeWebhook: Route = {
  doc: {
    method: "post",
    path: "/api/v1/webhooks/change",
    summary: "Change a webhook endpoint",
    description:
      "What is left out stays as it is. What waits is sent to the new address; the types hold for what happens from now on.",
    security: SIGNED_IN,
    request: jsonBody(changeWebhookRequestSchema),
    responses: answersToBody("The endpoint.", webhookEndpointSchema, ["unauthenticated", "unknown_webhook"]),
  },
  async handle(ctx, call) {
    const principal = await principalOf(ctx, call, "webhooks:write");
    const request = await parseBody(call.req.raw, changeWebhookRequestSchema);
    return call.json(await ctx.webhooks.change(principal, request, call.env.meta));
  },
};
