/**
 * Decides when `reconcileAccount` runs: at once for a new wish, later after a failure, never twice at the same time
 * for one account. It holds no knowledge of its own; losing it loses nothing.
 */
import type { Logger } from "pino";
import { keyString } from "../channels/keys.ts";
import type { ConnectionKey } from "../db/connections.ts";
import type { LoopLoad } from "../telemetry/held-metrics.ts";
import type { LoopName, RunOutcome } from "../telemetry/reconcile-metrics.ts";
import { type Span, type Traceparent, traceFrom } from "../telemetry/trace.ts";
import type { ReconcileResult } from "./deps.ts";

interface LoopDeps {
  readonly name: LoopName;
  readonly reconcile: (key: ConnectionKey, signal: AbortSignal) => Promise<ReconcileResult>;
  /** Pause before the next try after this many failures in a row, in milliseconds. */
  readonly backoff: (failures: number) => number;
  /** A run has ended. */
  readonly onRun?: (outcome: RunOutcome, ms: number) => void;
  readonly log: Logger;
}

export interface Loop {
  /** Reconciles the account now; a run under way stops waiting and starts over. */
  wake(key: ConnectionKey, cause?: Cause): void;
  /** Reconciles the account unless it is under way or waiting for its next try already. */
  nudge(key: ConnectionKey, cause?: Cause): void;
  /** What it is at. */
  load(): LoopLoad;
  /** Ends every wait; resolves when nothing runs any more. */
  stop(): Promise<void>;
}

/** Why an account is looked at, for its trace: a wish's, or one of its own where nobody told. Without a cause there is none. */
export interface Cause {
  readonly traceparent: Traceparent;
}

interface Entry {
  readonly key: ConnectionKey;
  cause: Cause | undefined;
  /** A run of this cause has begun. */
  told: boolean;
  running: { abort: AbortController; again: boolean; since: number } | null;
  timer: NodeJS.Timeout | null;
  failures: number;
}

export function createLoop({ name, reconcile, backoff, onRun, log }: LoopDeps): Loop {
  const entries = new Map<string, Entry>();
  const runs = new Set<Promise<void>>();
  let stopped = false;

  function begin(entry: Entry): void {
    if (stopped) return;
    if (entry.timer) clearTimeout(entry.timer);
    entry.timer = null;
    const running = { abort: new AbortController(), again: false, since: performance.now() };
    entry.running = running;
    const run = tracedRun(entry, (span) => attempt(entry, running.abort.signal, span)).then((pauseMs) => {
      entry.running = null;
      runs.delete(run);
      if (running.again) begin(entry);
      else if (pauseMs === null) entries.delete(keyString(entry.key));
      else entry.timer = setTimeout(() => begin(entry), pauseMs).unref();
    });
    runs.add(run);
  }

  /** The first run is a part of its cause's trace; what comes of it later is a trace of its own that points back. */
  function tracedRun<T>(entry: Entry, run: (span?: Span) => Promise<T>): Promise<T> {
    const { cause, told } = entry;
    if (!cause) return run();
    entry.told = true;
    const { traceparent } = cause;
    const attributes = { "cogni.channel": entry.key.channel };
    const options = { attributes, links: told ? [traceparent] : [] };
    return traceFrom(told ? null : traceparent, `reconcile ${name}`, options, run);
  }

  /** The pause before the next run, in milliseconds, or null when there is nothing left to do. */
  async function attempt(entry: Entry, signal: AbortSignal, span?: Span): Promise<number | null> {
    const startedAt = performance.now();
    const ended = (outcome: RunOutcome) => {
      onRun?.(outcome, performance.now() - startedAt);
      span?.setAttribute("cogni.outcome", outcome);
    };
    try {
      const result = await reconcile(entry.key, signal);
      entry.failures = 0;
      ended(result.kind);
      return result.kind === "retry" ? result.afterMs : null;
    } catch (error) {
      entry.failures += 1;
      const pauseMs = backoff(entry.failures);
      ended("failed");
      log.warn(
        { err: error, account: keyString(entry.key), failures: entry.failures, pauseMs },
        "reconcile failed",
      );
      return pauseMs;
    }
  }

  function entryOf(key: ConnectionKey): Entry {
    const address = keyString(key);
    const fresh = { key, cause: undefined, told: false, running: null, timer: null, failures: 0 };
    const entry = entries.get(address) ?? fresh;
    entries.set(address, entry);
    return entry;
  }

  return {
    wake(key, cause) {
      const entry = entryOf(key);
      Object.assign(entry, { cause, told: false });
      if (!entry.running) return begin(entry);
      entry.running.again = true;
      entry.running.abort.abort();
    },
    nudge(key, cause) {
      const entry = entryOf(key);
      if (entry.running || entry.timer) return;
      Object.assign(entry, { cause, told: false });
      begin(entry);
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
