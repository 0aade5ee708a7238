/** A new API key of the tenant, told this once. */
import { createdKeySchema, createKeyRequestSchema } from "@cogni/contract";
import { parseBody } from "../body.ts";
import { principalOf } from "../principal-of.ts";
import { answersToBody, jsonBody, type Route, SIGNED_IN } from "../route.ts";

export const createKey: Route = {
  doc: {
    method: "post",
    path: "/api/v1/keys",
    summary: "Create an API key",
    description: "Answers with the key, this once. It may do at most what the caller may do.",
    security: SIGNED_IN,
    request: jsonBody(createKeyRequestSchema),
    responses: answersToBody("The key.", createdKeySchema, ["unauthenticated", "too_many_keys"]),
  },
  async handle(ctx, call) {
    const principal = await principalOf(ctx, call, "keys:write");
    const request = await parseBody(call.req.raw, createKeyRequestSchema);
    return call.json(await ctx.keys.create(principal, request, call.env.meta));
  },
};
