/** Each request of a port, measured by its route's template. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";
import type { Metrics } from "../telemetry/metrics.ts";
import type { ApiEnv, Call } from "./call.ts";

/** The first of an app's middlewares: what fails further in has become an answer by the time it comes back here. */
export function observed(metrics: Metrics): MiddlewareHandler<ApiEnv> {
  return async (call, next) => {
    const answered = metrics.http.begin();
    await next();
    answered({ method: call.req.method, route: routeOf(call), status: call.res.status });
  };
}

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
