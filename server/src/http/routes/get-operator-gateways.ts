/** The gateways, for the platform's administrators. */
import { gatewaysSchema } from "@cogni/contract";
import { platformOf } from "../platform-of.ts";
import { answers, IN_PERSON, type Route } from "../route.ts";

export const getOperatorGateways: Route = {
  doc: {
    method: "get",
    path: "/api/v1/operator/gateways",
    summary: "The gateways",
    description: "Where they are, who watches them, and how many connections they hold in which state.",
    security: IN_PERSON,
    responses: answers("The gateways.", gatewaysSchema, ["unauthenticated", "forbidden"]),
  },
  async handle(ctx, call) {
    const session = await platformOf(ctx, call);
    return call.json(gatewaysSchema.parse(await ctx.operator.gateways(session)));
  },
};
