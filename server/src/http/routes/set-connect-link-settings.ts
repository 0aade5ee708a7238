/** How the page of the tenant's connect links is to look, and where it may be embedded. */
import { connectLinkSettingsSchema } from "@cogni/contract";
import { parseBody } from "../body.ts";
import { principalOf } from "../principal-of.ts";
import { answersToBody, IN_PERSON, jsonBody, type Route } from "../route.ts";

export const setConnectLinkSettings: Route = {
  doc: {
    method: "post",
    path: "/api/v1/connect-links/settings",
    summary: "Change the settings of the connect links",
    description:
      "Replaces all of them. An allowed origin is exact, such as `https://shop.example`, without a path or a wildcard; names in other scripts become punycode. Plain `http:` is for the person's own machine, and not in production.",
    security: IN_PERSON,
    request: jsonBody(connectLinkSettingsSchema),
    responses: answersToBody("The settings.", connectLinkSettingsSchema, ["unauthenticated"]),
  },
  async handle(ctx, call) {
    const principal = await principalOf(ctx, call, "tenant:write");
    const settings = await parseBody(call.req.raw, connectLinkSettingsSchema);
    return call.json(await ctx.connectLinks.changeSettings(principal, settings, call.env.meta));
  },
};
