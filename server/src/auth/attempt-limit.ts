/**
 * Slows down whoever guesses passwords: so many wrong attempts per key (an address, or an address with an e-mail) in a
 * window, counted in this process's memory. Right ones are not counted, so an office behind one address is not locked out,
 * and an e-mail alone is no key, so nobody can lock out somebody else.
 */
import type { ErrorCode } from "@cogni/contract";
import { AppError } from "../errors.ts";

export interface AttemptLimit {
  /**
   * Counts an attempt before its outcome is known, so that many at once are limited too.
   * @throws AppError rate_limited
   */
  begin(key: string): Attempt;
}

export interface Attempt {
  /** It was right, or failed for a reason of ours: it does not count. */
  forgive(): void;
}

/**
 * Counts against `key` what ends in `code`, and nothing else.
 * @throws AppError rate_limited, and what `work` throws
 */
export async function countingWrong<T>(
  limit: AttemptLimit,
  key: string,
  code: ErrorCode,
  work: () => Promise<T>,
): Promise<T> {
  const attempt = limit.begin(key);
  let wrong = false;
  try {
    return await work();
  } catch (error) {
    wrong = error instanceof AppError && error.code === code;
    throw error;
  } finally {
    if (!wrong) attempt.forgive();
  }
}

const MAX_KEYS = 10_000;

/** @param now milliseconds of a clock that never jumps back */
export function createAttemptLimit(
  { max, windowMs }: { max: number; windowMs: number },
  now: () => number = () => performance.now(),
): AttemptLimit {
  const windows = new Map<string, { attempts: number; endsAt: number }>();

  const windowOf = (key: string) => {
    const known = windows.get(key);
    if (known && known.endsAt > now()) return known;
    const fresh = { attempts: 0, endsAt: now() + windowMs };
    windows.delete(key);
    windows.set(key, fresh);
    const oldest = windows.size > MAX_KEYS ? windows.keys().next().value : undefined;
    if (oldest !== undefined) windows.delete(oldest);
    return fresh;
  };
  return {
    begin(key) {
      const window = windowOf(key);
      if (window.attempts >= max) {
        throw new AppError("rate_limited", { retryAfterS: (window.endsAt - now()) / 1000 });
      }
      window.attempts += 1;
      return {
        forgive: () => {
          window.attempts -= 1;
        },
      };
    },
  };
}
