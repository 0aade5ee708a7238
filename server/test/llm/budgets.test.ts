/** Budgets hold, however many calls there are at once, in however many processes, and however these end. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { completion, delta, usageChunk } from "../../../dev-env/src/stand-ins/upstream/answers.ts";
import { event, rawStream } from "../../../dev-env/src/stand-ins/upstream/sse.ts";
import { asSuperuser } from "../support/database.ts";
import {
  ask,
  chat,
  gate,
  type LlmRoom,
  llmRoom,
  messageHeaders,
  newLlmTenant,
  setLimits,
  settledRows,
  sumOf,
  usageRows,
} from "../support/llm.ts";
import { COST, dear, limitOf, manyCalls, quota, USAGE } from "../support/llm-budgets.ts";

let room: LlmRoom;
beforeAll(async () => {
  room = await llmRoom({ timing: { waitMs: 400, settleMs: 50 } });
});
afterAll(() => room.close());

describe("a budget for ten calls", () => {
  test("lets a hundred at once spend at most ten calls' worth, and not much less", {
    timeout: 60_000,
  }, async () => {
    for (const [limits, name] of [
      [{ day_nano: String(10n * COST) }, "day_budget"],
      [{ month_nano: String(10n * COST) }, "month_budget"],
      [{ operator_month_nano: String(10n * COST), month_nano: String(99n * COST) }, "month_budget"],
    ] as const) {
      const tenant = await newLlmTenant(room, limits);
      const script = room.upstream.script(completion({ usage: USAGE }));
      const made = await manyCalls([room.role], tenant, script.token, 100);
      const rows = await settledRows(room, tenant.id, 100);
      expect(sumOf(rows)).toBeLessThanOrEqual(10n * COST);
      expect(script.calls).toHaveLength(made);
      expect(made).toBeGreaterThanOrEqual(8);
      expect(made).toBeLessThanOrEqual(10);
      expect(
        rows.filter(
          ({ outcome, limit_name, cost }) => outcome === "limited" && limit_name === name && cost === 0n,
        ),
      ).toHaveLength(100 - made);
    }
  });

  test("does so with two processes on one database", { timeout: 60_000 }, async () => {
    const other = await room.start();
    const tenant = await newLlmTenant(room, { day_nano: String(10n * COST) });
    const script = room.upstream.script(completion({ usage: USAGE }));
    const made = await manyCalls([room.role, other], tenant, script.token, 100);
    await other.stop();
    const rows = await settledRows(room, tenant.id, 100);
    expect(sumOf(rows)).toBeLessThanOrEqual(10n * COST);
    expect(made).toBeGreaterThanOrEqual(7);
    expect(script.calls).toHaveLength(made);
  });

  test("is one of its own for each end user", async () => {
    const tenant = await newLlmTenant(room, { user_day_nano: String(COST + COST / 2n) });
    const script = room.upstream.script(completion({ usage: USAGE }));
    const as = async (user: string) => {
      const headers = messageHeaders({ "x-cogni-end-user": user.repeat(43) });
      return limitOf(await ask(room.role, tenant.key, chat(script.token, dear()), { headers }));
    };
    expect([await as("a"), await as("a"), await as("b"), await as("b")]).toEqual([
      null,
      "user_day_budget",
      null,
      "user_day_budget",
    ]);
    expect(limitOf(await ask(room.role, tenant.key, chat(script.token, dear())))).toBeNull();
  });

  test("is spent to its end by calls one after the other, by what they cost and not by what they might have", async () => {
    const tenant = await newLlmTenant(room, { day_nano: String(10n * COST) });
    const cheap = room.upstream.script(completion({ usage: { prompt_tokens: 10, completion_tokens: 10 } }));
    for (let call = 0; call < 40; call += 1) {
      expect(limitOf(await ask(room.role, tenant.key, chat(cheap.token, dear())))).toBeNull();
    }
    const rows = await settledRows(room, tenant.id, 40);
    expect(sumOf(rows)).toBe(40n * 120n);
  });
});

test("a budget that is set in the middle of a day counts what was spent before, of the tenant and of a person", async () => {
  const script = room.upstream.script(completion({ usage: USAGE }));
  const headers = messageHeaders();
  for (const limit of ["day_nano", "month_nano", "user_day_nano"]) {
    const tenant = await newLlmTenant(room);
    for (let n = 0; n < 3; n += 1)
      await (await ask(room.role, tenant.key, chat(script.token, dear()), { headers })).text();
    await settledRows(room, tenant.id, 3);
    await setLimits(room.database, tenant.id, { [limit]: String(5n * COST) });
    const other = await room.start();
    let made = 0;
    for (let n = 0; n < 4; n += 1) {
      const answer = await ask(other, tenant.key, chat(script.token, dear()), { headers });
      await answer.text();
      if (limitOf(answer) === null) made += 1;
    }
    // The last one might cost more than it does.
    expect(made, limit).toBeGreaterThanOrEqual(1);
    expect(made, limit).toBeLessThanOrEqual(2);
    await other.stop();
  }
});

describe("a process", () => {
  test("that ends in order has written all it let through, and holds nothing of any limit", async () => {
    const tenant = await newLlmTenant(room, {
      day_nano: String(1_000n * COST),
      month_nano: String(1_000n * COST),
      concurrent_calls: 50,
      calls_per_minute: 1_000,
    });
    const script = room.upstream.script(completion({ usage: USAGE }));
    const role = await room.start({ timing: { settleMs: 60_000 } });
    await manyCalls([role], tenant, script.token, 20);
    expect(await usageRows(room.database, tenant.id)).toEqual([]);
    await role.stop();
    expect(sumOf(await usageRows(room.database, tenant.id))).toBe(20n * COST);
    expect(await quota(room, tenant)).toBe(20n * COST);
    expect(await quota(room, tenant, "month_budget")).toBe(20n * COST);
    expect(await quota(room, tenant, "calls_per_minute")).toBe(20n);
    const slots = await asSuperuser(room.database, "SELECT FROM call_slots WHERE billing_account_id = $1", [
      tenant.id,
    ]);
    expect(slots).toEqual([]);
  });

  test.each([
    ["no limits", {}],
    ["a budget", { day_nano: String(1_000n * COST) }],
  ])(
    "that ends in order waits for what is read for callers who have hung up, of a tenant with %s",
    async (_, limits) => {
      const tenant = await newLlmTenant(room, limits);
      const { opened, open } = gate();
      const script = room.upstream.script(
        rawStream([{ send: event(delta("a")) }, { until: opened }, { send: event(usageChunk(USAGE)) }]),
      );
      const role = await room.start();
      const caller = new AbortController();
      const asked = await ask(role, tenant.key, chat(script.token, dear({ stream: true })), {
        signal: caller.signal,
      });
      await asked.body?.getReader().read();
      caller.abort();
      const stopped = role.stop();
      setTimeout(open, 200);
      await stopped;
      const rows = await usageRows(room.database, tenant.id);
      expect(rows).toMatchObject([{ outcome: "aborted", measured: true, cost: COST }]);
    },
  );

  test("that is killed takes with it no more than its slices held, and never leaves more than the budget", {
    timeout: 60_000,
  }, async () => {
    const budget = 200n * COST;
    const tenant = await newLlmTenant(room, { day_nano: String(budget) });
    const script = room.upstream.script(completion({ usage: USAGE }));
    const role = await room.start({ timing: { settleMs: 60_000 } });
    await manyCalls([role], tenant, script.token, 6);
    await role.crash();
    const spent = 6n * COST;
    const taken = await quota(room, tenant);
    // What it used stays taken, though nobody wrote it down; and at most a slice more of what it might have used.
    expect(taken).toBeGreaterThanOrEqual(spent);
    expect(taken - spent).toBeLessThanOrEqual(budget / 50n + 6n * 2n * COST);
    const made = await manyCalls([room.role], tenant, script.token, 220);
    expect(BigInt(made) * COST + taken).toBeLessThanOrEqual(budget);
    expect(BigInt(made + 4) * COST + taken).toBeGreaterThanOrEqual(budget - 2n * COST);
  });

  test("that is killed gives its places for calls to others after their time", async () => {
    const tenant = await newLlmTenant(room, { concurrent_calls: 2 });
    const role = await room.start({ timing: { slotMs: 300, settleMs: 60_000 } });
    const hanging = room.upstream.script({ steps: [{ hang: true }] });
    const asked = [1, 2].map(() => ask(role, tenant.key, chat(hanging.token)).catch(() => null));
    await expect.poll(() => hanging.calls.length).toBe(2);
    expect(limitOf(await ask(room.role, tenant.key, chat("hello")))).toBe("concurrent_calls");
    await role.crash();
    await Promise.all(asked);
    await expect
      .poll(async () => limitOf(await ask(room.role, tenant.key, chat("hello"))), { timeout: 5_000 })
      .toBeNull();
  });
});
