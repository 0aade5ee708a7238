import { bridgeRepliesSchema } from "@cogni/contract";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createReplyTracker, type LostReply, type MessageEvent } from "../src/reply-tracker.ts";

const TIMEOUT_MS = 60_000;
const channel = "telegram";
const sessionKey = "agent:tenant-acme:telegram:tenant-acme:direct:555";
const neighbour = "agent:tenant-beta:telegram:tenant-beta:direct:777";

const received = (messageId: string, session = sessionKey): MessageEvent => ({
  type: "received",
  message: { channel, sessionKey: session, messageId },
});
const processed = (
  messageId: string,
  outcome: "completed" | "skipped" | "error",
  reason?: string,
): MessageEvent => ({
  type: "processed",
  message: { channel, sessionKey, messageId },
  outcome,
  ...(reason !== undefined && { reason }),
});
const delivered: MessageEvent = { type: "delivered", channel, sessionKey };
const deliveryFailed: MessageEvent = { type: "delivery_failed", channel, sessionKey };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** What is counted for the agent, and what is told as lost, after these events and, if `waited`, the set time. */
function outcomeOf(events: MessageEvent[], { waited = true } = {}) {
  const lost: LostReply[] = [];
  const tracker = createReplyTracker({
    timeoutMs: () => TIMEOUT_MS,
    onLost: (reply) => lost.push(reply),
    onSettled: () => undefined,
  });
  for (const event of events) tracker.follow(event);
  tracker.sweep();
  if (waited) vi.advanceTimersByTime(TIMEOUT_MS);
  tracker.sweep();
  const counts = bridgeRepliesSchema.parse(tracker.counts()).agents["tenant-acme"];
  return { counts, fates: lost.map(({ messageId, fate }) => `${messageId} ${fate}`), lost };
}
const counts = (seen: Partial<Record<"received" | "replied" | "silent" | "failed" | "dropped", number>>) => ({
  received: 0,
  replied: 0,
  silent: 0,
  failed: 0,
  dropped: 0,
  ...seen,
});

test("a message that is answered counts as replied, however many parts the reply has", () => {
  const outcome = outcomeOf([received("1"), delivered, delivered, processed("1", "completed")]);
  expect(outcome.counts).toEqual(counts({ received: 1, replied: 1 }));
  expect(outcome.fates).toEqual([]);
});

test("a message that the gateway takes and never mentions again counts as dropped after the set time, not before", () => {
  expect(outcomeOf([received("1")], { waited: false }).counts).toEqual(counts({ received: 1 }));
  const outcome = outcomeOf([received("1")]);
  expect(outcome.counts).toEqual(counts({ received: 1, dropped: 1 }));
  expect(outcome.lost).toEqual([
    { channel, sessionKey, messageId: "1", agentId: "tenant-acme", fate: "dropped", afterMs: TIMEOUT_MS },
  ]);
});

test("a message that is processed without any reply counts as dropped", () => {
  expect(outcomeOf([received("1"), processed("1", "completed")]).fates).toEqual(["1 dropped"]);
});

test("an apology instead of an answer counts as failed", () => {
  const outcome = outcomeOf([received("1"), delivered, processed("1", "error")], { waited: false });
  expect(outcome.fates).toEqual(["1 failed"]);
});

test("a reply that the messenger refuses counts as failed, also when the gateway learns it after processing", () => {
  const events = [received("1"), processed("1", "completed"), deliveryFailed];
  expect(outcomeOf(events).fates).toEqual(["1 failed"]);
});

test("a reply that is delivered at the second attempt counts as replied", () => {
  const events = [received("1"), processed("1", "completed"), deliveryFailed, delivered];
  expect(outcomeOf(events).counts).toEqual(counts({ received: 1, replied: 1 }));
});

test("a dispatch that fails, is tried again and then skipped as a duplicate counts as failed, once", () => {
  const events = [
    received("1"),
    processed("1", "error"),
    received("1"),
    processed("1", "skipped", "duplicate"),
  ];
  const outcome = outcomeOf(events);
  expect(outcome.counts).toMatchObject({ received: 1, replied: 0 });
  expect(outcome.fates).toHaveLength(1);
});

test("a dispatch that fails and then succeeds counts as replied", () => {
  const retried = [
    received("1"),
    processed("1", "error"),
    received("1"),
    delivered,
    processed("1", "completed"),
  ];
  expect(outcomeOf(retried).counts).toEqual(counts({ received: 1, replied: 1 }));
});

test("a message repeated after its outcome is not counted twice", () => {
  const again = [received("1"), delivered, processed("1", "completed"), received("1"), received("1")];
  expect(outcomeOf(again).counts).toEqual(counts({ received: 1, replied: 1 }));
});

test("a message put into the running turn is answered with it", () => {
  const events = [
    received("1"),
    received("2"),
    processed("2", "completed", "active_run_injected"),
    delivered,
    delivered,
    processed("1", "completed"),
  ];
  expect(outcomeOf(events).counts).toEqual(counts({ received: 2, replied: 2 }));
});

test("a message queued behind the running turn is not taken for answered by that turn's reply", () => {
  const queued = [
    received("1"),
    received("2"),
    processed("2", "completed"),
    delivered,
    processed("1", "completed"),
  ];
  expect(outcomeOf(queued).fates).toEqual(["2 dropped"]);
  expect(outcomeOf([...queued, delivered]).counts).toEqual(counts({ received: 2, replied: 2 }));
});

test("a turn that the gateway ends on purpose counts as silent", () => {
  expect(outcomeOf([received("1"), processed("1", "completed", "fast_abort")]).counts).toEqual(
    counts({ received: 1, silent: 1 }),
  );
});

test("a reply to one person is not taken for a reply to another", () => {
  const events: MessageEvent[] = [
    received("1"),
    received("1", neighbour),
    { ...delivered, sessionKey: neighbour },
  ];
  expect(outcomeOf(events).fates).toEqual(["1 dropped"]);
});
