/** What the tenant's agent is told to be. */
import { agentSettingsSchema } from "@cogni/contract";
import { principalOf } from "../principal-of.ts";
import { answers, type Route, SIGNED_IN } from "../route.ts";

export const getAgent: Route = {
  doc: {
    method: "get",
    path: "/api/v1/agent",
    summary: "What the agent is told to be",
    description: "Its instructions, its greeting and its model, and whether the gateway has them already.",
    security: SIGNED_IN,
    responses: answers("The agent's settings.", agentSettingsSchema, ["unauthenticated"]),
  },
  async handle(ctx, call) {
    const principal = await principalOf(ctx, call, "agent:read");
    return call.json(await ctx.agents.read(principal));
  },
};
