/** What is counted of an answer, and what it costs, whatever the upstream tells or keeps to itself. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  chunk,
  completion,
  delta,
  finish,
  jsonAnswer,
  stream,
  toolDeltas,
  usageChunk,
} from "../../../dev-env/src/stand-ins/upstream/answers.ts";
import { sseAnswer } from "../../../dev-env/src/stand-ins/upstream/sse.ts";
import type { Answer } from "../../../dev-env/src/stand-ins/upstream/steps.ts";
import { withTenant } from "../../src/db/tenant.ts";
import { unequalUsageDays } from "../../src/db/usage-days.ts";
import { asSuperuser } from "../support/database.ts";
import {
  ask,
  chat,
  costOf,
  type LlmRoom,
  llmRoom,
  messageHeaders,
  newLlmTenant,
  settledRow,
  settledRows,
  sumOf,
  type UsageRow,
} from "../support/llm.ts";

let room: LlmRoom;
beforeAll(async () => {
  room = await llmRoom();
});
afterAll(() => room.close());

/** What the call is billed that gets this answer. */
async function billed(answer: Answer, rest: object = {}): Promise<UsageRow> {
  const { id, key } = await newLlmTenant(room);
  const script = room.upstream.script(answer);
  await (await ask(room.role, key, chat(script.token, rest))).text().catch(() => undefined);
  return settledRow(room, id);
}
const streamed = (chunks: readonly object[]) => billed(sseAnswer(chunks), { stream: true });

const usage = (prompt: number, completion: number, rest: object = {}) => ({
  prompt_tokens: prompt,
  completion_tokens: completion,
  total_tokens: prompt + completion,
  ...rest,
});

describe("usage that is told", () => {
  test("is what is billed, streamed or not", async () => {
    for (const row of [await billed(completion()), await billed(stream(), { stream: true })])
      expect(row).toMatchObject({
        prompt: 12,
        completion: 5,
        measured: true,
        priced: true,
        cost: 12n * 4n + 5n * 8n,
      });
  });

  test("counts by its last word, never by the sum: told twice, with every chunk, or in the middle", async () => {
    const twice = [delta("a"), usageChunk(usage(10, 1)), finish(), usageChunk(usage(10, 3))];
    const growing = [1, 2, 3].map((count) => ({ ...delta("a"), usage: usage(10, count) }));
    const same = [delta("a"), usageChunk(usage(10, 3)), usageChunk(usage(10, 3))];
    const middle = [delta("a"), usageChunk(usage(10, 3)), delta("b"), finish()];
    const last = [delta("a"), { ...delta("b"), usage: usage(10, 3) }];
    for (const chunks of [twice, growing, same, middle, last])
      expect(await streamed(chunks)).toMatchObject({ prompt: 10, completion: 3, measured: true });
  });

  test("with nothing in it, as each chunk but the last one has with some, takes nothing back", async () => {
    const chunks = [
      { ...delta("a"), usage: null },
      { ...delta("b"), usage: usage(10, 3) },
      { ...finish(), usage: null },
    ];
    expect(await streamed(chunks)).toMatchObject({ prompt: 10, completion: 3, measured: true });
  });

  test("has its cached tokens within the prompt's and its reasoning tokens within the completion's", async () => {
    const told = usage(100, 50, {
      prompt_tokens_details: { cached_tokens: 60, audio_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 40, accepted_prediction_tokens: 0 },
    });
    for (const row of [
      await billed(completion({ usage: told })),
      await billed(stream({ usage: told }), { stream: true }),
    ]) {
      expect(row).toMatchObject({ prompt: 100, cached: 60, completion: 50, reasoning: 40, measured: true });
      expect(row.cost).toBe(costOf("echo", { prompt: 100, cached: 60, completion: 50 }));
    }
  });

  test("whose parts are more than the whole is billed by the whole", async () => {
    const told = usage(10, 5, {
      prompt_tokens_details: { cached_tokens: 999 },
      completion_tokens_details: { reasoning_tokens: 999 },
    });
    const row = await billed(completion({ usage: told }));
    expect(row).toMatchObject({ prompt: 10, completion: 5 });
    expect(row.cached).toBeLessThanOrEqual(10);
    expect(row.reasoning).toBeLessThanOrEqual(5);
    expect(row.cost).toBeGreaterThan(0n);
  });
});

describe("usage that nobody tells, or nobody could believe", () => {
  const text = "Good morning to you, and to all of yours.";
  const unbelievable: [string, object | null][] = [
    ["none", null],
    ["an empty one", {}],
    ["a negative prompt", usage(-5, 5)],
    ["a negative answer", usage(5, -5)],
    ["absurdly much", usage(1e15, 5)],
    ["more than a number holds", { prompt_tokens: 1e300, completion_tokens: 1e300 }],
    ["fractions", usage(1.5, 2.5)],
    ["words", { prompt_tokens: "many", completion_tokens: "few" }],
    ["a list", [1, 2]],
    ["nothing, for an answer that says something", usage(0, 0)],
  ];
  test.each(unbelievable)("is estimated, marked so and never 0: %s", async (_, told) => {
    for (const row of [
      await billed(completion({ texts: [text], usage: told })),
      await billed(stream({ texts: [text], usage: told }), { stream: true }),
    ]) {
      expect(row).toMatchObject({ measured: false, outcome: "completed", status: 200 });
      expect(row.prompt).toBeGreaterThan(5);
      expect(row.completion).toBeGreaterThanOrEqual(8);
      expect(row.completion).toBeLessThan(40);
      expect(row.cost).toBe(costOf("echo", row));
    }
  });

  test("is estimated over every choice and every tool call's arguments", async () => {
    const arguments_ = JSON.stringify({ text: "x".repeat(400) });
    const one = await billed(completion({ texts: ["y".repeat(400)], usage: null }));
    const three = await billed(
      completion({ texts: ["y".repeat(400), "y".repeat(400), "y".repeat(400)], usage: null }),
    );
    expect(three.completion).toBeGreaterThanOrEqual(2.9 * one.completion);
    const called = await billed(
      completion({ texts: [""], toolCalls: [{ name: "f", arguments: arguments_ }], usage: null }),
    );
    expect(called.completion).toBeGreaterThanOrEqual(100);
    const pieces = arguments_.match(/.{1,7}/g) ?? [];
    const streamedCall = await streamed([
      ...toolDeltas("f", pieces),
      ...toolDeltas("g", pieces, 1),
      finish("tool_calls"),
    ]);
    expect(streamedCall.completion).toBeGreaterThanOrEqual(200);
    const reasoned = await streamed([
      chunk([{ index: 0, delta: { reasoning_content: "z".repeat(400) } }]),
      delta("Yes."),
    ]);
    expect(reasoned.completion).toBeGreaterThanOrEqual(100);
  });

  test("is estimated no lower for words of other alphabets, or a prompt with a picture", async () => {
    const latin = await billed(completion({ usage: null }), {
      messages: [{ role: "user", content: "abcd ".repeat(100) }],
    });
    expect(latin.measured).toBe(true);
    const prompts = [
      [{ role: "user", content: "你好".repeat(200) }],
      [
        {
          role: "user",
          content: [{ type: "image_url", image_url: { url: "https://example.test/picture.png" } }],
        },
      ],
    ];
    for (const messages of prompts) {
      const { id, key } = await newLlmTenant(room);
      const script = room.upstream.script(completion({ usage: null }));
      await (await ask(room.role, key, chat("", { messages, metadata: script.token }))).text();
      expect((await settledRow(room, id)).prompt).toBeGreaterThan(180);
    }
  });

  test("is what an answer's beginning was, when nothing more came", async () => {
    const row = await billed(sseAnswer([delta("Good morning to you.")]), { stream: true });
    expect(row).toMatchObject({ measured: false, outcome: "completed" });
    expect(row.completion).toBeGreaterThanOrEqual(4);
  });
});

describe("an error inside an answer that began with 200", () => {
  const error = { error: { message: "overloaded ".repeat(400), type: "server_error", code: 529 } };

  test("is an error and no tokens: what came before it is billed", async () => {
    const row = await streamed([delta("Good morning to you."), error]);
    expect(row).toMatchObject({ outcome: "broken", status: 200, measured: false });
    expect(row.completion).toBeGreaterThanOrEqual(4);
    expect(row.completion).toBeLessThan(20);
  });

  test("that is all there is has no answer's tokens", async () => {
    expect(await streamed([error])).toMatchObject({ outcome: "broken", completion: 0 });
    expect(await billed(jsonAnswer(error))).toMatchObject({ outcome: "broken", completion: 0 });
  });

  test("is passed on to the caller as it came", async () => {
    const { key } = await newLlmTenant(room);
    const script = room.upstream.script(sseAnswer([delta("Good "), error]));
    expect(await (await ask(room.role, key, chat(script.token, { stream: true }))).text()).toContain(
      JSON.stringify(error),
    );
  });

  test("does not hide the usage that was told", async () => {
    const row = await streamed([delta("Good "), usageChunk(usage(10, 3)), error]);
    expect(row).toMatchObject({ outcome: "broken", prompt: 10, completion: 3, measured: true });
  });
});

describe("the price", () => {
  test("is that of the model which answered, not of the one that was asked for", async () => {
    for (const row of [
      await billed(completion({ model: "dear" })),
      await billed(stream({ model: "dear" }), { stream: true }),
    ]) {
      expect(row).toMatchObject({ model: "echo", answered_by: "dear", priced: true });
      expect(row.cost).toBe(costOf("dear", { prompt: 12, completion: 5 }));
    }
  });

  test("of a model that nobody priced is the ceiling, and the call is flagged; never nothing", async () => {
    const row = await billed(completion({ model: "brand-new-model" }));
    expect(row).toMatchObject({ answered_by: "brand-new-model", priced: false });
    expect(row.cost).toBeGreaterThan(costOf("dear", { prompt: 12, completion: 5 }));
  });

  test("of a model that names no one who answered is that of the one asked for", async () => {
    const { model: _, ...nameless } = JSON.parse(String((completion().steps[0] as { send: string }).send));
    const row = await billed(jsonAnswer(nameless));
    expect(row).toMatchObject({ answered_by: null, cost: costOf("echo", { prompt: 12, completion: 5 }) });
  });
});

describe("the books", () => {
  test("have the sums of each day, channel and model equal to their calls", async () => {
    const { id, key } = await newLlmTenant(room);
    const dear = room.upstream.script(completion({ model: "dear" }));
    const never = room.upstream.script(completion({ usage: null }));
    const refused = room.upstream.script({ status: 500, steps: [] });
    for (const script of [dear, never, refused])
      for (const channel of ["telegram", ""])
        await (
          await ask(room.role, key, chat(script.token), { headers: channel ? messageHeaders() : {} })
        ).text();
    const rows = await settledRows(room, id, 6);
    const [days] = await asSuperuser(
      room.database,
      `SELECT sum(calls)::integer AS calls, sum(cost_nano)::text AS cost, sum(estimated)::integer AS estimated
       FROM usage_days WHERE billing_account_id = $1`,
      [id],
    );
    expect(days).toEqual({ calls: 6, cost: String(sumOf(rows)), estimated: 2 });
    expect(await withTenant(room.database.db, id, unequalUsageDays)).toEqual([]);
    expect(new Set(rows.map(({ channel }) => channel))).toEqual(new Set(["telegram", ""]));
  });

  test("say how long a call took, and how long until its first byte", async () => {
    const { id, key } = await newLlmTenant(room);
    const script = room.upstream.script(sseAnswer([delta("a")]), { status: 500, steps: [] });
    const slow = room.upstream.script({
      headers: { "content-type": "text/event-stream" },
      steps: [{ waitMs: 30 }, { send: "data: {}\n\n" }, { waitMs: 30 }],
    });
    for (const { token } of [script, slow])
      await (await ask(room.role, key, chat(token, { stream: true }))).text();
    const rows = await settledRows(room, id, 2);
    expect(rows[1]?.first_byte_ms).toBeGreaterThanOrEqual(28);
    expect(rows[1]?.latency_ms).toBeGreaterThanOrEqual((rows[1]?.first_byte_ms ?? 0) + 28);
  });
});
