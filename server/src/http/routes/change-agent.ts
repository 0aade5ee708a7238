/** The tenant's agent is told otherwise. */
import { agentSettingsSchema, changeAgentRequestSchema } from "@cogni/contract";
import { parseBody } from "../body.ts";
import { principalOf } from "../principal-of.ts";
import { answersToBody, jsonBody, type Route, SIGNED_IN } from "../route.ts";

export const changeAgent: Route = {
  doc: {
    method: "post",
    path: "/api/v1/agent",
    summary: "Change what the agent is told to be",
    description:
      "Replaces all of it. `version` is the one that was read: if someone changed the settings meanwhile, nothing is overwritten. Holds from the next message on once `applied` is true, which takes a moment while the gateway answers; no channel is interrupted.",
    security: SIGNED_IN,
    request: jsonBody(changeAgentRequestSchema),
    responses: answersToBody("The agent's settings.", agentSettingsSchema, [
      "unauthenticated",
      "agent_changed",
    ]),
  },
  async handle(ctx, call) {
    const principal = await principalOf(ctx, call, "agent:write");
    const request = await parseBody(call.req.raw, changeAgentRequestSchema);
    return call.json(await ctx.agents.change(principal, request, call.env.meta));
  },
};
