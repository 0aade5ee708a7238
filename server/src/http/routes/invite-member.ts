/** Someone is invited to the tenant. */
import { invitedSchema, inviteRequestSchema } from "@cogni/contract";
import { parseBody } from "../body.ts";
import { localeOf } from "../locale-of.ts";
import { principalOf } from "../principal-of.ts";
import { answersToBody, IN_PERSON, jsonBody, type Route } from "../route.ts";

export const inviteMember: Route = {
  doc: {
    method: "post",
    path: "/api/v1/members/invite",
    summary: "Invite someone",
    description:
      "Mails a link that is good once, for 7 days, and answers with it, this once, so that it can be handed over otherwise. Replaces an open invitation to the same address.",
    security: IN_PERSON,
    request: jsonBody(inviteRequestSchema),
    responses: answersToBody("The invitation.", invitedSchema, [
      "unauthenticated",
      "already_member",
      "too_many_invitations",
      "rate_limited",
    ]),
  },
  async handle(ctx, call) {
    const principal = await principalOf(ctx, call, "members:write");
    const request = await parseBody(call.req.raw, inviteRequestSchema);
    const { meta } = call.env;
    return call.json(await ctx.invitations.invite(principal, request, localeOf(call), meta));
  },
};
