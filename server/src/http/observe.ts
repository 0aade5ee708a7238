/** Each request of a port, measured and traced by its route's template. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";
import type { Metrics } from "../telemetry/metrics.ts";
import { SpanKind, SpanStatusCode, traceFrom } from "../telemetry/trace.ts";
import type { ApiEnv, Call } from "./call.ts";

const UNTRACED = new Set(["/healthz", "/readyz"]);

/** The first of an app's middlewares: what fails further in has become an answer by the time it comes back here. */
export function observed(metrics: Metrics): MiddlewareHandler<ApiEnv> {
  return async (call, next) => {
    const answered = metrics.http.begin();
    const { method, path } = call.req;
    // Asked every few seconds by whoever supervises this process.
    if (UNTRACED.has(path)) await next();
    else {
      await traceFrom(call.req.header("traceparent"), method, spanOf(call), async (span) => {
        await next();
        span.updateName(`${method} ${routeOf(call)}`);
        span.setAttribute("http.route", routeOf(call));
        span.setAttribute("http.response.status_code", call.res.status);
        if (call.res.status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      });
    }
    answered({ method, route: routeOf(call), status: call.res.status });
  };
}

/** By the request's id, which every answer carries, its trace is found. */
const spanOf = (call: Call) => ({
  kind: SpanKind.SERVER,
  attributes: { "http.request.method": call.req.method, "cogni.request_id": call.env.meta.requestId },
});

/** What no route takes is one series, whatever was asked for. */
function routeOf(call: Call): string {
  return matchedRoutes(call).findLast(({ path }) => !path.endsWith("*"))?.path ?? "unmatched";
}

/** Pages are one route: what they are made of is not ours to name. */
export function observePage(
  metrics: Metrics,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): () => void {
  const answered = metrics.http.begin();
  return () => answered({ method: incoming.method ?? "", route: "pages", status: outgoing.statusCode });
}
