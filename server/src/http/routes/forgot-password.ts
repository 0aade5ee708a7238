/** A person who forgot their password asks for a link by mail. */
import { forgotPasswordRequestSchema, forgotPasswordSchema } from "@cogni/contract";
import { parseBody } from "../body.ts";
import { localeOf } from "../locale-of.ts";
import { answersToBody, jsonBody, type Route } from "../route.ts";

export const forgotPassword: Route = {
  doc: {
    method: "post",
    path: "/api/auth/password/forget",
    summary: "Ask for a new password",
    description:
      "Mails a link that is good for 30 minutes, if anyone has that address. The answer does not tell whether.",
    security: [],
    request: jsonBody(forgotPasswordRequestSchema),
    responses: answersToBody("Asked for.", forgotPasswordSchema, ["rate_limited"]),
  },
  async handle(ctx, call) {
    const request = await parseBody(call.req.raw, forgotPasswordRequestSchema);
    const asker = { address: call.env.meta.remoteAddress, locale: localeOf(call) };
    await ctx.people.forgotPassword(request, asker);
    return call.json({ requested: true });
  },
};
