/** A message for a wallet to sign. */
import { walletChallengeRequestSchema, walletChallengeSchema } from "@cogni/contract";
import { parseBody } from "../body.ts";
import { personOf } from "../person-of.ts";
import { answersToBody, jsonBody, type Route } from "../route.ts";

export const walletChallenge: Route = {
  doc: {
    method: "post",
    path: "/api/auth/wallet/challenge",
    summary: "Get a message to sign",
    description:
      "Answers an EIP-4361 message for the wallet to sign, letter by letter, within five minutes, once. For the purpose `link` the caller has to be signed in.",
    security: [{ session: [] }, {}],
    request: jsonBody(walletChallengeRequestSchema),
    responses: answersToBody("The message.", walletChallengeSchema, [
      "unauthenticated",
      "wallet_chain",
      "wallets_off",
      "rate_limited",
    ]),
  },
  async handle(ctx, call) {
    const request = await parseBody(call.req.raw, walletChallengeRequestSchema);
    const session = request.purpose === "link" ? await personOf(ctx, call) : null;
    return call.json(await ctx.wallets.challenge(request, session, call.env.meta.remoteAddress));
  },
};
