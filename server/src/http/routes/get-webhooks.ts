/** The tenant's webhook endpoints, without their secrets. */
import { webhookEndpointsSchema } from "@cogni/contract";
import { principalOf } from "../principal-of.ts";
import { answers, type Route, SIGNED_IN } from "../route.ts";

export const getWebhooks: Route = {
  doc: {
    method: "get",
    path: "/api/v1/webhooks",
    summary: "The tenant's webhook endpoints",
    description: "The oldest first, with how each fares; the secrets are told only once.",
    security: SIGNED_IN,
    responses: answers("The endpoints.", webhookEndpointsSchema, ["unauthenticated", "forbidden"]),
  },
  async handle(ctx, call) {
    const principal = await principalOf(ctx, call, "webhooks:read");
    return call.json(await ctx.webhooks.list(principal));
  },
};
