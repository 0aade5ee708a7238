/** The share of time that a channel was up, as words and as bars. */
import type { ChannelTimeline } from "@cogni/contract";

/** "99.9%". Rounded down: only what was always up is 100 %. */
export function percentUp(share: number, locale: string): string {
  const floored = Math.floor(share * 1000) / 1000;
  return new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 1 }).format(floored);
}

export interface Bar {
  from: string;
  /** Up and down together are 1; both are 0 where nobody watched. */
  up: number;
  down: number;
}

/** An outage of minutes is a sliver of a day that no eye would find: it is drawn at least this high. */
const LEAST_DOWN = 0.18;

export function barsOf(parts: ChannelTimeline["parts"]): Bar[] {
  return parts.map(({ from, upShare }) => {
    if (upShare === null) return { from, up: 0, down: 0 };
    const down = upShare === 1 ? 0 : Math.max(LEAST_DOWN, 1 - upShare);
    return { from, up: 1 - down, down };
  });
}
