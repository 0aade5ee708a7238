import { type BillingAccountId, billingAccountIdSchema, channelIdSchema } from "@cogni/contract";
import pino from "pino";
import { describe, expect, it, vi } from "vitest";
import type { ReconcileResult } from "../../src/reconcile/deps.ts";
import { createGate } from "../../src/reconcile/gate.ts";
import { createLoop, exponentialBackoff } from "../../src/reconcile/loop.ts";

const log = pino({ level: "silent" });
const key = (id: string) => ({
  billingAccountId: billingAccountIdSchema.parse(id) satisfies BillingAccountId,
  channel: channelIdSchema.parse("pigeon"),
});

describe("the loop", () => {
  it("never reconciles one account twice at the same time", async () => {
    let running = 0;
    let most = 0;
    let runs = 0;
    const loop = createLoop({
      name: "account",
      log,
      backoff: () => 1,
      reconcile: async (_key, signal): Promise<ReconcileResult> => {
        runs += 1;
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
        running -= 1;
        return { kind: "done" };
      },
    });
    for (let wish = 0; wish < 5; wish += 1) {
      loop.wake(key("acme"));
      await vi.waitFor(() => expect(running).toBe(1));
    }
    await loop.stop();
    expect(most).toBe(1);
    expect(runs).toBeGreaterThanOrEqual(2);
  });

  it("tries a failing account again, later each time, while its neighbours run at once", async () => {
    const failures: number[] = [];
    const calls: string[] = [];
    const loop = createLoop({
      name: "account",
      log,
      backoff: (count) => {
        failures.push(count);
        return 1;
      },
      reconcile: async ({ billingAccountId }): Promise<ReconcileResult> => {
        calls.push(billingAccountId);
        if (billingAccountId === "broken" && failures.length < 3) throw new Error("gateway away");
        return { kind: "done" };
      },
    });
    loop.wake(key("broken"));
    loop.wake(key("fine"));
    await vi.waitFor(() => expect(calls.filter((id) => id === "broken")).toHaveLength(4));
    expect(failures).toEqual([1, 2, 3]);
    expect(calls.indexOf("fine")).toBe(1);
    await loop.stop();
  });

  it("does not let a sighting cut short the pause before a retry", async () => {
    let runs = 0;
    const loop = createLoop({
      name: "account",
      log,
      backoff: () => 60_000,
      reconcile: async (): Promise<ReconcileResult> => {
        runs += 1;
        throw new Error("gateway away");
      },
    });
    loop.nudge(key("acme"));
    await vi.waitFor(() => expect(runs).toBe(1));
    await Promise.resolve();
    loop.nudge(key("acme"));
    loop.nudge(key("acme"));
    expect(runs).toBe(1);
    loop.wake(key("acme"));
    expect(runs).toBe(2);
    await loop.stop();
  });
});

it("spreads retries out and never pauses longer than its maximum", () => {
  const backoff = exponentialBackoff(500, 30_000, () => 0.5);
  expect([1, 2, 3].map(backoff)).toEqual([375, 750, 1500]);
  expect(backoff(50)).toBe(22_500);
});

it("lets no more calls through at once than the gate is wide, in the order they came", async () => {
  const gate = createGate(2);
  const order: number[] = [];
  let running = 0;
  let most = 0;
  await Promise.all(
    Array.from({ length: 10 }, (_, index) =>
      gate(async () => {
        order.push(index);
        most = Math.max(most, ++running);
        await new Promise(setImmediate);
        running -= 1;
        if (index === 3) throw new Error("one of them fails");
      }).catch(() => order.push(-1)),
    ),
  );
  expect(most).toBe(2);
  expect(order.filter((index) => index >= 0)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});
