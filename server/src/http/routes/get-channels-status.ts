/** The state of every channel the tenant could connect. Asked often, so nothing here touches more than it needs. */
import { statusDocumentSchema } from "@cogni/contract";
import { authorize } from "../../auth/authorize.ts";
import { answers, type Route, SIGNED_IN } from "../route.ts";

export const getChannelsStatus: Route = {
  doc: {
    method: "get",
    path: "/api/v1/channels/status",
    summary: "Every channel and its state",
    description:
      "Lists every channel the gateway offers, connected or not, with its state, its problem and its form.",
    security: SIGNED_IN,
    responses: answers("The channels.", statusDocumentSchema, ["unauthenticated"]),
  },
  async handle(ctx, call) {
    const principal = await ctx.principals.resolve(
      call.req.header("authorization"),
      call.req.header("cookie"),
    );
    authorize(principal, "channels:read");
    const document = await ctx.channels.status(principal);
    return call.json(document);
  },
};
