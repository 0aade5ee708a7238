/**
 * The one poll of a gateway's accounts, fanned out to whoever asks: the gateway announces nothing when an account goes
 * down, and answering costs it time (2.5 ms at 1 account, 155 ms at 100, on its only thread).
 */
import { AppError } from "../errors.ts";
import { type ChannelsStatus, type Snapshot, toSnapshot } from "./snapshot.ts";

export interface WatcherOptions {
  /** Asks once. @throws AppError */
  readonly poll: () => Promise<ChannelsStatus>;
  /** Pause between polls: at least `pauseMs`, and `pauseFactor` times what one costs. */
  readonly pauseMs: number;
  readonly pauseFactor: number;
}

/** What a subscriber is told: a fresh snapshot, or that there is none to be had, and why. */
export type WatcherEvent =
  | { readonly kind: "snapshot"; readonly snapshot: Snapshot }
  | { readonly kind: "unreachable"; readonly error: AppError };

export type Watcher = ReturnType<typeof createWatcher>;

/** While an outcome is awaited the gateway may be kept busy for a fifth of its time, and no more often than this. */
const HURRIED_PAUSE_MS = 50;
const HURRIED_PAUSE_FACTOR = 4;
/**
 * A poll costs what the quickest of the last few took: one that had to wait, as behind a config write (2 s), says nothing of
 * its own cost, and a pause of nine times that would be blindness.
 */
const MEASURED_POLLS = 3;

/** Starts to poll at once. */
export function createWatcher({ poll, pauseMs, pauseFactor }: WatcherOptions) {
  const subscribers = new Set<(event: WatcherEvent) => void>();
  let latest: Snapshot | null = null;
  let durations: number[] = [];
  let hurriedUntil = 0;
  let closed = false;
  /** Ends the pause under way; null while a poll is. */
  let wake: (() => void) | null = null;
  const running = pollForever();

  async function pollForever(): Promise<void> {
    while (!closed) {
      const startedAt = Date.now();
      const event = await pollOnce(startedAt);
      if (closed) return;
      for (const subscriber of [...subscribers]) subscriber(event);
      // A poll that failed has cost the gateway nothing; with its time-out for a measure the next would be minutes away.
      await pause(Date.now(), event.kind === "snapshot" ? cost(event.snapshot) : 0);
    }
  }

  async function pollOnce(startedAt: number): Promise<WatcherEvent> {
    try {
      const status = await poll();
      latest = toSnapshot(status, new Date(startedAt), Date.now() - startedAt);
      return { kind: "snapshot", snapshot: latest };
    } catch (error) {
      const known = error instanceof AppError ? error : new AppError("internal_error", { cause: error });
      return { kind: "unreachable", error: known };
    }
  }

  function cost({ durationMs }: Snapshot): number {
    durations = [...durations, durationMs].slice(-MEASURED_POLLS);
    return Math.min(...durations);
  }

  /** Measured again when woken, so that a hurry that comes in the middle shortens the pause under way. */
  async function pause(since: number, costMs: number): Promise<void> {
    for (;;) {
      const hurried = Date.now() < hurriedUntil;
      const length = hurried
        ? Math.max(HURRIED_PAUSE_MS, HURRIED_PAUSE_FACTOR * costMs)
        : Math.max(pauseMs, pauseFactor * costMs);
      const left = since + length - Date.now();
      if (left <= 0 || closed) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      wake = null;
    }
  }

  function subscribe(subscriber: (event: WatcherEvent) => void): () => void {
    subscribers.add(subscriber);
    return () => subscribers.delete(subscriber);
  }

  return {
    /** The last answer, however old; null before the first. */
    latest: () => latest,

    subscribe,

    /**
     * The first snapshot that was asked for after `after`; without it, the next one.
     * @throws AppError gateway_timeout when the time is over, or what kept the poll from being answered
     */
    next(after: Date = new Date(), timeoutMs?: number): Promise<Snapshot> {
      if (latest && latest.observedAt > after) return Promise.resolve(latest);
      if (closed) return Promise.reject(new AppError("gateway_unreachable"));
      return new Promise((resolve, reject) => {
        const settle = (then: () => void): void => {
          unsubscribe();
          clearTimeout(timer);
          then();
        };
        const unsubscribe = subscribe((event) => {
          if (event.kind === "unreachable") settle(() => reject(event.error));
          else if (event.snapshot.observedAt > after) settle(() => resolve(event.snapshot));
        });
        const timer =
          timeoutMs === undefined
            ? undefined
            : setTimeout(() => settle(() => reject(new AppError("gateway_timeout"))), timeoutMs);
      });
    },

    /** Polls faster for the next `ms`; overlapping wishes end with the last. */
    hurry(ms: number): void {
      hurriedUntil = Math.max(hurriedUntil, Date.now() + ms);
      wake?.();
    },

    /** Ends the pause under way: the gateway has just come, or gone. */
    pollNow(): void {
      hurriedUntil = Math.max(hurriedUntil, Date.now() + HURRIED_PAUSE_MS);
      wake?.();
    },

    /** Whoever waits is told gateway_unreachable. */
    async close(): Promise<void> {
      closed = true;
      wake?.();
      for (const subscriber of [...subscribers]) {
        subscriber({ kind: "unreachable", error: new AppError("gateway_unreachable") });
      }
      await running;
    },
  };
}
