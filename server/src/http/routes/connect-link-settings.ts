/** How the page of the tenant's connect links looks, and where it may be embedded. */
import { connectLinkSettingsSchema } from "@cogni/contract";
import { principalOf } from "../principal-of.ts";
import { answers, type Route, SIGNED_IN } from "../route.ts";

export const connectLinkSettings: Route = {
  doc: {
    method: "get",
    path: "/api/v1/connect-links/settings",
    summary: "The settings of the connect links",
    description: "Name and colour of the page that a link opens, and the sites that may embed it.",
    security: SIGNED_IN,
    responses: answers("The settings.", connectLinkSettingsSchema, ["unauthenticated", "forbidden"]),
  },
  async handle(ctx, call) {
    const principal = await principalOf(ctx, call, "links:read");
    return call.json(await ctx.connectLinks.settings(principal));
  },
};
