/** The tenant's agent may use more, or less. */
import { changeLimitsRequestSchema, limitsSchema } from "@cogni/contract";
import { parseBody } from "../body.ts";
import { principalOf } from "../principal-of.ts";
import { answersToBody, jsonBody, type Route, SIGNED_IN } from "../route.ts";

export const changeLimits: Route = {
  doc: {
    method: "post",
    path: "/api/v1/limits",
    summary: "Change what the agent may use",
    description:
      "Replaces all of it, from the next call on. `version` is the one that was read: if someone changed the limits meanwhile, nothing is overwritten. `timeZone` says when a day and a month begin. The operator's own bound stays.",
    security: SIGNED_IN,
    request: jsonBody(changeLimitsRequestSchema),
    responses: answersToBody("The limits.", limitsSchema, ["unauthenticated", "limits_changed"]),
  },
  async handle(ctx, call) {
    const principal = await principalOf(ctx, call, "limits:write");
    const request = await parseBody(call.req.raw, changeLimitsRequestSchema);
    return call.json(await ctx.limits.change(principal, request, call.env.meta));
  },
};
