/** The time that a code has left, as it is drawn and as it is spoken. */

/** Whole seconds, never below 0. */
export function secondsLeft(expiresAt: string, now: Date): number {
  return Math.max(0, Math.ceil((Date.parse(expiresAt) - now.getTime()) / 1000));
}

/** "2:05" */
export function clockTime(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** The share of its time that is left, 0 to 1. */
export function shareLeft(seconds: number, total: number): number {
  return total > 0 ? Math.min(1, seconds / total) : 0;
}

/** What a screen reader is told unasked: one warning, and none of a code whose whole life is short. */
const WARN_S = 30;
const LONG_S = 60;

export function isWarned(seconds: number, total: number): boolean {
  return total >= LONG_S && seconds > 0 && seconds <= WARN_S;
}
