/** A person removes a wallet of theirs. */
import { unlinkWalletRequestSchema, type Wallets, walletsSchema } from "@cogni/contract";
import { parseBody } from "../body.ts";
import { personOf } from "../person-of.ts";
import { answersToBody, jsonBody, type Route } from "../route.ts";

export const unlinkWallet: Route = {
  doc: {
    method: "post",
    path: "/api/auth/wallets/unlink",
    summary: "Remove a wallet",
    description: "It signs nobody in from then on. The last way in stays.",
    security: [{ session: [] }],
    request: jsonBody(unlinkWalletRequestSchema),
    responses: answersToBody("The wallets without it.", walletsSchema, ["unauthenticated", "last_way_in"]),
  },
  async handle(ctx, call) {
    const session = await personOf(ctx, call);
    const { address } = await parseBody(call.req.raw, unlinkWalletRequestSchema);
    const listed: Wallets = {
      wallets: await ctx.wallets.unlink(session, address, call.env.meta),
      chains: [...ctx.wallets.chains],
    };
    return call.json(listed);
  },
};
