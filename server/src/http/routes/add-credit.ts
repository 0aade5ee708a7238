/** Money that a tenant paid or was given, as one of the platform's administrators enters it. */
import { creditedSchema, creditRequestSchema } from "@cogni/contract";
import { parseBody } from "../body.ts";
import { IDEMPOTENCY_HEADERS, idempotencyKeyOf } from "../idempotency-key.ts";
import { platformOf } from "../platform-of.ts";
import { answersToBody, IN_PERSON, jsonBody, type Route } from "../route.ts";

export const addCredit: Route = {
  doc: {
    method: "post",
    path: "/api/v1/operator/credits",
    summary: "Enter a credit, a top-up or a correction",
    description:
      "Money is whole nano-dollars (1e-9 USD), as digits; an entry that takes away is negative. Entries are only ever added: what was wrong is corrected by another one. A balance refuses no call: budgets do.",
    security: IN_PERSON,
    request: { ...jsonBody(creditRequestSchema), headers: IDEMPOTENCY_HEADERS },
    responses: answersToBody("The entry, and the balance with it.", creditedSchema, [
      "unauthenticated",
      "unknown_tenant",
      "idempotency_key_reused",
    ]),
  },
  async handle(ctx, call) {
    const session = await platformOf(ctx, call);
    const key = idempotencyKeyOf(call);
    const request = await parseBody(call.req.raw, creditRequestSchema);
    return call.json(await ctx.operatorUsage.credit(session, request, key, call.env.meta));
  },
};
