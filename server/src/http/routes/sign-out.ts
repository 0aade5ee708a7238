/** Ends the session that the cookie names; without one there is nothing to end, which is a success too. */
import { signedOutSchema } from "@cogni/contract";
import { answers, type Route } from "../route.ts";

export const signOut: Route = {
  doc: {
    method: "post",
    path: "/api/auth/sign-out",
    summary: "Sign out",
    security: [{ session: [] }, {}],
    responses: answers("Signed out; the cookie is cleared.", signedOutSchema, ["forbidden"]),
  },
  async handle(ctx, call) {
    const cookies = await ctx.people.signOut(call.req.header("cookie"), call.env.meta);
    for (const cookie of cookies) call.header("Set-Cookie", cookie, { append: true });
    return call.json({ signedOut: true });
  },
};
