/** The tenant's API keys, without the keys themselves. */
import { apiKeysSchema } from "@cogni/contract";
import { principalOf } from "../principal-of.ts";
import { answers, type Route, SIGNED_IN } from "../route.ts";

export const getKeys: Route = {
  doc: {
    method: "get",
    path: "/api/v1/keys",
    summary: "The tenant's API keys",
    description: "Lists the keys that live, with what each may do; the keys themselves are told only once.",
    security: SIGNED_IN,
    responses: answers("The keys.", apiKeysSchema, ["unauthenticated", "forbidden"]),
  },
  async handle(ctx, call) {
    const principal = await principalOf(ctx, call, "keys:read");
    return call.json(await ctx.keys.list(principal));
  },
};
