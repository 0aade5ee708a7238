/** The tenants of the person who asks. */
import { ownTenantsSchema } from "@cogni/contract";
import { personOf } from "../person-of.ts";
import { answers, IN_PERSON, type Route } from "../route.ts";

export const getTenants: Route = {
  doc: {
    method: "get",
    path: "/api/v1/tenants",
    summary: "One's own tenants",
    description:
      "Lists the tenants the caller is a member of, with their role. For people; an API key has one tenant.",
    security: IN_PERSON,
    responses: answers("The tenants.", ownTenantsSchema, ["unauthenticated", "forbidden"]),
  },
  async handle(ctx, call) {
    const session = await personOf(ctx, call);
    return call.json(await ctx.tenants.mine(session));
  },
};
