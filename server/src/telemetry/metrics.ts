/**
 * Everything that is counted and measured, for Prometheus. One registry for each context, none for the whole process. What is
 * counted is told by the rooms; this one knows none of them. docs/operations/observability.md says what each series means.
 */
import { Registry } from "prom-client";
import { type AccountMetrics, accountMetrics } from "./account-metrics.ts";
import { type BacklogMetrics, backlogMetrics } from "./backlog-metrics.ts";
import { type GatewayMetrics, gatewayMetrics } from "./gateway-metrics.ts";
import { type HeldMetrics, heldMetrics } from "./held-metrics.ts";
import { type HttpMetrics, httpMetrics } from "./http-metrics.ts";
import { type LlmMetrics, llmMetrics } from "./llm-metrics.ts";
import { addProcess, type ProcessFacts, type ProcessMetrics, processMetrics } from "./process-metrics.ts";
import { type ReconcileMetrics, reconcileMetrics } from "./reconcile-metrics.ts";

export interface Metrics {
  readonly http: HttpMetrics;
  readonly gateway: GatewayMetrics;
  readonly reconcile: ReconcileMetrics;
  readonly held: HeldMetrics;
  readonly accounts: AccountMetrics;
  readonly backlog: BacklogMetrics;
  readonly llm: LlmMetrics;
  readonly process: ProcessMetrics;
  /** A line for each series, as Prometheus reads it; each gauge is looked at now. */
  render(): Promise<{ readonly body: string; readonly type: string }>;
}

export interface MetricsOptions extends ProcessFacts {
  /** How many accounts get series of their own. */
  readonly maxAccounts: number;
  /** False: nobody asks, so that nothing is measured of the process, which would cost a little all the time. */
  readonly served: boolean;
}

export function createMetrics({ maxAccounts, served, ...facts }: MetricsOptions): Metrics {
  const registry = new Registry();
  if (served) addProcess(registry);
  return {
    http: httpMetrics(registry),
    gateway: gatewayMetrics(registry),
    reconcile: reconcileMetrics(registry),
    held: heldMetrics(registry),
    accounts: accountMetrics(registry, maxAccounts),
    backlog: backlogMetrics(registry),
    llm: llmMetrics(registry),
    process: processMetrics(registry, facts),
    render: async () => ({ body: await registry.metrics(), type: registry.contentType }),
  };
}
