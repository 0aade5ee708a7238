/**
 * Slows down whoever guesses passwords: so many wrong attempts per key (an address, or an address with an e-mail) in a
 * window, counted by all processes together. Right ones are not counted, so an office behind one address is not locked out,
 * and an e-mail alone is no key, so nobody can lock out somebody else.
 */
import type { ErrorCode } from "@cogni/contract";
import type { Db } from "../db/pool.ts";
import { createCounter, type Window } from "../db/rate-limits.ts";
import { AppError } from "../errors.ts";

export interface AttemptLimit {
  /**
   * Counts an attempt before its outcome is known, so that many at once are limited too.
   * @throws AppError rate_limited, database_unavailable
   */
  begin(key: string): Promise<Attempt>;
}

export interface Attempt {
  /** It was right, or failed for a reason of ours: it does not count. @throws AppError database_unavailable */
  forgive(): Promise<void>;
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
  const attempt = await limit.begin(key);
  let wrong = false;
  try {
    return await work();
  } catch (error) {
    wrong = error instanceof AppError && error.code === code;
    throw error;
  } finally {
    if (!wrong) await attempt.forgive();
  }
}

/** One attempt that several limits count: where one of them refuses it, the others forget it. */
export async function beginAll(...begun: readonly Promise<Attempt>[]): Promise<Attempt> {
  const settled = await Promise.allSettled(begun);
  const attempts = settled.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  const forgive = async () => {
    await Promise.all(attempts.map((attempt) => attempt.forgive()));
  };
  const refused = settled.find((one) => one.status === "rejected");
  if (!refused) return { forgive };
  await forgive();
  throw refused.reason;
}

/** @param name of what is attempted, one for each limit */
export function createAttemptLimit(db: Db, name: string, window: Window): AttemptLimit {
  const counter = createCounter(db, name, window);
  return {
    async begin(key) {
      const { allowed, endsInMs } = await counter.take(key);
      if (!allowed) throw new AppError("rate_limited", { retryAfterS: endsInMs / 1000 });
      return { forgive: () => counter.giveBack(key) };
    },
  };
}
