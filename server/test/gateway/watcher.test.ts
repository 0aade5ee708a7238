import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { AppError } from "../../src/errors.ts";
import type { ChannelsStatus } from "../../src/gateway/snapshot.ts";
import { createWatcher, type Watcher, type WatcherEvent } from "../../src/gateway/watcher.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A gateway whose status takes `durationMs` to answer. */
function polled(durationMs: number) {
  const seen = { polls: 0, atOnce: 0, most: 0, failing: false, delayMs: 0 };
  const poll = async (): Promise<ChannelsStatus> => {
    seen.polls += 1;
    seen.atOnce += 1;
    seen.most = Math.max(seen.most, seen.atOnce);
    await new Promise((resolve) => setTimeout(resolve, durationMs + seen.delayMs));
    seen.atOnce -= 1;
    if (seen.failing) throw new AppError("gateway_unreachable");
    return { channelOrder: [], channelLabels: {}, channelAccounts: { telegram: [{ accountId: "a" }] } };
  };
  return { seen, poll };
}

async function close(watcher: Watcher): Promise<void> {
  const closed = watcher.close();
  await vi.runAllTimersAsync();
  await closed;
}

test("one poll is in flight at a time, however many readers there are", async () => {
  const { seen, poll } = polled(100);
  const watcher = createWatcher({ poll, pauseMs: 1_000, pauseFactor: 9 });
  const readers = Promise.all(Array.from({ length: 50 }, () => watcher.next()));
  await vi.advanceTimersByTimeAsync(5_000);
  await readers;
  expect(seen.most).toBe(1);
  await close(watcher);
});

test.each([
  [10, 1_010],
  [200, 2_000],
])("after a poll of %d ms the next one comes every %d ms", async (durationMs, everyMs) => {
  const { seen, poll } = polled(durationMs);
  const watcher = createWatcher({ poll, pauseMs: 1_000, pauseFactor: 9 });
  await vi.advanceTimersByTimeAsync(10 * everyMs - 1);
  expect(seen.polls).toBe(10);
  await close(watcher);
});

test("one poll that had to wait blinds nobody, and a gateway that became slow is spared", async () => {
  const { seen, poll } = polled(10);
  const watcher = createWatcher({ poll, pauseMs: 1_000, pauseFactor: 9 });
  await vi.advanceTimersByTimeAsync(2_500);
  seen.delayMs = 2_000;
  await vi.advanceTimersByTimeAsync(1_000);
  seen.delayMs = 0;
  const before = seen.polls;
  await vi.advanceTimersByTimeAsync(5_000);
  expect(seen.polls).toBeGreaterThanOrEqual(before + 3);
  seen.delayMs = 1_000;
  await vi.advanceTimersByTimeAsync(20_000);
  const slow = seen.polls;
  await vi.advanceTimersByTimeAsync(30_000);
  expect(seen.polls).toBeLessThanOrEqual(slow + 3);
  await close(watcher);
});

test("a hurry shortens the pause under way, keeps the gateway mostly free, and ends", async () => {
  const { seen, poll } = polled(20);
  const watcher = createWatcher({ poll, pauseMs: 10_000, pauseFactor: 9 });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(seen.polls).toBe(1);
  watcher.hurry(1_000);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(seen.polls).toBeGreaterThanOrEqual(9);
  expect(seen.polls).toBeLessThanOrEqual(12);
  const before = seen.polls;
  await vi.advanceTimersByTimeAsync(5_000);
  expect(seen.polls).toBeLessThanOrEqual(before + 1);
  await close(watcher);
});

test("a reader is given only what was asked for after its moment", async () => {
  const { poll } = polled(500);
  const watcher = createWatcher({ poll, pauseMs: 1_000, pauseFactor: 0 });
  await vi.advanceTimersByTimeAsync(100);
  const moment = new Date();
  const next = watcher.next(moment);
  await vi.advanceTimersByTimeAsync(500);
  expect(watcher.latest()?.observedAt.getTime()).toBeLessThan(moment.getTime());
  await vi.advanceTimersByTimeAsync(2_000);
  expect((await next).observedAt.getTime()).toBeGreaterThan(moment.getTime());
  await close(watcher);
});

test("who waits too long is told so, and who waits for a lost gateway is told that", async () => {
  const { seen, poll } = polled(10);
  const watcher = createWatcher({ poll, pauseMs: 10_000, pauseFactor: 0 });
  await vi.advanceTimersByTimeAsync(100);
  const late = expect(watcher.next(new Date(), 200)).rejects.toMatchObject({ code: "gateway_timeout" });
  await vi.advanceTimersByTimeAsync(300);
  await late;
  seen.failing = true;
  const lost = expect(watcher.next()).rejects.toMatchObject({ code: "gateway_unreachable" });
  await vi.advanceTimersByTimeAsync(20_000);
  await lost;
  await close(watcher);
});

test("subscribers hear of every snapshot, of the gateway's absence, and of its return", async () => {
  const { seen, poll } = polled(10);
  const watcher = createWatcher({ poll, pauseMs: 1_000, pauseFactor: 0 });
  const events: WatcherEvent["kind"][] = [];
  const unsubscribe = watcher.subscribe(({ kind }) => void events.push(kind));
  await vi.advanceTimersByTimeAsync(500);
  seen.failing = true;
  await vi.advanceTimersByTimeAsync(1_000);
  seen.failing = false;
  await vi.advanceTimersByTimeAsync(1_000);
  expect(events).toEqual(["snapshot", "unreachable", "snapshot"]);
  expect(watcher.latest()?.accounts.has("telegram/a")).toBe(true);
  unsubscribe();
  await close(watcher);
  expect(events).toHaveLength(3);
});
