/** A member is removed, or leaves. */
import { removedMemberSchema, removeMemberRequestSchema } from "@cogni/contract";
import { parseBody } from "../body.ts";
import { memberOf } from "../principal-of.ts";
import { answersToBody, IN_PERSON, jsonBody, type Route } from "../route.ts";

export const removeMember: Route = {
  doc: {
    method: "post",
    path: "/api/v1/members/remove",
    summary: "Remove a member, or leave",
    description:
      "Everyone may leave but the last owner; to remove others takes `members:write`. Within 5 s the person's sessions are refused for this tenant everywhere.",
    security: IN_PERSON,
    request: jsonBody(removeMemberRequestSchema),
    responses: answersToBody("They are no member.", removedMemberSchema, [
      "unauthenticated",
      "unknown_member",
      "last_owner",
    ]),
  },
  async handle(ctx, call) {
    const principal = await memberOf(ctx, call);
    const { userId } = await parseBody(call.req.raw, removeMemberRequestSchema);
    return call.json(await ctx.members.remove(principal, userId, call.env.meta));
  },
};
