/** A webhook endpoint gets another secret, and for a while both sign. */
import { rotateWebhookRequestSchema, webhookWithSecretSchema } from "@cogni/contract";
import { parseBody } from "../body.ts";
import { principalOf } from "../principal-of.ts";
import { answersToBody, jsonBody, type Route, SIGNED_IN } from "../route.ts";

export const rotateWebhookSecret: Route = {
  doc: {
    method: "post",
    path: "/api/v1/webhooks/rotate-secret",
    summary: "Rotate an endpoint's secret",
    description:
      "Answers with another secret, this once. For `overlapSeconds`, a day where that is left out, messages carry the signatures of both, so that the receiver can change over.",
    security: SIGNED_IN,
    request: jsonBody(rotateWebhookRequestSchema),
    responses: answersToBody("The endpoint, with its new secret.", webhookWithSecretSchema, [
      "unauthenticated",
      "unknown_webhook",
    ]),
  },
  async handle(ctx, call) {
    const principal = await principalOf(ctx, call, "webhooks:write");
    const request = await parseBody(call.req.raw, rotateWebhookRequestSchema);
    return call.json(await ctx.webhooks.rotate(principal, request, call.env.meta));
  },
};
