/** The wallets that sign the person in. */
import { type Wallets, walletsSchema } from "@cogni/contract";
import { personOf } from "../person-of.ts";
import { answers, type Route } from "../route.ts";

export const listWallets: Route = {
  doc: {
    method: "get",
    path: "/api/auth/wallets",
    summary: "One's own wallets",
    description:
      "Lists the wallets that sign the caller in, the oldest first, and the networks they may be on.",
    security: [{ session: [] }],
    responses: answers("The wallets.", walletsSchema, ["unauthenticated", "forbidden"]),
  },
  async handle(ctx, call) {
    const session = await personOf(ctx, call);
    const listed: Wallets = { wallets: await ctx.wallets.list(session), chains: [...ctx.wallets.chains] };
    return call.json(listed);
  },
};
