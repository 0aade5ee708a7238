/** One of the platform's administrators has seen an alert. */
import { acknowledgeAlertRequestSchema, acknowledgedAlertSchema } from "@cogni/contract";
import { parseBody } from "../body.ts";
import { platformOf } from "../platform-of.ts";
import { answersToBody, IN_PERSON, jsonBody, type Route } from "../route.ts";

export const acknowledgeOperatorAlert: Route = {
  doc: {
    method: "post",
    path: "/api/v1/operator/alerts/acknowledge",
    summary: "Acknowledge one of the platform's alerts",
    description: "It stays open; who was first stays named.",
    security: IN_PERSON,
    request: jsonBody(acknowledgeAlertRequestSchema),
    responses: answersToBody("It counts as seen.", acknowledgedAlertSchema, [
      "unauthenticated",
      "unknown_alert",
    ]),
  },
  async handle(ctx, call) {
    const session = await platformOf(ctx, call);
    const { id } = await parseBody(call.req.raw, acknowledgeAlertRequestSchema);
    return call.json(await ctx.alerts.platform.acknowledge(session, id, call.env.meta));
  },
};
