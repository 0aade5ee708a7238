/** Whoever was invited becomes a member, as who they are signed in or as someone new. */
import { acceptedInvitationSchema, acceptInvitationRequestSchema } from "@cogni/contract";
import { parseBody } from "../body.ts";
import { clientOf } from "../client-of.ts";
import { refuseQuery } from "../query.ts";
import { answersToBody, jsonBody, type Route } from "../route.ts";

export const acceptInvitation: Route = {
  doc: {
    method: "post",
    path: "/api/auth/invitation/accept",
    summary: "Accept an invitation",
    description:
      "Takes the token of the link, once. Whoever is signed in with the invited address becomes a member. Without a session, and where nobody has the address yet, name and password make the person, and the answer carries a session cookie.",
    security: [{ session: [] }, {}],
    request: jsonBody(acceptInvitationRequestSchema),
    responses: answersToBody("A member now.", acceptedInvitationSchema, [
      "unauthenticated",
      "invitation_ended",
      "invitation_for_another",
      "rate_limited",
    ]),
  },
  async handle(ctx, call) {
    refuseQuery(call.req.url);
    const request = await parseBody(call.req.raw, acceptInvitationRequestSchema);
    const session = await ctx.people.currentSession(call.req.header("cookie"));
    const { meta } = call.env;
    const { tenant, cookies } = await ctx.invitations.accept(request, session, clientOf(call), meta);
    for (const cookie of cookies) call.header("Set-Cookie", cookie, { append: true });
    return call.json(tenant);
  },
};
