/** A link by which someone without an account connects channels of the tenant. */
import {
  type ChannelId,
  createConnectLinkRequestSchema,
  createdConnectLinkSchema,
  type FieldError,
} from "@cogni/contract";
import type { Principal } from "../../auth/principal.ts";
import type { Context } from "../../context.ts";
import { AppError } from "../../errors.ts";
import { parseBody } from "../body.ts";
import { principalOf } from "../principal-of.ts";
import { answersToBody, jsonBody, type Route, SIGNED_IN } from "../route.ts";

export const createConnectLink: Route = {
  doc: {
    method: "post",
    path: "/api/v1/connect-links",
    summary: "Make a connect link",
    description:
      "Answers, this once, with an address to hand to the person who is to connect the channels, or to embed. It can be opened once, and ends 30 minutes after it was made together with what was opened by it; sooner where it is revoked, or its maker may not make links any more.",
    security: SIGNED_IN,
    request: jsonBody(createConnectLinkRequestSchema),
    responses: answersToBody("The link.", createdConnectLinkSchema, ["unauthenticated", "rate_limited"]),
  },
  async handle(ctx, call) {
    const principal = await principalOf(ctx, call, "links:write");
    const request = await parseBody(call.req.raw, createConnectLinkRequestSchema);
    if (request.channels) await requireOffered(ctx, principal, request.channels);
    return call.json(await ctx.connectLinks.create(principal, request, call.env.meta));
  },
};

/** A mistyped channel would be an empty page to whoever opens the link. @throws AppError invalid_request */
async function requireOffered(
  { channels }: Context,
  principal: Principal,
  wanted: readonly ChannelId[],
): Promise<void> {
  const offered = new Set((await channels.status(principal)).channels.map(({ channel }) => channel));
  const errors = wanted.flatMap((channel, index): FieldError[] =>
    offered.has(channel) ? [] : [{ path: `channels.${index}`, message: "is no channel of the gateway" }],
  );
  if (errors.length > 0) throw new AppError("invalid_request", { errors });
}
