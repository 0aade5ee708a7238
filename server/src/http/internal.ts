/**
 * What answers on the internal port, which gateways and the LLM's proxy alone may reach: a gateway asks for the secrets that its
 * config refers to, whose values go into the answer and nowhere else, and tells what became of replies; the proxy tells costs.
 */
import type { IncomingMessage, RequestListener } from "node:http";
import { type ResolveResponse, resolveRequestSchema } from "@cogni/contract";
import { getRequestListener } from "@hono/node-server";
import { Hono } from "hono";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { requestIdOf } from "../request-id.ts";
import { parseBody } from "./body.ts";
import type { ApiEnv, Call } from "./call.ts";
import { gatewayOf } from "./gateway-of.ts";
import { addHealth } from "./health.ts";
import { ingestUpstreamCosts } from "./ingest-costs.ts";
import { observed } from "./observe.ts";
import { answerProblem, logProblem } from "./problem.ts";
import { tellReplies } from "./tell-replies.ts";

/** 5,000 references of 512 characters. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;

export function createInternalListener(ctx: Context): RequestListener {
  const app = new Hono<ApiEnv>();
  app.use(observed(ctx.metrics));
  addHealth(app, ctx, true);
  app.post("/internal/v1/secrets", (call) => resolveSecrets(ctx, call));
  app.post("/internal/v1/replies", (call) => tellReplies(ctx, call));
  app.post("/api/internal/billing/ingest", (call) => ingestUpstreamCosts(ctx, call));
  app.notFound((call) => answerProblem(call, new AppError("not_found")));
  app.onError((error, call) => {
    logProblem(ctx.log, error, call.env.meta.requestId);
    return answerProblem(call, error);
  });
  return getRequestListener(
    (request, { incoming, outgoing }) => {
      const meta = {
        requestId: requestIdOf(incoming as IncomingMessage),
        remoteAddress: incoming.socket.remoteAddress ?? "",
      };
      outgoing.setHeader("Cache-Control", "no-store");
      return app.fetch(request, { incoming, outgoing, meta });
    },
    { overrideGlobalObjects: false },
  );
}

async function resolveSecrets(ctx: Context, call: Call): Promise<Response> {
  const gatewayId = await gatewayOf(ctx, call.req.header("authorization"));
  const { ids } = await parseBody(call.req.raw, resolveRequestSchema, MAX_BODY_BYTES);
  const resolved = await ctx.resolveCredentials(gatewayId, ids);
  const answer: ResolveResponse = { protocolVersion: 1, ...resolved };
  const refused = Map.groupBy(Object.values(answer.errors), ({ code }) => code);
  ctx.metrics.http.resolved("value", Object.keys(answer.values).length);
  ctx.metrics.http.resolved("not_found", refused.get("NOT_FOUND")?.length ?? 0);
  ctx.metrics.http.resolved("unreadable", refused.get("CREDENTIAL_UNREADABLE")?.length ?? 0);
  ctx.log.info(
    { gatewayId, values: Object.keys(answer.values).length, errors: Object.keys(answer.errors).length },
    "gave a gateway its secrets",
  );
  return call.json(answer);
}
