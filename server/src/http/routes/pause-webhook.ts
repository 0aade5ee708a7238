/** A webhook endpoint is left alone for a while, or that ends. */
import { webhookEndpointSchema, webhookRequestSchema } from "@cogni/contract";
import { parseBody } from "../body.ts";
import { principalOf } from "../principal-of.ts";
import { answersToBody, jsonBody, type Route, SIGNED_IN } from "../route.ts";

export const pauseWebhook: Route = {
  doc: {
    method: "post",
    path: "/api/v1/webhooks/pause",
    summary: "Pause a webhook endpoint",
    description: "What happens meanwhile waits for it, for as long as the log is kept.",
    security: SIGNED_IN,
    request: jsonBody(webhookRequestSchema),
    responses: answersToBody("The endpoint.", webhookEndpointSchema, ["unauthenticated", "unknown_webhook"]),
  },
  async handle(ctx, call) {
    const principal = await principalOf(ctx, call, "webhooks:write");
    const { id } = await parseBody(call.req.raw, webhookRequestSchema);
    return call.json(await ctx.webhooks.pause(principal, id, call.env.meta));
  },
};

export const resumeWebhook: Route = {
  doc: {
    method: "post",
    path: "/api/v1/webhooks/resume",
    summary: "Resume a webhook endpoint",
    description: "What waited is sent now, in its order.",
    security: SIGNED_IN,
    request: jsonBody(webhookRequestSchema),
    responses: answersToBody("The endpoint.", webhookEndpointSchema, ["unauthenticated", "unknown_webhook"]),
  },
  async handle(ctx, call) {
    const principal = await principalOf(ctx, call, "webhooks:write");
    const { id } = await parseBody(call.req.raw, webhookRequestSchema);
    return call.json(await ctx.webhooks.resume(principal, id, call.env.meta));
  },
};
