/** What the tenant's LLM calls used and cost, as a file of any length. */
import { usageExportQuerySchema } from "@cogni/contract";
import { z } from "zod";
import { principalOf } from "../principal-of.ts";
import { parseQuery } from "../query.ts";
import { answers, type Route, SIGNED_IN } from "../route.ts";

export const exportUsage: Route = {
  doc: {
    method: "get",
    path: "/api/v1/usage/export",
    summary: "LLM calls as a file",
    description:
      "As CSV (RFC 4180; cells that a spreadsheet would run begin with an apostrophe), one line for each call, or for each day, channel and model; with the filters of the list, of which days know channel and model.",
    security: SIGNED_IN,
    request: { query: usageExportQuerySchema },
    responses: answers("The file.", z.unknown(), ["unauthenticated", "forbidden", "invalid_request"]),
  },
  async handle(ctx, call) {
    const principal = await principalOf(ctx, call, "usage:read");
    const { name, body } = await ctx.usage.file(principal, parseQuery(call.req.url, usageExportQuerySchema));
    return call.body(body, 200, {
      "Content-Type": "text/csv; charset=utf-8; header=present",
      "Content-Disposition": `attachment; filename="${name}.csv"`,
    });
  },
};
