/**
 * Lets a request wait for the outcome of its wish, whichever process carries it out: the reconciler notifies, in the
 * same transaction that records the outcome.
 */
import type { ConnectionKey } from "../db/connections.ts";
import { traced } from "../telemetry/trace.ts";
import { keyString } from "./keys.ts";

export interface OutcomeWaiter extends Disposable {
  /** True once the wish of this generation, or a newer one, was brought to an end; false when the time is over. */
  settled(generation: number, timeoutMs: number): Promise<boolean>;
}

export interface Outcomes {
  /**
   * Opened before the wish is committed, so that an outcome that comes at once is not missed.
   */
  open(key: ConnectionKey): OutcomeWaiter;
  /** Called for every notification: `account` as `keyString` writes it. */
  announce(account: string, generation: number): void;
}

export function createOutcomes(): Outcomes {
  const listeners = new Map<string, Set<(generation: number) => void>>();

  return {
    open(key) {
      const account = keyString(key);
      let latest = 0;
      let wake: (() => void) | null = null;
      const listener = (generation: number) => {
        latest = Math.max(latest, generation);
        wake?.();
      };
      const set = listeners.get(account) ?? new Set();
      listeners.set(account, set.add(listener));
      return {
        async settled(generation, timeoutMs) {
          if (latest >= generation) return true;
          const awaited = () =>
            new Promise<boolean>((resolve) => {
              const timer = setTimeout(() => resolve(false), timeoutMs);
              wake = () => {
                if (latest < generation) return;
                clearTimeout(timer);
                resolve(true);
              };
            });
          return traced("await outcome", {}, awaited);
        },
        [Symbol.dispose]() {
          set.delete(listener);
          if (set.size === 0) listeners.delete(account);
        },
      };
    },
    announce(account, generation) {
      for (const listener of listeners.get(account) ?? []) listener(generation);
    },
  };
}
