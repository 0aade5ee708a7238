/**
 * Runs one task per key, a few keys at a time and never one key twice at once. Asked again while it waits, a task runs
 * once; asked again while it runs, once more afterwards, so that whoever asked sees what was there when it asked.
 */
export interface Refresher<Key> {
  /** Resolves, or rejects, with a run of the task that began after this call. */
  refresh(key: Key): Promise<void>;
}

export function createRefresher<Key>(atOnce: number, task: (key: Key) => Promise<void>): Refresher<Key> {
  const waiting = new Map<Key, PromiseWithResolvers<void>>();
  const running = new Set<Key>();

  function start(): void {
    for (const [key, run] of waiting) {
      if (running.size >= atOnce) return;
      if (running.has(key)) continue;
      waiting.delete(key);
      running.add(key);
      void task(key)
        .then(run.resolve, run.reject)
        .finally(() => {
          running.delete(key);
          start();
        });
    }
  }

  return {
    refresh(key) {
      const run = waiting.get(key) ?? Promise.withResolvers<void>();
      waiting.set(key, run);
      start();
      return run.promise;
    },
  };
}
