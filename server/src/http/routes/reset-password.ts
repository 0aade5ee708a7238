/** A person sets a new password by the link that was mailed to them. */
import { passwordResetSchema, resetPasswordRequestSchema } from "@cogni/contract";
import { parseBody } from "../body.ts";
import { localeOf } from "../locale-of.ts";
import { refuseQuery } from "../query.ts";
import { answersToBody, jsonBody, type Route } from "../route.ts";

export const resetPassword: Route = {
  doc: {
    method: "post",
    path: "/api/auth/password/reset",
    summary: "Set a new password",
    description:
      "Takes the token of the newest link, once. Ends every session of the person. A token in the address is refused: addresses are logged.",
    security: [],
    request: jsonBody(resetPasswordRequestSchema),
    responses: answersToBody("The new password counts.", passwordResetSchema, [
      "link_invalid",
      "rate_limited",
    ]),
  },
  async handle(ctx, call) {
    refuseQuery(call.req.url);
    const request = await parseBody(call.req.raw, resetPasswordRequestSchema);
    const { meta } = call.env;
    await ctx.people.resetPassword(request, { address: meta.remoteAddress, locale: localeOf(call) }, meta);
    return call.json({ reset: true });
  },
};
