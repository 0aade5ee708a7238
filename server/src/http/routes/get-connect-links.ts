/** The tenant's connect links that have not ended, without what opens them. */
import { connectLinksSchema } from "@cogni/contract";
import { principalOf } from "../principal-of.ts";
import { answers, type Route, SIGNED_IN } from "../route.ts";

export const getConnectLinks: Route = {
  doc: {
    method: "get",
    path: "/api/v1/connect-links",
    summary: "The connect links",
    description: "Lists those that can be opened or are in use, the newest first, at most a hundred.",
    security: SIGNED_IN,
    responses: answers("The links.", connectLinksSchema, ["unauthenticated", "forbidden"]),
  },
  async handle(ctx, call) {
    const principal = await principalOf(ctx, call, "links:read");
    return call.json(await ctx.connectLinks.list(principal));
  },
};
