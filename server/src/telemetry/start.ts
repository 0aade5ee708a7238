/** What counts and traces in this process, as its settings say. */
import { hostname } from "node:os";
import packageJson from "../../package.json" with { type: "json" };
import type { Config } from "../config.ts";
import type { Logger } from "../log.ts";
import { createMetrics, type Metrics } from "./metrics.ts";
import type { PoolLoad } from "./process-metrics.ts";
import { startTracing } from "./tracing.ts";

export interface Telemetry {
  readonly metrics: Metrics;
  /** Sends what is left of traces, as far as that can be done in time. */
  stop(): Promise<void>;
}

export function startTelemetry(config: Config, log: Logger, pools: () => readonly PoolLoad[]): Telemetry {
  const { version } = packageJson;
  const metrics = createMetrics({
    version,
    roles: [...config.roles],
    pools,
    maxAccounts: config.metrics.maxAccounts,
    served: config.metrics.endpoint !== null,
  });
  const instance = `${hostname()}/${process.pid}`;
  const tracing = startTracing(
    config.traces && { ...config.traces, version, instance, timing: config.timing.tracing, log },
  );
  return { metrics, stop: tracing.stop };
}
