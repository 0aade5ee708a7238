/**
 * One tenant's limits, as one process keeps them: a slice of each is taken durably before it is used, and used from memory. So
 * hundreds of calls at once wait for no disk, and together with all other processes never use more than a limit; a process that
 * is killed takes with it what it held (docs/usage.md).
 *
 * Knows neither a database nor a clock: whoever makes it says how slices are taken, and asks for what is to be given back.
 */
import type { LimitName } from "@cogni/contract";
import type { Granted, QuotaKey, Want } from "../db/quotas.ts";

/** What a call may use of a limit at most. */
export interface Need extends QuotaKey {
  readonly limit: bigint;
  readonly amount: bigint;
  /** Whether what is held comes back when the call is over, all or in part, so that it is worth waiting for. */
  readonly returns: boolean;
}

/** What a call holds of each limit until it is over. */
export interface Held {
  /** @param used what it used of that limit; less than it held, or more */
  release(used: (limit: LimitName) => bigint): void;
}

export type Reserved = { readonly held: Held } | { readonly refusedBy: QuotaKey };

/** Takes from the limits themselves. @throws AppError database_unavailable */
export type Take = (wants: readonly Want[]) => Promise<readonly Granted[]>;

interface Slice extends QuotaKey {
  /** Taken, and not given back: what is used and under way lies within it, but for what was used beyond. */
  taken: bigint;
  underWay: bigint;
  used: bigint;
  /** Until then so much is not to be had, nor more: the database is not asked again and again. */
  lacks: { readonly amount: bigint; readonly until: number } | null;
  /** Nothing has moved since the last look. */
  idle: boolean;
}

export interface Change extends QuotaKey {
  readonly by: bigint;
}

/** A slice is so many parts of the limit, so that what one process holds is missed by no other. */
const PARTS = 50n;
/** Milliseconds for which what a limit had no room for is believed to have none. */
const LACKS_MS = 1_000;

export interface Slices {
  /**
   * Holds what is needed of every limit, or of none.
   * @param waitMs how long to wait, where calls under way may leave enough
   */
  reserve(needs: readonly Need[], waitMs: number): Promise<Reserved> | Reserved;
  /**
   * What the limits are to be told: used beyond what was taken, and not used while nothing was under way since the last look. It
   * counts as told from then on.
   */
  changes(): Change[];
  /** The same once more: it could not be told. */
  undo(changes: readonly Change[]): void;
  /** The limits are others by now. */
  changed(): void;
  /** Places held for calls under way, of a limit that is renewed instead of written off. */
  holds(name: LimitName): bigint;
  isEmpty(): boolean;
}

export function createSlices(take: Take, now: () => number): Slices {
  const slices = new Map<string, Slice>();
  const waiting = new Set<() => void>();
  let taking: Promise<void> | null = null;

  function sliceOf({ name, subject, during }: QuotaKey): Slice {
    const key = `${name} ${during} ${subject}`;
    const known = slices.get(key);
    if (known) return known;
    const slice = { name, subject, during, taken: 0n, underWay: 0n, used: 0n, lacks: null, idle: false };
    slices.set(key, slice);
    return slice;
  }

  /** Null: not all of them have enough. */
  function hold(needs: readonly Need[]): Held | null {
    const held = needs.map((need) => ({ need, slice: sliceOf(need) }));
    if (held.some(({ need, slice }) => left(slice) < need.amount)) return null;
    for (const { need, slice } of held) {
      slice.underWay += need.amount;
      slice.idle = false;
    }
    let over = false;
    return {
      release(used) {
        if (over) return;
        over = true;
        for (const { need, slice } of held) {
          slice.underWay -= need.amount;
          slice.used += used(need.name);
          slice.idle = false;
        }
        for (const wake of waiting) wake();
      },
    };
  }

  async function takeMore(needs: readonly Need[]): Promise<void> {
    const wants = needs.flatMap((need): Want[] => {
      const slice = sliceOf(need);
      const least = need.amount - left(slice);
      if (least <= 0n || (slice.lacks && slice.lacks.until > now() && least >= slice.lacks.amount)) return [];
      const part = need.limit / PARTS;
      return [{ ...need, least, most: part > least ? part : least }];
    });
    if (wants.length === 0) return;
    for (const granted of await take(wants)) {
      const slice = sliceOf(granted);
      slice.taken += granted.granted;
      slice.idle = false;
      const amount = wants.find((want) => sliceOf(want) === slice)?.least ?? 0n;
      if (granted.granted === 0n) slice.lacks = { amount, until: now() + LACKS_MS };
    }
  }

  async function reserveSlowly(needs: readonly Need[], waitMs: number): Promise<Reserved> {
    const until = now() + waitMs;
    for (;;) {
      // One at a time: whoever comes meanwhile may find enough in what the one before has taken.
      while (taking) await taking;
      const held = hold(needs);
      if (held) return { held };
      taking = takeMore(needs).finally(() => {
        taking = null;
      });
      await taking;
      const afterwards = hold(needs);
      if (afterwards) return { held: afterwards };
      const lacking = needs.filter((need) => left(sliceOf(need)) < need.amount);
      const hopeless = lacking.find(
        (need) => !need.returns || sliceOf(need).underWay === 0n || need.amount > need.limit,
      );
      const [first] = hopeless ? [hopeless] : lacking;
      if (first && (hopeless || now() >= until || !(await released(until - now()))))
        return { refusedBy: first };
    }
  }

  /** False: nothing was, within that time. */
  function released(ms: number): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (was: boolean) => {
        clearTimeout(timer);
        waiting.delete(wake);
        resolve(was);
      };
      const wake = () => end(true);
      const timer = setTimeout(end, ms, false);
      waiting.add(wake);
    });
  }

  return {
    reserve(needs, waitMs) {
      if (needs.length === 0) return { held: NOTHING };
      const held = taking ? null : hold(needs);
      return held ? { held } : reserveSlowly(needs, waitMs);
    },
    changes() {
      const changes: Change[] = [];
      for (const [key, slice] of slices) {
        const spare = left(slice);
        // While more is taken of one limit, what a call has of the others stays: it is about to be held.
        const idle = slice.idle && slice.underWay === 0n && taking === null;
        const by = spare < 0n || idle ? -spare : 0n;
        if (by !== 0n) {
          slice.taken += by;
          const { name, subject, during } = slice;
          changes.push({ name, subject, during, by });
        } else if (idle) slices.delete(key);
        if (slice.underWay === 0n) slice.idle = true;
      }
      return changes;
    },
    undo(changes) {
      for (const change of changes) sliceOf(change).taken -= change.by;
    },
    changed() {
      for (const slice of slices.values()) slice.lacks = null;
    },
    holds(name) {
      let held = 0n;
      for (const slice of slices.values()) if (slice.name === name) held += slice.taken;
      return held;
    },
    isEmpty: () => slices.size === 0 && waiting.size === 0 && taking === null,
  };
}

const left = (slice: Slice): bigint => slice.taken - slice.underWay - slice.used;

const NOTHING: Held = { release: () => undefined };
