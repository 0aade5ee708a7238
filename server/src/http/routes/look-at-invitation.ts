/** Whoever has the link of an invitation sees what it offers. */
import { invitationDetailsSchema, lookAtInvitationRequestSchema } from "@cogni/contract";
import { parseBody } from "../body.ts";
import { refuseQuery } from "../query.ts";
import { answersToBody, jsonBody, type Route } from "../route.ts";

export const lookAtInvitation: Route = {
  doc: {
    method: "post",
    path: "/api/auth/invitation/look",
    summary: "Look at an invitation",
    description:
      "Takes the token of the link, and uses nothing up. A token in the address is refused: addresses are logged.",
    security: [],
    request: jsonBody(lookAtInvitationRequestSchema),
    responses: answersToBody("What it offers.", invitationDetailsSchema, [
      "invitation_ended",
      "rate_limited",
    ]),
  },
  async handle(ctx, call) {
    refuseQuery(call.req.url);
    const { token } = await parseBody(call.req.raw, lookAtInvitationRequestSchema);
    return call.json(await ctx.invitations.look(token, call.env.meta.remoteAddress));
  },
};
