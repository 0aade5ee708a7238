/** A tenant is suspended, or is not any more. */
import { suspendedSchema, suspendRequestSchema } from "@cogni/contract";
import { suspendByAdministrator } from "../../auth/suspension.ts";
import { parseBody } from "../body.ts";
import { platformOf } from "../platform-of.ts";
import { answersToBody, IN_PERSON, jsonBody, type Route } from "../route.ts";

export const suspendTenant = routeFor(true, "suspend", {
  summary: "Suspend a tenant",
  description: "Its accounts are taken down and its LLM calls refused; everything of it is kept.",
});

export const resumeTenant = routeFor(false, "resume", {
  summary: "End a tenant's suspension",
  description: "Everything comes back by itself.",
});

function routeFor(
  suspended: boolean,
  word: string,
  words: Pick<Route["doc"], "summary" | "description">,
): Route {
  return {
    doc: {
      method: "post",
      path: `/api/v1/operator/tenants/${word}`,
      ...words,
      security: IN_PERSON,
      request: jsonBody(suspendRequestSchema),
      responses: answersToBody("Its status now.", suspendedSchema, [
        "unauthenticated",
        "unknown_tenant",
        "tenant_deleting",
      ]),
    },
    async handle(ctx, call) {
      const session = await platformOf(ctx, call);
      const { billingAccountId } = await parseBody(call.req.raw, suspendRequestSchema);
      const wish = { billingAccountId, suspended };
      await suspendByAdministrator(ctx.db, session, wish, call.env.meta);
      ctx.principals.forget();
      return call.json({ billingAccountId, status: suspended ? "suspended" : "active" });
    },
  };
}
