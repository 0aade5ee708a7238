/** A tenant lets in someone who waits, or does not. */
import { decideSenderRequestSchema, decideSenderResponseSchema } from "@cogni/contract";
import { parseBody } from "../body.ts";
import { principalOf } from "../principal-of.ts";
import { answersToBody, jsonBody, type Route, SIGNED_IN } from "../route.ts";

export const decideSenders: Route = {
  doc: {
    method: "post",
    path: "/api/v1/senders",
    summary: "Let someone in, or dismiss them",
    description:
      "Keeps the decision and waits some seconds until it is carried out. Who was let in can write at once, and until the channel is disconnected; who was dismissed may ask again by writing again.",
    security: SIGNED_IN,
    request: jsonBody(decideSenderRequestSchema),
    responses: answersToBody("It is done.", decideSenderResponseSchema, [
      "unauthenticated",
      "unknown_sender",
      "superseded",
      "gateway_unreachable",
      "gateway_timeout",
    ]),
  },
  async handle(ctx, call) {
    const principal = await principalOf(ctx, call, "channels:write");
    const request = await parseBody(call.req.raw, decideSenderRequestSchema);
    const response = await ctx.channels.decideSender(principal, request, call.env.meta);
    return call.json(response);
  },
};
