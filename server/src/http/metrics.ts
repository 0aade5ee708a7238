/**
 * What answers on the port of the metrics. Nobody is asked who they are, so it is on loopback unless an operator says otherwise; and
 * nothing else answers there, so that Prometheus can be let in to it alone.
 */
import type { RequestListener } from "node:http";
import type { Context } from "../context.ts";

const METRICS_PATH = /^\/metrics(\?|$)/;

export function createMetricsListener({ metrics, log }: Pick<Context, "metrics" | "log">): RequestListener {
  return (incoming, outgoing) => {
    outgoing.setHeader("Cache-Control", "no-store");
    if (!METRICS_PATH.test(incoming.url ?? "")) return void outgoing.writeHead(404).end();
    if (incoming.method !== "GET") return void outgoing.writeHead(405, { Allow: "GET" }).end();
    metrics.render().then(
      ({ body, type }) => outgoing.writeHead(200, { "Content-Type": type }).end(body),
      (error: unknown) => {
        log.error({ err: error }, "the metrics could not be read");
        outgoing.writeHead(500).end();
      },
    );
  };
}
