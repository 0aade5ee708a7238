/** A person sets out for the identity provider. */
import { answersElsewhere, type Route } from "../route.ts";

export const oidcStart: Route = {
  doc: {
    method: "get",
    path: "/api/auth/oidc/start",
    summary: "Sign in by the identity provider",
    description:
      "Leads to the provider, and from there back to `next`, a path of this origin. Where that can't be, to the sign-in page with the reason.",
    security: [],
    responses: answersElsewhere("To the provider, or the sign-in page."),
  },
  async handle(ctx, call) {
    const onward = await ctx.singleSignOn.start(call.req.query("next") ?? null, call.env.meta.remoteAddress);
    for (const cookie of onward.cookies) call.header("Set-Cookie", cookie, { append: true });
    return call.redirect(onward.location, 303);
  },
};
