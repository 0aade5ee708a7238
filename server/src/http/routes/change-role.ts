/** A member gets another role. */
import { changedRoleSchema, changeRoleRequestSchema } from "@cogni/contract";
import { parseBody } from "../body.ts";
import { principalOf } from "../principal-of.ts";
import { answersToBody, IN_PERSON, jsonBody, type Route } from "../route.ts";

export const changeRole: Route = {
  doc: {
    method: "post",
    path: "/api/v1/members/role",
    summary: "Change a member's role",
    description: "An admin manages everyone below the owners; only an owner makes or unmakes an owner.",
    security: IN_PERSON,
    request: jsonBody(changeRoleRequestSchema),
    responses: answersToBody("The role counts.", changedRoleSchema, [
      "unauthenticated",
      "unknown_member",
      "last_owner",
    ]),
  },
  async handle(ctx, call) {
    const principal = await principalOf(ctx, call, "members:write");
    const request = await parseBody(call.req.raw, changeRoleRequestSchema);
    return call.json(await ctx.members.changeRole(principal, request, call.env.meta));
  },
};
