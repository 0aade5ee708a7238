/** Calls to gateways, looks at them, and what was written to their config; told as it happens. */
import { Counter, Histogram, type Registry } from "prom-client";

export interface GatewayMetrics {
  /** A call has ended; `ok`, or why not. */
  called(gateway: string, method: string, outcome: string, ms: number): void;
  /** A look at all accounts has ended. */
  polled(gateway: string, outcome: "ok" | "failed", ms: number): void;
  /** The config was written, with so many edits at once, or could not be. */
  committed(gateway: string, outcome: string, edits: number, ms: number): void;
}

/** In seconds: a status takes milliseconds, a config write up to a minute and a half, an installation minutes. */
const CALLS = [0.005, 0.025, 0.1, 0.5, 2.5, 10, 30, 90];
const POLLS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];
const EDITS = [1, 2, 5, 10, 20, 50, 100];

export function gatewayMetrics(registry: Registry): GatewayMetrics {
  const registers = [registry];
  const calls = new Histogram({
    name: "cogni_gateway_rpc_duration_seconds",
    help: "Calls to the gateway, by method and how they ended.",
    labelNames: ["gateway", "method", "outcome"],
    buckets: CALLS,
    registers,
  });
  const polls = new Histogram({
    name: "cogni_gateway_poll_duration_seconds",
    help: "Looks at all accounts of the gateway.",
    labelNames: ["gateway"],
    buckets: POLLS,
    registers,
  });
  const failedPolls = new Counter({
    name: "cogni_gateway_poll_failures_total",
    help: "Looks that the gateway did not answer.",
    labelNames: ["gateway"],
    registers,
  });
  const commits = new Histogram({
    name: "cogni_gateway_config_commit_duration_seconds",
    help: "Writes of the gateway's config, by how they ended.",
    labelNames: ["gateway", "outcome"],
    buckets: CALLS,
    registers,
  });
  const edits = new Histogram({
    name: "cogni_gateway_config_commit_edits",
    help: "How many wishes shared one write of the gateway's config.",
    labelNames: ["gateway"],
    buckets: EDITS,
    registers,
  });
  return {
    called: (gateway, method, outcome, ms) => calls.observe({ gateway, method, outcome }, ms / 1_000),
    polled(gateway, outcome, ms) {
      if (outcome === "ok") polls.observe({ gateway }, ms / 1_000);
      else failedPolls.inc({ gateway });
    },
    committed(gateway, outcome, count, ms) {
      commits.observe({ gateway, outcome }, ms / 1_000);
      edits.observe({ gateway }, count);
    },
  };
}
