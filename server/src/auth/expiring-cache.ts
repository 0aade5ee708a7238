/**
 * Remembers look-ups for a few seconds, misses included, so that a burst of requests costs one query. Bounded: whoever
 * guesses keys by the million evicts the oldest answers instead of filling the memory.
 */
interface Entry<T> {
  readonly answer: Promise<T>;
  readonly askedAt: number;
}

export interface ExpiringCache<T> {
  /**
   * The remembered answer, or that of `lookUp`; concurrent callers share one look-up. A failed one is not remembered.
   * @param maxAgeMs where the answer has to be younger than this cache's own limit
   */
  get(key: string, lookUp: () => Promise<T>, maxAgeMs?: number): Promise<T>;
  delete(key: string): void;
  clear(): void;
}

/** @param now milliseconds of a clock that never jumps back */
export function createExpiringCache<T>(
  { ttlMs, maxEntries }: { ttlMs: number; maxEntries: number },
  now: () => number = () => performance.now(),
): ExpiringCache<T> {
  const entries = new Map<string, Entry<T>>();
  return {
    get(key, lookUp, maxAgeMs = ttlMs) {
      const known = entries.get(key);
      if (known && known.askedAt + Math.min(maxAgeMs, ttlMs) > now()) return known.answer;
      // Its age counts from before the query: a revocation while it runs is still noticed in time.
      const askedAt = now();
      const entry = { answer: lookUp(), askedAt };
      entries.delete(key);
      entries.set(key, entry);
      entry.answer.catch(() => {
        if (entries.get(key) === entry) entries.delete(key);
      });
      const oldest = entries.size > maxEntries ? entries.keys().next().value : undefined;
      if (oldest !== undefined) entries.delete(oldest);
      return entry.answer;
    },
    delete: (key) => void entries.delete(key),
    clear: () => entries.clear(),
  };
}
