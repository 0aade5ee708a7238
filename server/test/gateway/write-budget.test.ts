import fc from "fast-check";
import { expect, test } from "vitest";
import { createWriteBudget, GATEWAY_WRITE_LIMITS } from "../../src/gateway/write-budget.ts";

/** Writes as soon as the budget allows, each write taking `durationMs` after a pause; the times of the writes. */
function writes(pauses: readonly number[], durationMs: number): number[] {
  const budget = createWriteBudget(GATEWAY_WRITE_LIMITS);
  let now = 0;
  return pauses.map((pause) => {
    now += pause;
    now += budget.waitMs(now);
    budget.spend(now);
    const writtenAt = now;
    now += durationMs;
    return writtenAt;
  });
}

test("no 60 s ever hold more than 30 writes, however they arrive", () => {
  const pauses = fc.array(fc.integer({ min: 0, max: 8_000 }), { maxLength: 120 });
  fc.assert(
    fc.property(pauses, fc.integer({ min: 0, max: 3_000 }), (list, durationMs) => {
      const times = writes(list, durationMs);
      times.forEach((time, index) => {
        const thirtyBefore = times[index - 30];
        if (thirtyBefore !== undefined) expect(time - thirtyBefore).toBeGreaterThanOrEqual(60_000);
      });
    }),
  );
});

test("an endless stream of writes is slowed by seconds, never stopped for most of a minute", () => {
  const times = writes(Array(200).fill(0), 500);
  const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
  expect(Math.max(...gaps)).toBeLessThan(10_000);
});

test("the first half of the allowance costs no wait", () => {
  expect(writes(Array(15).fill(0), 0)).toEqual(Array(15).fill(0));
});

test("what the gateway says to wait is waited", () => {
  const budget = createWriteBudget(GATEWAY_WRITE_LIMITS);
  budget.blockUntil(5_000);
  expect(budget.waitMs(1_000)).toBe(4_000);
  expect(budget.waitMs(6_000)).toBe(0);
});
