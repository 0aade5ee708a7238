/** A tenant wishes a channel connected, or its credential replaced. */
import { connectRequestSchema, connectResponseSchema } from "@cogni/contract";
import { parseBody } from "../body.ts";
import { principalOrLinkOf } from "../principal-of.ts";
import { withinLimits } from "../rate-limits.ts";
import { answersToBody, jsonBody, limited, type Route, SIGNED_IN_OR_LINK } from "../route.ts";

export const connectChannel: Route = {
  doc: {
    method: "post",
    path: "/api/v1/channels/connect",
    summary: "Connect a channel",
    description:
      "Keeps the wish and waits some seconds for its outcome. The same credential again changes nothing; another one replaces it. A channel that is connected by scanning a code answers `awaiting_scan` with the code; while a login is under way the same one again, or a fresh one with `force`.",
    security: SIGNED_IN_OR_LINK,
    request: jsonBody(connectRequestSchema),
    responses: limited(
      answersToBody("The outcome, or `connecting` if it is not known yet.", connectResponseSchema, [
        "unauthenticated",
        "unknown_channel",
        "credential_claimed",
        "superseded",
        "channel_unavailable",
        "channel_installing",
        "gateway_unreachable",
        "gateway_timeout",
        "rate_limited",
      ]),
    ),
  },
  async handle(ctx, call) {
    const principal = await principalOrLinkOf(ctx, call, "channels:write");
    const response = await withinLimits(ctx, call, principal, async (allowance) => {
      const request = await parseBody(call.req.raw, connectRequestSchema);
      return ctx.channels.connect(principal, request, call.env.meta, allowance);
    });
    return call.json(response);
  },
};
