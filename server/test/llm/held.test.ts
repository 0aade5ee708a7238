/** What a call holds of its limits: enough for what it may cost, no more than others can spare, and given back however it ends. */
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
import {
  ask,
  chat,
  gate,
  type LlmRoom,
  llmRoom,
  newLlmTenant,
  SHORT_ANSWER,
  settledRows,
} from "../support/llm.ts";
import { COST, dear, limitOf, quota } from "../support/llm-budgets.ts";

let room: LlmRoom;
beforeAll(async () => {
  room = await llmRoom({ timing: { waitMs: 400, settleMs: 50 } });
});
afterAll(() => room.close());

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
    await expect.poll(() => quota(room, tenant)).toBe(60_000n);
    const other = await room.start();
    expect(limitOf(await ask(other, tenant.key, chat(script.token, dear())))).toBe("day_budget");
    await other.stop();
  });
});
