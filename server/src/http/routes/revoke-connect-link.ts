/** A connect link is taken back. */
import { revokeConnectLinkRequestSchema, revokedConnectLinkSchema } from "@cogni/contract";
import { parseBody } from "../body.ts";
import { principalOf } from "../principal-of.ts";
import { answersToBody, jsonBody, type Route, SIGNED_IN } from "../route.ts";

export const revokeConnectLink: Route = {
  doc: {
    method: "post",
    path: "/api/v1/connect-links/revoke",
    summary: "Revoke a connect link",
    description:
      "It opens nothing any more, and what was opened by it ends within five seconds. What was connected stays connected.",
    security: SIGNED_IN,
    request: jsonBody(revokeConnectLinkRequestSchema),
    responses: answersToBody("It is revoked.", revokedConnectLinkSchema, ["unauthenticated", "link_ended"]),
  },
  async handle(ctx, call) {
    const principal = await principalOf(ctx, call, "links:write");
    const { id } = await parseBody(call.req.raw, revokeConnectLinkRequestSchema);
    return call.json(await ctx.connectLinks.revoke(principal, id, call.env.meta));
  },
};
