/** An API key gets a successor, and ends a while later. */
import { createdKeySchema, rotateKeyRequestSchema } from "@cogni/contract";
import { parseBody } from "../body.ts";
import { principalOf } from "../principal-of.ts";
import { answersToBody, jsonBody, type Route, SIGNED_IN } from "../route.ts";

export const rotateKey: Route = {
  doc: {
    method: "post",
    path: "/api/v1/keys/rotate",
    summary: "Rotate an API key",
    description:
      "Answers with another key of the same name and scopes. The present one lives on for `overlapSeconds`, a day where that is left out, so that programs can change over.",
    security: SIGNED_IN,
    request: jsonBody(rotateKeyRequestSchema),
    responses: answersToBody("The new key.", createdKeySchema, [
      "unauthenticated",
      "unknown_key",
      "too_many_keys",
    ]),
  },
  async handle(ctx, call) {
    const principal = await principalOf(ctx, call, "keys:write");
    const request = await parseBody(call.req.raw, rotateKeyRequestSchema);
    return call.json(await ctx.keys.rotate(principal, request, call.env.meta));
  },
};
