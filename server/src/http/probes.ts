/** Whoever supervises a process that serves LLM calls alone asks on their port: it has no other. */
import type { RequestListener } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { Hono } from "hono";
import type { Context } from "../context.ts";
import { addHealth } from "./health.ts";

const PROBES = new Set(["/healthz", "/readyz"]);

/** Answers probes, and leaves all else to `listener`. What fails is told without its reason: tenants' gateways reach this port. */
export function withProbes(ctx: Pick<Context, "health">, listener: RequestListener): RequestListener {
  const app = new Hono();
  addHealth(app, ctx, false);
  const probe = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  return (request, response) => {
    if (!PROBES.has(request.url ?? "")) return listener(request, response);
    void probe(request, response);
  };
}
