/** Starts parts one after the other, saying so, and stops them in the opposite order, whatever was reached. */
import { setTimeout as sleep } from "node:timers/promises";

export interface Steps {
  /**
   * Starts a part. Throws what `start` throws, and Stopped where everything is being stopped meanwhile; what takes long
   * to start gives up when `signal` says so.
   */
  start<T>(
    name: string,
    start: (signal: AbortSignal) => Promise<T>,
    stop: (part: T) => Promise<void>,
  ): Promise<T>;
  /** Waits until `condition` holds, asking ten times a second. Throws after `timeoutMs`. */
  until(name: string, condition: () => Promise<boolean>, timeoutMs: number): Promise<void>;
  /** Whether everything is being stopped: then what waits for something else ends, too. */
  stopping(): boolean;
  /** A line for the person at the terminal. */
  say(line: string): void;
  /** Stops everything that was started, the last first; what is still starting is stopped as soon as it has. */
  stop(): Promise<void>;
}

/** Thrown by a step that was overtaken by `stop()`. */
export class Stopped extends Error {}

/** What takes longer than this is announced before it is done. */
const PATIENCE_MS = 1_500;

/** @param say a line of progress */
export function createSteps(say: (line: string) => void): Steps {
  const beganAt = Date.now();
  const stops: { name: string; stop: () => Promise<void> }[] = [];
  const starting = new Set<Promise<unknown>>();
  const stopping = new AbortController();
  let stopped: Promise<void> | null = null;
  const goOn = (): void => {
    if (stopping.signal.aborted) throw new Stopped();
  };
  const done = (name: string): void => {
    goOn();
    say(`${name} (${((Date.now() - beganAt) / 1000).toFixed(1)} s)`);
  };

  async function stopAll(): Promise<void> {
    stopping.abort();
    await Promise.allSettled(starting);
    for (const { name, stop } of stops.reverse()) {
      // One part that can't be stopped must not keep the others running.
      await stop().catch((error: unknown) => say(`${name}: not stopped in order: ${String(error)}`));
    }
  }

  return {
    say,
    stopping: () => stopping.signal.aborted,
    async start(name, start, stop) {
      goOn();
      const part = start(stopping.signal).then((value) => {
        stops.push({ name, stop: () => stop(value) });
        return value;
      });
      starting.add(part);
      const patience = setTimeout(() => say(`${name} …`), PATIENCE_MS);
      const value = await part
        .catch((error: unknown) => {
          goOn();
          throw error;
        })
        .finally(() => clearTimeout(patience));
      done(name);
      return value;
    },
    async until(name, condition, timeoutMs) {
      const deadline = Date.now() + timeoutMs;
      while (!(await condition())) {
        goOn();
        if (Date.now() > deadline) throw new Error(`${name}: not reached after ${timeoutMs / 1000} s`);
        await sleep(100);
      }
      done(name);
    },
    stop() {
      stopped ??= stopAll();
      return stopped;
    },
  };
}
