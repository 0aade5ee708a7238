/** The audit as a file, of a tenant and of the platform: with the filters of the page, and of any length. */
import { auditExportQuerySchema } from "@cogni/contract";
import { z } from "zod";
import { type AuditSource, auditFile, platformAudit, tenantAudit } from "../../audit/read.ts";
import type { Call } from "../call.ts";
import { platformOf } from "../platform-of.ts";
import { principalOf } from "../principal-of.ts";
import { parseQuery } from "../query.ts";
import { answers, IN_PERSON, type Route, SIGNED_IN } from "../route.ts";

const TYPES = { csv: "text/csv; charset=utf-8; header=present", json: "application/json" } as const;

export const exportAudit: Route = {
  doc: { ...doc("/api/v1/audit/export", "The tenant's audit as a file"), security: SIGNED_IN },
  async handle(ctx, call) {
    const principal = await principalOf(ctx, call, "audit:read");
    return answer(call, tenantAudit(ctx.db, principal), `audit-${principal.billingAccountId}`);
  },
};

export const exportOperatorAudit: Route = {
  doc: { ...doc("/api/v1/operator/audit/export", "The platform's audit as a file"), security: IN_PERSON },
  async handle(ctx, call) {
    const session = await platformOf(ctx, call);
    return answer(call, platformAudit(ctx.db, session), "audit-platform");
  },
};

function doc(path: string, summary: string) {
  return {
    method: "get",
    path,
    summary,
    description:
      "As CSV (RFC 4180; cells that a spreadsheet would run begin with an apostrophe) or as a JSON array, the newest first, with the filters of the list.",
    request: { query: auditExportQuerySchema },
    responses: answers("The file.", z.unknown(), ["unauthenticated", "forbidden", "invalid_request"]),
  } as const;
}

function answer(call: Call, source: AuditSource, name: string): Response {
  const { format, ...filters } = parseQuery(call.req.url, auditExportQuerySchema);
  const day = new Date().toISOString().slice(0, 10);
  return call.body(auditFile(source, filters, format), 200, {
    "Content-Type": TYPES[format],
    "Content-Disposition": `attachment; filename="${name}-${day}.${format}"`,
  });
}
