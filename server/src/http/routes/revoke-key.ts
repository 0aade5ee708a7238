/** Ends an API key, in every process within seconds. */
import { revokedKeySchema, revokeKeyRequestSchema } from "@cogni/contract";
import { parseBody } from "../body.ts";
import { principalOf } from "../principal-of.ts";
import { answersToBody, jsonBody, type Route, SIGNED_IN } from "../route.ts";

export const revokeKey: Route = {
  doc: {
    method: "post",
    path: "/api/v1/keys/revoke",
    summary: "Revoke an API key",
    description: "The key is refused within five seconds, and the streams it opened end.",
    security: SIGNED_IN,
    request: jsonBody(revokeKeyRequestSchema),
    responses: answersToBody("It is revoked.", revokedKeySchema, ["unauthenticated", "unknown_key"]),
  },
  async handle(ctx, call) {
    const principal = await principalOf(ctx, call, "keys:write");
    const { id } = await parseBody(call.req.raw, revokeKeyRequestSchema);
    return call.json(await ctx.keys.revoke(principal, id, call.env.meta));
  },
};
