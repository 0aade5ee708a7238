/** Calls of the LLM endpoint, over all tenants: whose they are stands in the ledger, and would be a series for each tenant here. */
import { Counter, Gauge, Histogram, type Registry } from "prom-client";

export interface LlmMetrics {
  began(): void;
  /** @param seconds from the request to the end of its answer */
  ended(outcome: string, seconds: number, costNano: bigint, estimated: boolean): void;
  limited(limit: string): void;
  /** Calls that are over and not yet written down. */
  unsettled(count: () => number): void;
}

/** In seconds: an answer of a few words, and one of minutes. */
const BUCKETS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 180, 600];

export function llmMetrics(registry: Registry): LlmMetrics {
  const registers = [registry];
  const durations = new Histogram({
    name: "cogni_llm_call_duration_seconds",
    help: "From a call to the end of its answer, by what became of it.",
    labelNames: ["outcome"],
    buckets: BUCKETS,
    registers,
  });
  const underWay = new Gauge({ name: "cogni_llm_calls_in_flight", help: "Calls under way.", registers });
  const cost = new Counter({
    name: "cogni_llm_cost_dollars_total",
    help: "What calls cost, by our prices.",
    registers,
  });
  const estimated = new Counter({
    name: "cogni_llm_estimated_calls_total",
    help: "Calls whose usage nobody told.",
    registers,
  });
  const limited = new Counter({
    name: "cogni_llm_limited_calls_total",
    help: "Calls that a limit ended.",
    labelNames: ["limit"],
    registers,
  });
  let count = (): number => 0;
  new Gauge({
    name: "cogni_llm_unsettled_calls",
    help: "Calls that are over and not yet written down.",
    registers,
    collect() {
      this.set(count());
    },
  });
  return {
    began: () => underWay.inc(),
    ended(outcome, seconds, costNano, isEstimated) {
      underWay.dec();
      durations.observe({ outcome }, seconds);
      cost.inc(Number(costNano) / 1e9);
      if (isEstimated) estimated.inc();
    },
    limited: (limit) => limited.inc({ limit }),
    unsettled(by) {
      count = by;
    },
  };
}
