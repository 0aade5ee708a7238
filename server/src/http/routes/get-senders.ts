/** Who wrote to an account that takes messages by approval, and waits to be let in. */
import { sendersSchema } from "@cogni/contract";
import { principalOf } from "../principal-of.ts";
import { answers, type Route, SIGNED_IN } from "../route.ts";

export const getSenders: Route = {
  doc: {
    method: "get",
    path: "/api/v1/senders",
    summary: "Who waits to be let in",
    description:
      "Lists the people who wrote to a channel whose access is by approval, the earliest first. What they wrote was not read.",
    security: SIGNED_IN,
    responses: answers("The people.", sendersSchema, ["unauthenticated"]),
  },
  async handle(ctx, call) {
    const principal = await principalOf(ctx, call, "channels:read");
    const senders = await ctx.channels.senders(principal);
    return call.json(senders);
  },
};
