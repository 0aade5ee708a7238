/** A person adds a wallet, to sign in with it. */
import { signedMessageSchema, type Wallets, walletsSchema } from "@cogni/contract";
import { parseBody } from "../body.ts";
import { personOf } from "../person-of.ts";
import { answersToBody, jsonBody, type Route } from "../route.ts";

export const linkWallet: Route = {
  doc: {
    method: "post",
    path: "/api/auth/wallets/link",
    summary: "Add a wallet",
    description:
      "Takes a message that was answered to the caller for the purpose `link`, and the wallet's signature over it. One wallet is one person's.",
    security: [{ session: [] }],
    request: jsonBody(signedMessageSchema),
    responses: answersToBody("The wallets with it.", walletsSchema, [
      "unauthenticated",
      "wallet_unproven",
      "wallet_taken",
      "wallets_off",
      "rate_limited",
    ]),
  },
  async handle(ctx, call) {
    const session = await personOf(ctx, call);
    const signed = await parseBody(call.req.raw, signedMessageSchema);
    const listed: Wallets = {
      wallets: await ctx.wallets.link(session, signed, call.env.meta),
      chains: [...ctx.wallets.chains],
    };
    return call.json(listed);
  },
};
