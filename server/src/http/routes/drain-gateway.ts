/** A gateway is given no more tenants, or is again. */
import { drainedSchema, drainRequestSchema } from "@cogni/contract";
import { parseBody } from "../body.ts";
import { platformOf } from "../platform-of.ts";
import { answersToBody, IN_PERSON, jsonBody, type Route } from "../route.ts";

export const drainGateway: Route = {
  doc: {
    method: "post",
    path: "/api/v1/operator/gateways/drain",
    summary: "Place no new tenants on a gateway, or do so again",
    description: "Those that are there stay.",
    security: IN_PERSON,
    request: jsonBody(drainRequestSchema),
    responses: answersToBody("As wished.", drainedSchema, ["unauthenticated", "unknown_gateway"]),
  },
  async handle(ctx, call) {
    const session = await platformOf(ctx, call);
    const request = await parseBody(call.req.raw, drainRequestSchema);
    return call.json(await ctx.operator.drain(session, request, call.env.meta));
  },
};
