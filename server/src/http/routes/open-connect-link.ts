/** Whoever has a connect link exchanges it, once, for what the page needs. */
import { openConnectLinkRequestSchema, openedConnectLinkSchema } from "@cogni/contract";
import { parseBody } from "../body.ts";
import { refuseQuery } from "../query.ts";
import { answersToBody, jsonBody, type Route } from "../route.ts";

export const openConnectLink: Route = {
  doc: {
    method: "post",
    path: "/api/auth/connect-link/open",
    summary: "Open a connect link",
    description:
      "Takes the token of the link, once, and answers with a bearer that is good until the link ends: for the status, connect and disconnect of the link's channels. No cookie is read or set. A token in the address is refused: addresses are logged.",
    security: [],
    request: jsonBody(openConnectLinkRequestSchema),
    responses: answersToBody("What the page needs.", openedConnectLinkSchema, ["link_ended", "rate_limited"]),
  },
  async handle(ctx, call) {
    refuseQuery(call.req.url);
    const request = await parseBody(call.req.raw, openConnectLinkRequestSchema);
    return call.json(await ctx.connectLinks.open(request, call.env.meta));
  },
};
