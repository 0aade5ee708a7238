/** Numbers, and how a run prints them: what was measured, beside what it is compared with, and the goal. */

export interface Figure {
  readonly what: string;
  readonly value: string;
  /** Measured in the same run. */
  readonly beside?: string;
  readonly goal?: string;
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => percentile(values, 0.5);

export async function timed(run: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await run();
  return performance.now() - begun;
}

export const ms = (value: number): string => `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
export const times = (value: number): string => `${value.toFixed(2)} x`;
export const perSecond = (value: number): string => `${Math.round(value).toLocaleString("en")}/s`;

/** A Markdown table, so that a run can be pasted into bench/README.md as it is. */
export function table(figures: readonly Figure[]): string {
  const rows = figures.map(({ what, value, beside = "", goal = "" }) => [what, value, beside, goal]);
  const header = ["measured", "value", "beside it, same run", "goal"];
  const lines = [header, header.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`);
  return lines.join("\n");
}
