/** What the tenant's agent may use. */
import { limitsSchema } from "@cogni/contract";
import { principalOf } from "../principal-of.ts";
import { answers, type Route, SIGNED_IN } from "../route.ts";

export const getLimits: Route = {
  doc: {
    method: "get",
    path: "/api/v1/limits",
    summary: "What the agent may use",
    description:
      "Budgets and other limits, each null where nothing is limited, and how far those of the day and the month under way are used. Money is whole nano-dollars (1e-9 USD), as digits.",
    security: SIGNED_IN,
    responses: answers("The limits.", limitsSchema, ["unauthenticated", "forbidden"]),
  },
  async handle(ctx, call) {
    const principal = await principalOf(ctx, call, "usage:read");
    return call.json(await ctx.limits.read(principal));
  },
};
