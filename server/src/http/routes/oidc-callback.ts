/** A person comes back from the identity provider, and gets a session cookie. */
import { clientOf } from "../client-of.ts";
import { answersElsewhere, type Route } from "../route.ts";

export const oidcCallback: Route = {
  doc: {
    method: "get",
    path: "/api/auth/oidc/callback",
    summary: "Come back from the identity provider",
    description:
      "Where the provider sends people back to. Leads to where they wanted to go; where nobody is let in, to the sign-in page with the reason.",
    security: [],
    responses: answersElsewhere("To where the person wanted to go, or the sign-in page."),
  },
  async handle(ctx, call) {
    const { search } = new URL(call.req.url);
    const onward = await ctx.singleSignOn.callback(search, call.req.header("cookie"), clientOf(call));
    for (const cookie of onward.cookies) call.header("Set-Cookie", cookie, { append: true });
    return call.redirect(onward.location, 303);
  },
};
