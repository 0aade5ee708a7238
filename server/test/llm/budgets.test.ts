/** Budgets hold, however many calls there are at once, in however many processes, and however these end. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  completion,
  death,
  delta,
  refusal,
  stream,
  usageChunk,
} from "../../../dev-env/src/stand-ins/upstream/answers.ts";
import { event, rawStream, STREAM_HEADERS, sseAnswer } from "../../../dev-env/src/stand-ins/upstream/sse.ts";
import type { Answer } from "../../../dev-env/src/stand-ins/upstream/steps.ts";
import { asSuperuser } from "../support/database.ts";
import {
  ask,
  chat,
  gate,
  type LlmRoom,
  type LlmTenant,
  llmRoom,
  messageHeaders,
  newLlmTenant,
  SHORT_ANSWER,
  setLimits,
  settledRows,
  sumOf,
  usageRows,
} from "../support/llm.ts";
import type { LlmRole } from "../support/llm-role.ts";

let room: LlmRoom;
beforeAll(async () => {
  room = await llmRoom({ timing: { waitMs: 400, settleMs: 50 } });
});
afterAll(() => room.close());

/** What `chat` may cost at most is 10 tokens and its prompt; this answer costs exactly as much as it may. */
const USAGE = { prompt_tokens: 100, completion_tokens: 100 };
const COST = 100n * 4n + 100n * 8n;
const dear = (rest: object = {}) => ({ max_tokens: 100, padding: "x".repeat(300), ...rest });

const limitOf = (answer: Response): string | null => answer.headers.get("x-cogni-limit");
async function quota({ id }: LlmTenant, name = "day_budget"): Promise<bigint> {
  const [row] = await asSuperuser(
    room.database,
    "SELECT coalesce(sum(used), 0)::text AS used FROM quotas WHERE billing_account_id = $1 AND name = $2",
    [id, name],
  );
  return BigInt(String(row?.used));
}
/** All at once. */
async function manyCalls(roles: readonly LlmRole[], { key }: LlmTenant, token: string, count: number) {
  const answers = await Promise.all(
    Array.from({ length: count }, async (_, n) => {
      const answer = await ask(roles[n % roles.length] as LlmRole, key, chat(token, dear()));
      await answer.text();
      return answer;
    }),
  );
  expect(answers.every(({ status }) => status === 200)).toBe(true);
  return answers.filter((answer) => limitOf(answer) === null).length;
}

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

describe("a call under way", () => {
  const broken: [string, Answer, object][] = [
    ["it is completed", completion({ usage: { prompt_tokens: 1, completion_tokens: 1 } }), {}],
    ["it is a stream", stream({ usage: { prompt_tokens: 1, completion_tokens: 1 } }), { stream: true }],
    ["the upstream refuses it", refusal(429), {}],
    ["the upstream fails", refusal(500), {}],
    ["the upstream dies at once", death(), {}],
    [
      "the upstream dies in the middle",
      death([{ send: event(usageChunk({ prompt_tokens: 1, completion_tokens: 1 })) }], {
        headers: STREAM_HEADERS,
      }),
      { stream: true },
    ],
    [
      "an error stands in its stream",
      sseAnswer([{ error: { message: "no" } }, usageChunk({ prompt_tokens: 1, completion_tokens: 1 })]),
      { stream: true },
    ],
    ["the answer is nonsense", { steps: [{ send: "nonsense" }] }, {}],
  ];
  test.each(broken)("gives back what it held when %s", async (_, answer, rest) => {
    // Room for two, or for one after three whose usage was estimated.
    const limits = { day_nano: String(COST * 3n), concurrent_calls: 1, tokens_per_minute: 700 };
    const tenant = await newLlmTenant(room, limits);
    const script = room.upstream.script(answer);
    const good = room.upstream.script(completion({ usage: { prompt_tokens: 1, completion_tokens: 1 } }));
    for (let round = 0; round < 3; round += 1) {
      const asked = await ask(room.role, tenant.key, chat(script.token, dear(rest)));
      expect(limitOf(asked)).toBeNull();
      await asked.text().catch(() => undefined);
    }
    const last = await ask(room.role, tenant.key, chat(good.token, dear()));
    expect([limitOf(last), last.status]).toEqual([null, 200]);
    expect(script.calls).toHaveLength(3);
  });

  test("gives back what it held when its caller has hung up", async () => {
    const tenant = await newLlmTenant(room, {
      day_nano: String(COST + (COST * 4n) / 5n),
      concurrent_calls: 1,
    });
    const { opened, open } = gate();
    const script = room.upstream.script(
      rawStream([
        { send: event(delta("a")) },
        { until: opened },
        { send: event(usageChunk({ prompt_tokens: 1, completion_tokens: 1 })) },
      ]),
    );
    const caller = new AbortController();
    const asked = await ask(room.role, tenant.key, chat(script.token, dear({ stream: true })), {
      signal: caller.signal,
    });
    await asked.body?.getReader().read();
    caller.abort();
    open();
    await settledRows(room, tenant.id, 1);
    expect(limitOf(await ask(room.role, tenant.key, chat("hello", dear())))).toBeNull();
  });

  test("waits a while for room that others may leave, and is let in when they do", async () => {
    const tenant = await newLlmTenant(room, { day_nano: String(COST + COST / 2n) });
    const role = await room.start({ timing: { waitMs: 8_000 } });
    const { opened, open } = gate();
    const slow = room.upstream.script({
      headers: { "content-type": "application/json" },
      steps: [{ until: opened }, { send: '{"usage":{"prompt_tokens":1,"completion_tokens":1}}' }],
    });
    const quick = room.upstream.script(completion());
    const first = ask(role, tenant.key, chat(slow.token, dear()));
    await expect.poll(() => slow.calls.length).toBe(1);
    const second = ask(role, tenant.key, chat(quick.token, dear()));
    open();
    expect([limitOf(await first), limitOf(await second)]).toEqual([null, null]);
    await role.stop();
  });

  test("holds what its choices may cost together, and is told to stay within what its model gives", async () => {
    const tenant = await newLlmTenant(room, { day_nano: String(2n * COST) });
    const script = room.upstream.script(
      completion({ model: "small", usage: { prompt_tokens: 1, completion_tokens: 1 } }),
    );
    const asked = { model: "small", max_tokens: 1_000_000 };
    const limited = async (body: object) => {
      const answer = await ask(room.role, tenant.key, body);
      await answer.text();
      return limitOf(answer);
    };
    expect(await limited(chat(script.token, asked))).toBeNull();
    const { max_tokens: _, ...bare } = chat(script.token, asked);
    expect(await limited({ ...bare, max_completion_tokens: 5_000 })).toBeNull();
    expect(await limited({ ...bare, max_completion_tokens: 50 })).toBeNull();
    expect(await limited(chat(script.token, { ...asked, n: 3 }))).toBe("day_budget");
    expect(
      script.calls
        .map(({ body }) => JSON.parse(body.toString()))
        .map(({ max_tokens, max_completion_tokens }) => [max_tokens, max_completion_tokens]),
    ).toEqual([
      [SHORT_ANSWER, undefined],
      [undefined, SHORT_ANSWER],
      [undefined, 50],
    ]);
  });

  test("that is too large for what is left keeps no smaller one out", async () => {
    const tenant = await newLlmTenant(room, { day_nano: String(3n * COST) });
    expect(limitOf(await ask(room.role, tenant.key, chat("hello", dear({ n: 9 }))))).toBe("day_budget");
    expect(limitOf(await ask(room.role, tenant.key, chat("hello", dear())))).toBeNull();
  });

  test("that sets no bound does not pin the whole budget: others are let in beside it", async () => {
    const tenant = await newLlmTenant(room, { day_nano: "400000" });
    const { opened, open } = gate();
    const script = room.upstream.script({
      headers: { "content-type": "application/json" },
      steps: [{ until: opened }, { send: '{"usage":{"prompt_tokens":1,"completion_tokens":1}}' }],
    });
    const { max_tokens: _, ...unbounded } = chat(script.token);
    const answers = [1, 2, 3].map(() => ask(room.role, tenant.key, unbounded));
    await expect.poll(() => script.calls.length).toBe(3);
    open();
    for (const answer of answers) expect(limitOf(await answer)).toBeNull();
    const [sent] = script.calls.map(({ body }) => JSON.parse(body.toString()));
    const bound = sent?.max_completion_tokens ?? sent?.max_tokens;
    expect(bound).toBeGreaterThan(0);
    expect(BigInt(bound) * 8n).toBeLessThanOrEqual(400_000n / 2n);
  });

  test("that cost more than it could have is billed so, and nothing more is let through", async () => {
    const tenant = await newLlmTenant(room, { day_nano: String(2n * COST) });
    const script = room.upstream.script(
      completion({ usage: { prompt_tokens: 5_000, completion_tokens: 5_000 } }),
    );
    expect(limitOf(await ask(room.role, tenant.key, chat(script.token, dear())))).toBeNull();
    expect(limitOf(await ask(room.role, tenant.key, chat(script.token, dear())))).toBe("day_budget");
    await settledRows(room, tenant.id, 2);
    await expect.poll(() => quota(tenant)).toBe(60_000n);
    const other = await room.start();
    expect(limitOf(await ask(other, tenant.key, chat(script.token, dear())))).toBe("day_budget");
    await other.stop();
  });
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
    expect(await quota(tenant)).toBe(20n * COST);
    expect(await quota(tenant, "month_budget")).toBe(20n * COST);
    expect(await quota(tenant, "calls_per_minute")).toBe(20n);
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
    const taken = await quota(tenant);
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
