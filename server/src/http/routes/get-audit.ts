/** Who did what: in a tenant, and to the platform. */
import { auditPageSchema, auditQuerySchema } from "@cogni/contract";
import { type AuditSource, auditPage, platformAudit, tenantAudit } from "../../audit/read.ts";
import type { Context } from "../../context.ts";
import type { Call } from "../call.ts";
import { platformOf } from "../platform-of.ts";
import { principalOf } from "../principal-of.ts";
import { parseQuery } from "../query.ts";
import { answers, IN_PERSON, type Route, SIGNED_IN } from "../route.ts";

export const getAudit: Route = {
  doc: {
    ...doc("/api/v1/audit", "The tenant's audit"),
    description:
      "Who did what in the tenant, from where, and what came of it; the newest first, in pages. Of the platform's administrators no names are told.",
    security: SIGNED_IN,
  },
  async handle(ctx, call) {
    const principal = await principalOf(ctx, call, "audit:read");
    return answer(call, tenantAudit(ctx.db, principal));
  },
};

export const getOperatorAudit: Route = {
  doc: {
    ...doc("/api/v1/operator/audit", "The platform's audit"),
    description:
      "What was done to the installation and its tenants, and to people who sign in; the newest first.",
    security: IN_PERSON,
  },
  async handle(ctx: Context, call) {
    const session = await platformOf(ctx, call);
    return answer(call, platformAudit(ctx.db, session));
  },
};

function doc(path: string, summary: string) {
  return {
    method: "get",
    path,
    summary,
    request: { query: auditQuerySchema },
    responses: answers("A page of it.", auditPageSchema, ["unauthenticated", "forbidden", "invalid_request"]),
  } as const;
}

async function answer(call: Call, source: AuditSource): Promise<Response> {
  const query = parseQuery(call.req.url, auditQuerySchema);
  return call.json(auditPageSchema.parse(await auditPage(source, query)));
}
