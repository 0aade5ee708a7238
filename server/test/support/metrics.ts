/** Metrics that nobody is told, for what measures; and reading those that are. */
import { createMetrics, type Metrics } from "../../src/telemetry/metrics.ts";

export const testMetrics = (maxAccounts = 0): Metrics =>
  createMetrics({ version: "0.0.0", roles: ["api"], pools: () => [], maxAccounts, served: false });

/** Each series of a name, by its labels in their order: `a="b",c="d"` → value. */
export function seriesOf(text: string, name: string): Map<string, number> {
  const lines = text.split("\n").filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  return new Map(
    lines.map((line) => {
      const [, labels = "", value = ""] = /^[a-z_]+(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
      return [labels, Number(value)];
    }),
  );
}
