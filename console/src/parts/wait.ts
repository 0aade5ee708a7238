/** How long a limit makes a person wait, as it is drawn. */

/** Whole seconds, never below 0, and never more than the limit said, whatever this machine's clock does. */
export function secondsToWait(retryAt: number, retryAfterS: number, now: number): number {
  return Math.min(retryAfterS, Math.max(0, Math.ceil((retryAt - now) / 1000)));
}

/** "40 sec", "10 min": by the second in the last minute, and before it so that nobody comes too early. */
export function waitTime(seconds: number, locale: string): string {
  const [value, unit] =
    seconds < 60
      ? [seconds, "second"]
      : seconds < 3_600
        ? [Math.ceil(seconds / 60), "minute"]
        : [Math.ceil(seconds / 3_600), "hour"];
  return new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "short" }).format(value);
}
