/**
 * Decides when `reconcileAccount` runs: at once for a new wish, later after a failure, never twice at the same time
 * for one account. It holds no knowledge of its own; losing it loses nothing.
 */
import type { Logger } from "pino";
import { keyString } from "../channels/keys.ts";
import type { ConnectionKey } from "../db/connections.ts";
import type { LoopLoad } from "../telemetry/held-metrics.ts";
import type { RunOutcome } from "../telemetry/reconcile-metrics.ts";
import type { ReconcileResult } from "./deps.ts";

interface LoopDeps {
  readonly reconcile: (key: ConnectionKey, signal: AbortSignal) => Promise<ReconcileResult>;
  /** Pause before the next try after this many failures in a row, in milliseconds. */
  readonly backoff: (failures: number) => number;
  /** A run has ended. */
  readonly onRun?: (outcome: RunOutcome, ms: number) => void;
  readonly log: Logger;
}

export interface Loop {
  /** Reconciles the account now; a run under way stops waiting and starts over. */
  wake(key: ConnectionKey): void;
  /** Reconciles the account unless it is under way or waiting for its next try already. */
  nudge(key: ConnectionKey): void;
  /** What it is at. */
  load(): LoopLoad;
  /** Ends every wait; resolves when nothing runs any more. */
  stop(): Promise<void>;
}

interface Entry {
  readonly key: ConnectionKey;
  running: { abort: AbortController; again: boolean; since: number } | null;
  timer: NodeJS.Timeout | null;
  failures: number;
}

export function createLoop({ reconcile, backoff, onRun, log }: LoopDeps): Loop {
  const entries = new Map<string, Entry>();
  const runs = new Set<Promise<void>>();
  let stopped = false;

  function begin(entry: Entry): void {
    if (stopped) return;
    if (entry.timer) clearTimeout(entry.timer);
    entry.timer = null;
    const running = { abort: new AbortController(), again: false, since: performance.now() };
    entry.running = running;
    const run = attempt(entry, running.abort.signal).then((pauseMs) => {
      entry.running = null;
      runs.delete(run);
      if (running.again) begin(entry);
      else if (pauseMs === null) entries.delete(keyString(entry.key));
      else entry.timer = setTimeout(() => begin(entry), pauseMs).unref();
    });
    runs.add(run);
  }

  /** The pause before the next run, in milliseconds, or null when there is nothing left to do. */
  async function attempt(entry: Entry, signal: AbortSignal): Promise<number | null> {
    const startedAt = performance.now();
    try {
      const result = await reconcile(entry.key, signal);
      entry.failures = 0;
      onRun?.(result.kind, performance.now() - startedAt);
      return result.kind === "retry" ? result.afterMs : null;
    } catch (error) {
      entry.failures += 1;
      const pauseMs = backoff(entry.failures);
      onRun?.("failed", performance.now() - startedAt);
      log.warn(
        { err: error, account: keyString(entry.key), failures: entry.failures, pauseMs },
        "reconcile failed",
      );
      return pauseMs;
    }
  }

  function entryOf(key: ConnectionKey): Entry {
    const name = keyString(key);
    const entry = entries.get(name) ?? { key, running: null, timer: null, failures: 0 };
    entries.set(name, entry);
    return entry;
  }

  return {
    wake(key) {
      const entry = entryOf(key);
      if (!entry.running) return begin(entry);
      entry.running.again = true;
      entry.running.abort.abort();
    },
    nudge(key) {
      const entry = entryOf(key);
      if (!entry.running && !entry.timer) begin(entry);
    },
    load() {
      const since = [...entries.values()].flatMap(({ running }) => (running ? [running.since] : []));
      const waiting = [...entries.values()].filter(({ running, timer }) => !running && timer).length;
      const longestMs = since.length === 0 ? 0 : performance.now() - Math.min(...since);
      return { running: since.length, waiting, longestMs };
    },
    async stop() {
      stopped = true;
      for (const { running, timer } of entries.values()) {
        running?.abort.abort();
        if (timer) clearTimeout(timer);
      }
      await Promise.all(runs);
      entries.clear();
    },
  };
}

/** Doubles from `firstMs` to `maxMs`, each pause shortened by up to a half at random so that accounts spread out. */
export function exponentialBackoff(firstMs: number, maxMs: number, random: () => number = Math.random) {
  return (failures: number): number => Math.min(maxMs, firstMs * 2 ** (failures - 1)) * (1 - random() / 2);
}
