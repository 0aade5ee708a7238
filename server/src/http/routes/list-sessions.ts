/** Where the person is signed in. */
import { sessionsSchema } from "@cogni/contract";
import { personOf } from "../person-of.ts";
import { answers, type Route } from "../route.ts";

export const listSessions: Route = {
  doc: {
    method: "get",
    path: "/api/auth/sessions",
    summary: "One's own sessions",
    description:
      "Lists where the caller is signed in, the newest first. For people; an API key has no sessions.",
    security: [{ session: [] }],
    responses: answers("The sessions.", sessionsSchema, ["unauthenticated", "forbidden"]),
  },
  async handle(ctx, call) {
    const current = await personOf(ctx, call);
    const sessions = await ctx.people.listSessions(current);
    return call.json({ sessions });
  },
};
