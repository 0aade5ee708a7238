/** Upstreams that die or hang, and callers who hang up: each call is answered, ended and billed once. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  death,
  delta,
  finish,
  halfBody,
  usageChunk,
} from "../../../dev-env/src/stand-ins/upstream/answers.ts";
import { event, rawStream, STREAM_HEADERS } from "../../../dev-env/src/stand-ins/upstream/sse.ts";
import type { Script } from "../../../dev-env/src/stand-ins/upstream.ts";
import {
  ask,
  chat,
  errorOf,
  gate,
  type LlmRoom,
  llmRoom,
  newLlmTenant,
  settledRow,
  settledRows,
  usageRows,
} from "../support/llm.ts";

let room: LlmRoom;
beforeAll(async () => {
  room = await llmRoom({ timing: { headMs: 400, bodyMs: 400, drainMs: 600 } });
});
afterAll(() => room.close());

const STREAM = { stream: true };
const words = [delta("Good "), delta("morning "), delta("to you.")];

describe("an upstream", () => {
  test("that dies before it answers is told as 502 in the form that clients know, and costs nothing", async () => {
    for (const body of [{}, STREAM]) {
      const { id, key } = await newLlmTenant(room);
      const script = room.upstream.script(death());
      const answer = await errorOf(await ask(room.role, key, chat(script.token, body)));
      expect(answer).toMatchObject({ status: 502, code: "upstream_unreachable" });
      expect(script.calls).toHaveLength(1);
      expect(await settledRow(room, id)).toMatchObject({
        outcome: "broken",
        status: 502,
        cost: 0n,
        first_byte_ms: null,
      });
    }
  });

  test("that is not there is told as 502", async () => {
    const { id, key } = await newLlmTenant(room);
    const role = await room.start({ baseUrl: "http://127.0.0.1:9/v1" });
    expect((await errorOf(await ask(role, key, chat("hello")))).status).toBe(502);
    await role.stop();
    expect(await usageRows(room.database, id)).toMatchObject([{ outcome: "broken", cost: 0n }]);
  });

  test("that dies after its first byte is never asked again, and the caller is cut off rather than told that it was all", async () => {
    const { id, key } = await newLlmTenant(room);
    const script = room.upstream.script(
      death([{ send: event(words[0] ?? {}) }], { headers: STREAM_HEADERS }),
    );
    const answer = await ask(room.role, key, chat(script.token, STREAM));
    await expect(answer.text()).rejects.toThrow();
    const row = await settledRow(room, id);
    expect(row).toMatchObject({ outcome: "broken", status: 200, measured: false });
    expect(row.cost).toBeGreaterThan(0n);
    expect(script.calls).toHaveLength(1);
  });

  test("that dies in the middle of an event is billed for what had come, and for usage if that had", async () => {
    for (const [steps, measured] of [
      [[{ send: event(delta("Good morning")) }, { send: 'data: {"choices":[{"del' }], false],
      [[{ send: event(delta("Good")) }, { send: event(usageChunk()) }, { send: "data: [DO" }], true],
    ] as const) {
      const { id, key } = await newLlmTenant(room);
      const script = room.upstream.script(death(steps, { headers: STREAM_HEADERS }));
      await expect((await ask(room.role, key, chat(script.token, STREAM))).text()).rejects.toThrow();
      const row = await settledRow(room, id);
      expect(row).toMatchObject({ outcome: "broken", measured });
      expect(row.completion).toBeGreaterThanOrEqual(3);
      expect(script.calls).toHaveLength(1);
    }
  });

  test("that dies with half of its body sent is not asked again, and billed by estimate", async () => {
    const { id, key } = await newLlmTenant(room);
    const content = "Good morning to you. ".repeat(20);
    const script = room.upstream.script(
      halfBody({ choices: [{ message: { content } }], usage: { prompt_tokens: 9 } }),
    );
    await expect(ask(room.role, key, chat(script.token)).then((answer) => answer.text())).rejects.toThrow();
    const row = await settledRow(room, id);
    expect(row).toMatchObject({ outcome: "broken", measured: false });
    expect(row.completion).toBeGreaterThan(30);
    expect(script.calls).toHaveLength(1);
  });

  test("that never answers is told as 504 after its time, and not left waiting upstream", async () => {
    const { id, key } = await newLlmTenant(room);
    const script = room.upstream.script({ steps: [{ hang: true }] });
    const answer = await errorOf(await ask(room.role, key, chat(script.token)));
    expect(answer).toMatchObject({ status: 504, code: "upstream_timeout" });
    await expect.poll(() => script.calls[0]?.hungUp).toBe(true);
    expect(await settledRow(room, id)).toMatchObject({ outcome: "broken", status: 504 });
  });

  test("that goes silent in the middle is cut off after its time, and billed for what it said", async () => {
    const { id, key } = await newLlmTenant(room);
    const script = room.upstream.script(
      rawStream([{ send: event(delta("Good morning to you.")) }, { hang: true }]),
    );
    await expect((await ask(room.role, key, chat(script.token, STREAM))).text()).rejects.toThrow();
    await expect.poll(() => script.calls[0]?.hungUp).toBe(true);
    const row = await settledRow(room, id);
    expect(row).toMatchObject({ outcome: "broken", measured: false });
    expect(row.completion).toBeGreaterThanOrEqual(4);
  });
});

/** Asks, waits until `script` has been called and the answer has begun if it does, and hangs up. */
async function hangUp(
  key: string,
  script: Script,
  body: object,
  begun: boolean,
  role = room.role,
): Promise<void> {
  const caller = new AbortController();
  const asked = ask(role, key, chat(script.token, body), { signal: caller.signal });
  if (begun) await (await asked).body?.getReader().read();
  else await expect.poll(() => script.calls.length).toBe(1);
  caller.abort();
  await asked.catch(() => undefined);
}

describe("a caller who hangs up", () => {
  test("does not end the metering: the rest of the stream is read for its usage", async () => {
    const { id, key } = await newLlmTenant(room);
    const { opened, open } = gate();
    const script = room.upstream.script(
      rawStream([
        { send: event(words[0] ?? {}) },
        { until: opened },
        ...[...words, finish(), usageChunk({ prompt_tokens: 40, completion_tokens: 30 })].map((each) => ({
          send: event(each),
        })),
      ]),
    );
    await hangUp(key, script, STREAM, true);
    expect(await usageRows(room.database, id)).toEqual([]);
    open();
    expect(await settledRow(room, id)).toMatchObject({
      outcome: "aborted",
      measured: true,
      prompt: 40,
      completion: 30,
    });
    expect(script.calls[0]).toMatchObject({ finished: true, hungUp: false });
    expect(script.calls).toHaveLength(1);
  });

  test("before anything was answered pays for the answer that was made all the same", async () => {
    for (const body of [{}, STREAM]) {
      const { id, key } = await newLlmTenant(room);
      const { opened, open } = gate();
      const usage = { prompt_tokens: 40, completion_tokens: 30 };
      const script = room.upstream.script(
        body === STREAM
          ? rawStream([{ until: opened }, { send: event(delta("Hi")) }, { send: event(usageChunk(usage)) }])
          : {
              headers: { "content-type": "application/json" },
              steps: [{ until: opened }, { send: JSON.stringify({ choices: [], usage }) }],
            },
      );
      await hangUp(key, script, body, false);
      open();
      expect(await settledRow(room, id)).toMatchObject({
        outcome: "aborted",
        measured: true,
        prompt: 40,
        completion: 30,
      });
    }
  });

  test("while the upstream goes on without an end is paid for by estimate once the cap of time is reached, and the upstream let go", async () => {
    const { id, key } = await newLlmTenant(room);
    const script = room.upstream.script(
      rawStream([{ repeat: [{ send: event(delta("and so on ")) }, { waitMs: 20 }] }]),
    );
    await hangUp(key, script, STREAM, true);
    const row = await settledRow(room, id);
    expect(row).toMatchObject({ outcome: "aborted", measured: false });
    // What came after the hang-up was made, and is billed, too.
    expect(row.completion).toBeGreaterThan(20);
    await expect.poll(() => script.calls[0]?.hungUp).toBe(true);
  });

  test("is one of many: beyond the cap of number the upstream is let go at once, and nobody is billed nothing", {
    timeout: 60_000,
  }, async () => {
    const { id, key } = await newLlmTenant(room);
    const role = await room.start({ timing: {} });
    const { opened, open } = gate();
    const script = room.upstream.script(
      rawStream([
        { send: event(delta("Good morning to you.")) },
        { until: opened },
        { send: event(usageChunk()) },
      ]),
    );
    const count = 300;
    await Promise.all(Array.from({ length: count }, () => hangUp(key, script, STREAM, true, role)));
    // A hundred are read to their end; so all have been noticed by then.
    await expect
      .poll(() => script.calls.filter(({ hungUp }) => hungUp).length, { timeout: 10_000 })
      .toBe(count - 100);
    open();
    const rows = await settledRows({ ...room, role }, id, count);
    expect(rows.filter(({ outcome, cost }) => outcome !== "aborted" || cost === 0n)).toEqual([]);
  });

  test("after the answer was whole has had it: the call is completed", async () => {
    const { id, key } = await newLlmTenant(room);
    const caller = new AbortController();
    const answer = await ask(room.role, key, chat("hello"), { signal: caller.signal });
    await answer.text();
    caller.abort();
    expect(await settledRow(room, id)).toMatchObject({ outcome: "completed", measured: true });
  });

  test("has no call made that was not made yet", async () => {
    const { id, key } = await newLlmTenant(room);
    const caller = new AbortController();
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('{"model":"echo","messages":['));
      },
    });
    const asked = fetch(`${room.role.url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}` },
      body,
      duplex: "half",
      signal: caller.signal,
    } as RequestInit);
    const before = room.upstream.calls.length;
    caller.abort();
    await expect(asked).rejects.toThrow();
    expect((await ask(room.role, key, chat("the next"))).status).toBe(200);
    expect(room.upstream.calls).toHaveLength(before + 1);
    await settledRow(room, id);
  });

  test("while the call waits for room in a limit has none made", async () => {
    const { id, key } = await newLlmTenant(room, { concurrent_calls: 1 });
    const { opened, open } = gate();
    const slow = room.upstream.script({
      headers: { "content-type": "application/json" },
      steps: [{ until: opened }, { send: "{}" }],
    });
    const never = room.upstream.script({ status: 500, steps: [] });
    const role = await room.start({ timing: {} });
    const first = ask(role, key, chat(slow.token));
    await expect.poll(() => slow.calls.length).toBe(1);
    const caller = new AbortController();
    const second = ask(role, key, chat(never.token), { signal: caller.signal });
    // Until it has come and waits: whatever is asked afterwards on another connection is behind it.
    expect((await ask(role, key, null, { path: "/v1/models", method: "GET" })).status).toBe(200);
    caller.abort();
    await expect(second).rejects.toThrow();
    expect((await ask(role, key, null, { path: "/v1/models", method: "GET" })).status).toBe(200);
    open();
    expect((await first).status).toBe(200);
    expect((await ask(role, key, chat("the next"))).headers.get("x-cogni-limit")).toBeNull();
    expect(never.calls).toHaveLength(0);
    await settledRows({ ...room, role }, id, 2);
  });
});
