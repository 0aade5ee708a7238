/** A person signs in with e-mail and password, and gets a session cookie. */
import { signedInSchema, signInRequestSchema } from "@cogni/contract";
import { parseBody } from "../body.ts";
import { clientOf } from "../client-of.ts";
import { answersToBody, jsonBody, type Route } from "../route.ts";

export const signIn: Route = {
  doc: {
    method: "post",
    path: "/api/auth/sign-in/email",
    summary: "Sign in",
    description:
      "Answers with a session cookie. Wrong attempts are counted by address and e-mail, and limited.",
    security: [],
    request: jsonBody(signInRequestSchema),
    responses: answersToBody("Signed in.", signedInSchema, ["unauthenticated", "rate_limited"]),
  },
  async handle(ctx, call) {
    const request = await parseBody(call.req.raw, signInRequestSchema);
    const { person, cookies } = await ctx.people.signIn(request, clientOf(call));
    for (const cookie of cookies) call.header("Set-Cookie", cookie, { append: true });
    return call.json({ person });
  },
};
