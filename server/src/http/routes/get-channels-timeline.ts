/** How every channel of the tenant has been in the last days. */
import { timelineQuerySchema, timelineSchema } from "@cogni/contract";
import { principalOf } from "../principal-of.ts";
import { parseQuery } from "../query.ts";
import { answers, type Route, SIGNED_IN } from "../route.ts";

export const getChannelsTimeline: Route = {
  doc: {
    method: "get",
    path: "/api/v1/channels/timeline",
    summary: "How every channel has been",
    description:
      "The states of the last days with the time each began, and the share of the time in which the channel was up. " +
      "Time in which it was not wished connected, or nobody could tell how it was, counts neither way.",
    security: SIGNED_IN,
    request: { query: timelineQuerySchema },
    responses: answers("The timelines.", timelineSchema, ["unauthenticated", "invalid_request"]),
  },
  async handle(ctx, call) {
    const principal = await principalOf(ctx, call, "channels:read");
    const { days } = parseQuery(call.req.url, timelineQuerySchema);
    return call.json(await ctx.channels.timeline(principal, days));
  },
};
