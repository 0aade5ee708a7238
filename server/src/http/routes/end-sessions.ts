/** A person ends one of their sessions, or all but this one. */
import { type EndedSessions, endedSessionsSchema, endSessionsRequestSchema } from "@cogni/contract";
import { parseBody } from "../body.ts";
import { personOf } from "../person-of.ts";
import { answersToBody, jsonBody, type Route } from "../route.ts";

export const endSessions: Route = {
  doc: {
    method: "post",
    path: "/api/auth/sessions/end",
    summary: "End sessions of one's own",
    description:
      "Ends one session by its id, or all others. An ended session is refused within 5 s everywhere.",
    security: [{ session: [] }],
    request: jsonBody(endSessionsRequestSchema),
    responses: answersToBody("They are ended.", endedSessionsSchema, ["unauthenticated"]),
  },
  async handle(ctx, call) {
    const current = await personOf(ctx, call);
    const request = await parseBody(call.req.raw, endSessionsRequestSchema);
    const ended: EndedSessions = { ended: await ctx.people.endSessions(current, request, call.env.meta) };
    return call.json(ended);
  },
};
