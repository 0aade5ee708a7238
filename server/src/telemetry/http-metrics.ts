/** Requests by their route's template: a path as it was asked for would be a series for each id that someone made up. */
import { Counter, Gauge, Histogram, type Registry } from "prom-client";

export interface HttpMetrics {
  /** A request came; call what is returned when its answer begins. */
  begin(): (answer: Answer) => void;
  /** A gateway was given secrets, and was refused some. */
  resolved(result: "value" | "not_found" | "unreadable", references: number): void;
}

export interface Answer {
  readonly method: string;
  /** The route's template; `unmatched` where there is none. */
  readonly route: string;
  readonly status: number;
}

/** In seconds. Answers are promised within 10; a connect waits for its outcome. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** What a client makes up is no series of its own. */
const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

export function httpMetrics(registry: Registry): HttpMetrics {
  const registers = [registry];
  const durations = new Histogram({
    name: "cogni_http_request_duration_seconds",
    help: "From a request to the beginning of its answer, by the route's template.",
    labelNames: ["method", "route", "status"],
    buckets: BUCKETS,
    registers,
  });
  const inFlight = new Gauge({
    name: "cogni_http_requests_in_flight",
    help: "Requests whose answer has not begun.",
    registers,
  });
  const references = new Counter({
    name: "cogni_resolver_references_total",
    help: "References to credentials that gateways asked for, by what they were told.",
    labelNames: ["result"],
    registers,
  });
  return {
    begin() {
      const startedAt = performance.now();
      inFlight.inc();
      return ({ method, route, status }) => {
        inFlight.dec();
        const labels = { method: METHODS.has(method) ? method : "other", route, status };
        durations.observe(labels, (performance.now() - startedAt) / 1_000);
      };
    },
    resolved: (result, count) => references.inc({ result }, count),
  };
}
