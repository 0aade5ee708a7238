/**
 * How a process ends, in one place and one order: what others wait for is handed over first, what was asked is
 * answered before that which answers it is taken away, and what everything stands on goes last. Whatever runs for as
 * long as the process does registers here how it is stopped.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "./log.ts";

/**
 * Stages begin in this order, each when the ones before it have ended; what belongs to one stage ends side by side. Two
 * exceptions: `lease` begins at once and is waited for only before `gateways`, and the grace lies before `streams`.
 */
export const STAGES = [
  /** Reconciling: what is under way is finished, or left where another goes on, and the lease is free for the next. */
  "lease",
  /** Streams end; their readers come back, elsewhere, with the id of the last event they have. */
  "streams",
  /** The public port takes nobody new; requests under way are answered. */
  "requests",
  /** The internal port, at which gateways asked until the last account was dealt with. */
  "gateways",
  /** What is sent on its own time: takes nothing more, and finishes what it is at. */
  "background",
  /** What all of it stood on: notifications, then the database. */
  "notifications",
  "database",
] as const;
export type Stage = (typeof STAGES)[number];

/** Ends one part. @param cut aborted when the time is over: what is still open is given up then */
type Stop = (cut: AbortSignal) => Promise<void> | void;

export interface Limits {
  /** How long the ports stay open to new requests, while whoever spreads them learns that we are not ready. */
  readonly graceMs: number;
  /** For all of it, the grace included. */
  readonly totalMs: number;
}

export interface Closing {
  /** Something that runs, and how it ends. `name` is what the log calls it if it had to be cut. */
  add(stage: Stage, name: string, stop: Stop): void;
  /** Since when this process is ending; null: it is not. */
  since(): Date | null;
  /** Called once, when it begins. */
  onBegin(listener: () => void): void;
  /** Ends everything; a second call waits for the first. Answers the names of what had to be cut. */
  run(limits: Limits): Promise<readonly string[]>;
}

/** What was cut may take so long to let go of what it holds. */
const LET_GO_MS = 500;

interface Part {
  readonly stage: Stage;
  readonly name: string;
  readonly stop: Stop;
}

export function createClosing(log: Logger): Closing {
  const parts: Part[] = [];
  const listeners: (() => void)[] = [];
  const cut = new AbortController();
  /** Whose stop is under way, and who was still at it when the time was over. */
  const left = new Set<string>();
  const wasCut = new Set<string>();
  let since: Date | null = null;
  let ending: Promise<readonly string[]> | null = null;

  async function end(stage: Stage): Promise<void> {
    const startedAt = performance.now();
    const own = parts.filter((part) => part.stage === stage);
    await Promise.all(own.map(endPart));
    const tookMs = Math.round(performance.now() - startedAt);
    if (own.length > 0) log.debug({ stage, tookMs }, "a stage of the end is done");
  }

  async function endPart({ name, stop }: Part): Promise<void> {
    left.add(name);
    const stopped = Promise.resolve()
      .then(() => stop(cut.signal))
      .catch((error: unknown) => log.error({ err: error, part: name }, "a part could not be ended in order"));
    const over = await Promise.race([stopped.then(() => false), afterCut().then(() => true)]);
    if (!over) left.delete(name);
  }

  /** Resolves a moment after the time is over. */
  async function afterCut(): Promise<void> {
    if (!cut.signal.aborted) {
      await new Promise((resolve) => cut.signal.addEventListener("abort", resolve, { once: true }));
    }
    await sleep(LET_GO_MS, undefined, { ref: false });
  }

  async function run({ graceMs, totalMs }: Limits): Promise<readonly string[]> {
    since = new Date();
    for (const listener of listeners) listener();
    const timer = setTimeout(() => {
      for (const name of left) wasCut.add(name);
      log.error({ left: [...left], totalMs }, "the time to end in order is over: cutting what is left");
      cut.abort();
    }, totalMs);
    const lease = end("lease");
    await sleep(graceMs, undefined, { signal: cut.signal }).catch((error: unknown) => {
      if (!cut.signal.aborted) throw error;
    });
    await end("streams");
    await end("requests");
    await lease;
    for (const stage of ["gateways", "background", "notifications", "database"] as const) await end(stage);
    clearTimeout(timer);
    return [...new Set([...wasCut, ...left])];
  }

  return {
    add: (stage, name, stop) => void parts.push({ stage, name, stop }),
    since: () => since,
    onBegin: (listener) => void listeners.push(listener),
    run: (limits) => (ending ??= run(limits)),
  };
}
