/** Somebody has seen an alert: it stays open, and calls for nobody's attention any more. */
import { acknowledgeAlertRequestSchema, acknowledgedAlertSchema } from "@cogni/contract";
import { parseBody } from "../body.ts";
import { principalOf } from "../principal-of.ts";
import { answersToBody, jsonBody, type Route, SIGNED_IN } from "../route.ts";

export const acknowledgeAlert: Route = {
  doc: {
    method: "post",
    path: "/api/v1/alerts/acknowledge",
    summary: "Acknowledge an alert",
    description:
      "Who was first stays named. An alert that turns from one that passes by itself into one that waits for a person counts as not seen again.",
    security: SIGNED_IN,
    request: jsonBody(acknowledgeAlertRequestSchema),
    responses: answersToBody("It counts as seen.", acknowledgedAlertSchema, [
      "unauthenticated",
      "unknown_alert",
    ]),
  },
  async handle(ctx, call) {
    const principal = await principalOf(ctx, call, "channels:write");
    const { id } = await parseBody(call.req.raw, acknowledgeAlertRequestSchema);
    return call.json(await ctx.alerts.acknowledge(principal, id, call.env.meta));
  },
};
