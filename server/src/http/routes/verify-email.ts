/** A person shows that an address is theirs, by the link that was mailed there. */
import { emailVerifiedSchema, verifyEmailRequestSchema } from "@cogni/contract";
import { parseBody } from "../body.ts";
import { refuseQuery } from "../query.ts";
import { answersToBody, jsonBody, type Route } from "../route.ts";

export const verifyEmail: Route = {
  doc: {
    method: "post",
    path: "/api/auth/email/verify",
    summary: "Verify an address",
    description:
      "Takes the token of the newest link, once. A token in the address is refused: addresses are logged.",
    security: [],
    request: jsonBody(verifyEmailRequestSchema),
    responses: answersToBody("The address is verified.", emailVerifiedSchema, [
      "link_invalid",
      "rate_limited",
    ]),
  },
  async handle(ctx, call) {
    refuseQuery(call.req.url);
    const request = await parseBody(call.req.raw, verifyEmailRequestSchema);
    await ctx.people.verifyEmail(request, call.env.meta);
    return call.json({ verified: true });
  },
};
