/** An invitation is taken back. */
import { revokedInvitationSchema, revokeInvitationRequestSchema } from "@cogni/contract";
import { parseBody } from "../body.ts";
import { principalOf } from "../principal-of.ts";
import { answersToBody, IN_PERSON, jsonBody, type Route } from "../route.ts";

export const revokeInvitation: Route = {
  doc: {
    method: "post",
    path: "/api/v1/members/revoke-invitation",
    summary: "Revoke an invitation",
    description: "Its link opens nothing from then on.",
    security: IN_PERSON,
    request: jsonBody(revokeInvitationRequestSchema),
    responses: answersToBody("It is revoked.", revokedInvitationSchema, [
      "unauthenticated",
      "invitation_ended",
    ]),
  },
  async handle(ctx, call) {
    const principal = await principalOf(ctx, call, "members:write");
    const { id } = await parseBody(call.req.raw, revokeInvitationRequestSchema);
    return call.json(await ctx.invitations.revoke(principal, id, call.env.meta));
  },
};
