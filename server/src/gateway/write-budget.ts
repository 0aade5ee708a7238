/**
 * The gateway allows 30 config writes in 60 s and answers the 31st with an error. This spreads ours so that the error
 * never comes: the first half of the allowance is free, the rest is paced over what is left of the window, so that a
 * long burst slows down by seconds instead of stopping for most of a minute.
 */
export interface WriteBudgetLimits {
  readonly writes: number;
  readonly windowMs: number;
}

export const GATEWAY_WRITE_LIMITS: WriteBudgetLimits = { writes: 30, windowMs: 60_000 };

export interface WriteBudget {
  /** Milliseconds to wait before the next write. */
  waitMs(now: number): number;
  /** How many more the gateway takes now. */
  left(now: number): number;
  /** A write is sent now; refused writes count, too. */
  spend(now: number): void;
  /** The gateway said itself how long to wait. */
  blockUntil(time: number): void;
}

export function createWriteBudget({ writes, windowMs }: WriteBudgetLimits): WriteBudget {
  let spent: number[] = [];
  let blockedUntil = 0;
  const expire = (now: number) => {
    spent = spent.filter((time) => time > now - windowMs);
  };
  return {
    waitMs(now) {
      expire(now);
      const blocked = Math.max(0, blockedUntil - now);
      const [oldest] = spent;
      const latest = spent.at(-1);
      const left = writes - spent.length;
      if (oldest === undefined || latest === undefined || left > writes / 2) return blocked;
      const windowLeft = oldest + windowMs - now;
      const next = left > 0 ? latest + windowLeft / left : oldest + windowMs;
      return Math.max(blocked, Math.ceil(next - now), 0);
    },
    left(now) {
      expire(now);
      return blockedUntil > now ? 0 : Math.max(0, writes - spent.length);
    },
    spend: (now) => void spent.push(now),
    blockUntil: (time) => {
      blockedUntil = Math.max(blockedUntil, time);
    },
  };
}
