/** A new webhook endpoint of the tenant, with its secret, told this once. */
import { createWebhookRequestSchema, webhookWithSecretSchema } from "@cogni/contract";
import { parseBody } from "../body.ts";
import { principalOf } from "../principal-of.ts";
import { answersToBody, jsonBody, type Route, SIGNED_IN } from "../route.ts";

export const createWebhook: Route = {
  doc: {
    method: "post",
    path: "/api/v1/webhooks",
    summary: "Add a webhook endpoint",
    description:
      "Answers with the secret by which its messages are signed, this once. The address is of the public internet, by `https:`; plain `http:` is for development.",
    security: SIGNED_IN,
    request: jsonBody(createWebhookRequestSchema),
    responses: answersToBody("The endpoint.", webhookWithSecretSchema, [
      "unauthenticated",
      "too_many_webhooks",
    ]),
  },
  async handle(ctx, call) {
    const principal = await principalOf(ctx, call, "webhooks:write");
    const request = await parseBody(call.req.raw, createWebhookRequestSchema);
    return call.json(await ctx.webhooks.create(principal, request, call.env.meta));
  },
};
