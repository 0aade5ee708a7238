/**
 * When a message is tried again. By the number of tries, and not by how long it has been tried: a clock that jumps brings one try
 * forward, or delays it, and gives nothing up.
 */
import type { Timing } from "../timing.ts";

/** How much of a pause is chance, so that what failed together is not tried together again. */
const JITTER = 0.2;

/**
 * How long to wait before the next try; null: there is none.
 * @param tries there were, at least one
 * @param retryAfterMs what the endpoint asked for; null: nothing
 * @param chance 0 to 1
 */
export function pauseBefore(
  tries: number,
  retryAfterMs: number | null,
  chance: number,
  { retryMs, maxRetryAfterMs }: Pick<Timing["webhooks"], "retryMs" | "maxRetryAfterMs">,
): number | null {
  const planned = retryMs[tries - 1];
  if (planned === undefined) return null;
  return Math.max(planned * (1 - JITTER * chance), Math.min(retryAfterMs ?? 0, maxRetryAfterMs));
}

/** The header's value, in seconds or as a date; null where it has none, or none that makes sense. */
export function retryAfterOf(value: string | undefined, now: Date): number | null {
  if (value === undefined) return null;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1_000;
  const at = Date.parse(value);
  return Number.isNaN(at) ? null : Math.max(0, at - now.getTime());
}
