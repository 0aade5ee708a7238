/** Streams go through as they come: at once, whole, and without what the caller did not ask for. */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  delta,
  finish,
  stream,
  toolDeltas,
  usageChunk,
} from "../../../dev-env/src/stand-ins/upstream/answers.ts";
import { PLAIN_USAGE } from "../../../dev-env/src/stand-ins/upstream/plain.ts";
import { cut, event, events, rawStream, type Writing } from "../../../dev-env/src/stand-ins/upstream/sse.ts";
import {
  ask,
  chat,
  gate,
  type LlmRoom,
  llmRoom,
  newLlmTenant,
  settledRow,
  usageRows,
} from "../support/llm.ts";

let room: LlmRoom;
beforeAll(async () => {
  room = await llmRoom();
});
afterAll(() => room.close());

const WANTED = { stream: true, stream_options: { include_usage: true } };
const told = (words: readonly object[]) => events([...words, usageChunk()]);

describe("the usage of a stream", () => {
  test("comes as a chunk with no choices where the caller asked for it, and vanishes where it did not", async () => {
    const { key } = await newLlmTenant(room);
    const words = [delta("Good "), delta("day."), finish()];
    const script = room.upstream.script(rawStream([{ send: told(words) }]));
    expect(await (await ask(room.role, key, chat(script.token, WANTED))).text()).toBe(told(words));
    for (const options of [undefined, null, {}, { include_usage: false }]) {
      const body = chat(script.token, {
        stream: true,
        ...(options !== undefined && { stream_options: options }),
      });
      expect(await (await ask(room.role, key, body)).text()).toBe(events(words));
    }
  });

  test("stays where it stands beside words, so that none of them is lost", async () => {
    const { id, key } = await newLlmTenant(room);
    const text = events([delta("Good "), { ...delta("day."), usage: PLAIN_USAGE }]);
    const script = room.upstream.script(rawStream([{ send: text }]));
    expect(await (await ask(room.role, key, chat(script.token, { stream: true }))).text()).toBe(text);
    expect(await settledRow(room, id)).toMatchObject({ measured: true, prompt: 12, completion: 5 });
  });

  test("is counted, whatever the caller asked for", async () => {
    const { id, key } = await newLlmTenant(room);
    const script = room.upstream.script(stream());
    await (await ask(room.role, key, chat(script.token, { stream: true }))).text();
    expect(await settledRow(room, id)).toMatchObject({
      streamed: true,
      measured: true,
      prompt: 12,
      completion: 5,
      outcome: "completed",
      status: 200,
    });
  });
});

describe("a stream", () => {
  test("is held back by nothing: each chunk is there before the next one is made", async () => {
    const { key } = await newLlmTenant(room);
    const gates = [gate(), gate(), gate()];
    const script = room.upstream.script(
      rawStream([
        ...gates.flatMap(({ opened }, index) => [{ send: event(delta(`word ${index}`)) }, { until: opened }]),
        { send: event("[DONE]") },
      ]),
    );
    const answer = await ask(room.role, key, chat(script.token, { stream: true }));
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
    for (const [index, { open }] of gates.entries()) {
      expect((await reader?.read())?.value).toBe(event(delta(`word ${index}`)));
      open();
    }
    expect((await reader?.read())?.value).toBe(event("[DONE]"));
  });

  test("has its head before its first word, so that the caller knows that it began", async () => {
    const { key } = await newLlmTenant(room);
    const { opened, open } = gate();
    const script = room.upstream.script(
      rawStream([{ until: opened }, { send: event("[DONE]") }], { headersFirst: true }),
    );
    const answer = await ask(room.role, key, chat(script.token, { stream: true }));
    expect(answer.headers.get("content-type")).toContain("text/event-stream");
    open();
    expect(await answer.text()).toBe(event("[DONE]"));
  });

  test("arrives byte for byte and is metered, however it is written and wherever it is cut", {
    timeout: 60_000,
  }, async () => {
    const { id, key } = await newLlmTenant(room);
    const writing: fc.Arbitrary<Writing> = fc.record(
      {
        newline: fc.constantFrom("\n" as const, "\r\n" as const),
        event: fc.constantFrom("message", "chunk"),
        comment: fc.constantFrom("", "keep-alive", "data: {}", "OPENROUTER PROCESSING"),
        lines: fc.boolean(),
        tight: fc.boolean(),
      },
      { requiredKeys: [] },
    );
    const words = [
      delta("Grüß "),
      delta("Gott 😀"),
      ...toolDeltas("f", ['{"a":', "1}"]),
      finish("tool_calls"),
    ];
    let asked = 0;
    await fc.assert(
      fc.asyncProperty(
        writing,
        fc.array(fc.nat(1_500), { maxLength: 12 }),
        fc.boolean(),
        fc.boolean(),
        async (written, cuts, wanted, early) => {
          // Upstreams tell usage before the end as well.
          const place = early ? 2 : words.length;
          const chunks = words.toSpliced(place, 0, usageChunk());
          const script = room.upstream.script(rawStream(cut(events(chunks, written), cuts)));
          const answer = await ask(room.role, key, chat(script.token, wanted ? WANTED : { stream: true }));
          expect(await answer.text()).toBe(events(wanted ? chunks : words, written));
          asked += 1;
          await expect
            .poll(async () => {
              await room.role.settle();
              return (await usageRows(room.database, id)).length;
            })
            .toBe(asked);
        },
      ),
      { numRuns: 60 },
    );
    for (const row of await usageRows(room.database, id))
      expect(row).toMatchObject({ measured: true, prompt: 12, completion: 5, outcome: "completed" });
  });

  test("that is cut after every byte is one that is not", async () => {
    const { id, key } = await newLlmTenant(room);
    const words = [delta("Grüß Gott"), finish()];
    const text = events([...words, usageChunk()], { newline: "\r\n", comment: "so", event: "message" });
    const everywhere = Array.from({ length: Buffer.byteLength(text) }, (_, index) => index);
    const script = room.upstream.script(rawStream(cut(text, everywhere)));
    const answer = await ask(room.role, key, chat(script.token, { stream: true }));
    expect(await answer.text()).toBe(events(words, { newline: "\r\n", comment: "so", event: "message" }));
    expect(await settledRow(room, id)).toMatchObject({ measured: true, prompt: 12, completion: 5 });
  });

  test("that is malformed goes on as it came, and what it says is billed by estimate", async () => {
    const { id, key } = await newLlmTenant(room);
    const text = `data: {"choices":[{"delta":{"content":"Good day to you and yours\n\n:\n\n\n\nnonsense\n\ndata\n\ndata: {broken\n\ndata: [DONE]\n\ndata: "unended`;
    const script = room.upstream.script(rawStream([{ send: text }]));
    expect(await (await ask(room.role, key, chat(script.token, { stream: true }))).text()).toBe(text);
    const row = await settledRow(room, id);
    expect(row).toMatchObject({ measured: false, outcome: "completed" });
    expect(row.completion).toBeGreaterThanOrEqual(5);
  });

  test("that calls itself something else, or names no type at all, is read as what it is", async () => {
    const words = [delta("Good day."), finish()];
    for (const type of ["text/plain", "application/octet-stream", "", "application/json"]) {
      const { id, key } = await newLlmTenant(room);
      const headers = { "content-type": type };
      const script = room.upstream.script(rawStream([{ send: told(words) }], { headers }));
      expect(await (await ask(room.role, key, chat(script.token, WANTED))).text()).toBe(told(words));
      expect(await settledRow(room, id)).toMatchObject({ measured: true, prompt: 12, completion: 5 });
    }
  });

  test("that was asked for and not given is passed on in one piece, and metered", async () => {
    const { id, key } = await newLlmTenant(room);
    const whole = {
      choices: [{ index: 0, message: { role: "assistant", content: "Hi." } }],
      usage: PLAIN_USAGE,
    };
    const script = room.upstream.script({
      headers: { "content-type": "application/json" },
      steps: [{ send: JSON.stringify(whole) }],
    });
    expect(await (await ask(room.role, key, chat(script.token, { stream: true }))).json()).toEqual(whole);
    expect(await settledRow(room, id)).toMatchObject({ measured: true, prompt: 12, completion: 5 });
  });
});
