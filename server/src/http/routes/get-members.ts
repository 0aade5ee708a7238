/** The tenant's people, and who is invited. */
import { membersSchema } from "@cogni/contract";
import { principalOf } from "../principal-of.ts";
import { answers, type Route, SIGNED_IN } from "../route.ts";

export const getMembers: Route = {
  doc: {
    method: "get",
    path: "/api/v1/members",
    summary: "The tenant's people",
    description: "Lists the members with their roles, and for those who may invite the open invitations.",
    security: SIGNED_IN,
    responses: answers("The members.", membersSchema, ["unauthenticated", "forbidden"]),
  },
  async handle(ctx, call) {
    const principal = await principalOf(ctx, call, "members:read");
    return call.json(await ctx.members.list(principal));
  },
};
