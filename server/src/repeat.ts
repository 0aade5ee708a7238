/** Runs one task again and again, with pauses, and at once when it is told that there is something to do. */
import { setTimeout as sleep } from "node:timers/promises";

export interface Repeated {
  /** Runs it at once, or again when the run under way has ended. */
  wake(): void;
  /** Resolves when the run under way has ended. */
  stop(): Promise<void>;
}

/**
 * @param task throws nothing
 * @param pauseMs before the next run, by how long the last one took
 */
export function repeat(task: () => Promise<void>, pauseMs: (tookMs: number) => number): Repeated {
  const closing = new AbortController();
  let pause = new AbortController();
  let again = false;

  const running = (async () => {
    while (!closing.signal.aborted) {
      again = false;
      pause = new AbortController();
      const startedAt = performance.now();
      await task();
      if (again) continue;
      const signal = AbortSignal.any([closing.signal, pause.signal]);
      const ms = pauseMs(performance.now() - startedAt);
      await sleep(ms, undefined, { signal, ref: false }).catch((error: unknown) => {
        if (!signal.aborted) throw error;
      });
    }
  })();

  return {
    wake() {
      again = true;
      pause.abort();
    },
    async stop() {
      closing.abort();
      await running;
    },
  };
}
