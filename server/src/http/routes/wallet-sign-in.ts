/** A person signs in with a wallet, and gets a session cookie. */
import { signedInSchema, signedMessageSchema } from "@cogni/contract";
import { parseBody } from "../body.ts";
import { clientOf } from "../client-of.ts";
import { answersToBody, jsonBody, type Route } from "../route.ts";

export const walletSignIn: Route = {
  doc: {
    method: "post",
    path: "/api/auth/wallet/sign-in",
    summary: "Sign in with a wallet",
    description:
      "Takes the message as it was answered, and the wallet's signature over it (EIP-191); answers with a session cookie. The signature is checked without asking any chain: by a wallet's own key, so a contract's (EIP-1271) is refused as malformed.",
    security: [],
    request: jsonBody(signedMessageSchema),
    responses: answersToBody("Signed in.", signedInSchema, [
      "unauthenticated",
      "wallets_off",
      "rate_limited",
    ]),
  },
  async handle(ctx, call) {
    const signed = await parseBody(call.req.raw, signedMessageSchema);
    const { person, cookies } = await ctx.wallets.signIn(signed, clientOf(call));
    for (const cookie of cookies) call.header("Set-Cookie", cookie, { append: true });
    return call.json({ person });
  },
};
