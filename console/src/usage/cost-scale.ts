/** How high the bars of a chart of costs are. */

export interface CostScale {
  /** The round amount, in nano-dollars, that the chart's top stands for; never less than the dearest. */
  readonly top: string;
  /** From 0 to 1. */
  readonly shares: readonly number[];
}

const STEPS = [1n, 2n, 5n, 10n];
/** A share is counted in millionths: finer than any screen. */
const PARTS = 1_000_000n;

/** @param costs in nano-dollars */
export function costScale(costs: readonly string[]): CostScale {
  const amounts = costs.map((cost) => BigInt(cost));
  // biome-ignore lint/complexity/useMathMinMax: Math.max takes no bigint
  const dearest = amounts.reduce((most, cost) => (cost > most ? cost : most), 0n);
  if (dearest === 0n) return { top: "0", shares: amounts.map(() => 0) };
  const power = 10n ** BigInt(dearest.toString().length - 1);
  const top = (STEPS.find((step) => step * power >= dearest) ?? 10n) * power;
  return { top: String(top), shares: amounts.map((cost) => Number((cost * PARTS) / top) / Number(PARTS)) };
}

/** How much of what may be used is, in whole percent; rounded down, so that only what is used up reads as 100. */
export function percentUsed(used: string, of: string): number {
  const [part, whole] = [BigInt(used), BigInt(of)];
  return whole <= 0n || part >= whole ? 100 : Number((part * 100n) / whole);
}
