/** A tenant wishes a channel disconnected and its credential forgotten. */
import { disconnectRequestSchema, disconnectResponseSchema } from "@cogni/contract";
import { parseBody } from "../body.ts";
import { principalOrLinkOf } from "../principal-of.ts";
import { withinLimits } from "../rate-limits.ts";
import { answersToBody, jsonBody, limited, type Route, SIGNED_IN_OR_LINK } from "../route.ts";

export const disconnectChannel: Route = {
  doc: {
    method: "post",
    path: "/api/v1/channels/disconnect",
    summary: "Disconnect a channel",
    description:
      "Stops the account at the gateway, then forgets its credential. Nothing connected is a success too.",
    security: SIGNED_IN_OR_LINK,
    request: jsonBody(disconnectRequestSchema),
    responses: limited(
      answersToBody("The channel is disconnected.", disconnectResponseSchema, [
        "unauthenticated",
        "unknown_channel",
        "superseded",
        "gateway_unreachable",
        "gateway_timeout",
        "rate_limited",
      ]),
    ),
  },
  async handle(ctx, call) {
    const principal = await principalOrLinkOf(ctx, call, "channels:write");
    const response = await withinLimits(ctx, call, principal, async (allowance) => {
      const request = await parseBody(call.req.raw, disconnectRequestSchema);
      return ctx.channels.disconnect(principal, request, call.env.meta, allowance);
    });
    return call.json(response);
  },
};
