/**
 * Whether this process gets round to anything: for how long its event loop was stuck lately. One that is stuck now answers
 * no probe at all, which is what a liveness probe's time-out is for.
 */
import { monitorEventLoopDelay } from "node:perf_hooks";

export interface EventLoop {
  /** The longest delay of the last minute or two, in milliseconds. */
  longestDelayMs(): number;
  stop(): void;
}

const RESOLUTION_MS = 20;
const WINDOW_MS = 60_000;

export function watchEventLoop(): EventLoop {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delays.enable();
  let before = 0;
  const timer = setInterval(() => {
    before = longest();
    delays.reset();
  }, WINDOW_MS).unref();
  // Each sample holds the pause between two of them as well; none was taken yet: 0.
  const longest = (): number => Math.max(0, Math.round(delays.max / 1e6) - RESOLUTION_MS);

  return {
    longestDelayMs: () => Math.max(before, longest()),
    stop() {
      clearInterval(timer);
      delays.disable();
    },
  };
}
