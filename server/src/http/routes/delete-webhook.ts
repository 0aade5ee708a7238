/** A webhook endpoint is taken out. */
import { deletedWebhookSchema, webhookRequestSchema } from "@cogni/contract";
import { parseBody } from "../body.ts";
import { principalOf } from "../principal-of.ts";
import { answersToBody, jsonBody, type Route, SIGNED_IN } from "../route.ts";

export const deleteWebhook: Route = {
  doc: {
    method: "post",
    path: "/api/v1/webhooks/delete",
    summary: "Delete a webhook endpoint",
    description: "Its log goes with it, and so does what waits to be sent to it.",
    security: SIGNED_IN,
    request: jsonBody(webhookRequestSchema),
    responses: answersToBody("It is deleted.", deletedWebhookSchema, ["unauthenticated", "unknown_webhook"]),
  },
  async handle(ctx, call) {
    const principal = await principalOf(ctx, call, "webhooks:write");
    const { id } = await parseBody(call.req.raw, webhookRequestSchema);
    return call.json(await ctx.webhooks.delete(principal, id, call.env.meta));
  },
};
