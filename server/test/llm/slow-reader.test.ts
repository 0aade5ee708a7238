/** Callers that read more slowly than the upstream writes: it waits for them, and what waits is not in our memory. */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { delta, usageChunk } from "../../../dev-env/src/stand-ins/upstream/answers.ts";
import { event, rawStream } from "../../../dev-env/src/stand-ins/upstream/sse.ts";
import type { Answer, Step } from "../../../dev-env/src/stand-ins/upstream/steps.ts";
import { chat, costOf, type LlmRoom, llmRoom, newLlmTenant, settledRow } from "../support/llm.ts";

/** Less than a stall lasts here: while its caller reads nothing, an upstream that waits is not taken for one that hangs. */
const BODY_MS = 300;
let room: LlmRoom;
beforeAll(async () => {
  room = await llmRoom({ timing: { bodyMs: BODY_MS } });
});
afterAll(() => room.close());

const MB = 1024 * 1024;
const PIECE = 64 * 1024;
const TIMES = (64 * MB) / PIECE;
const USAGE = { prompt_tokens: 1_000, completion_tokens: 9_000 };
const DONE = event("[DONE]");

setFlagsFromString("--expose-gc");
const collect: unknown = runInNewContext("gc");
/** What buffers of this process hold, the upstream's and the caller's included, and nothing that waits to be collected. */
function bufferBytes(): number {
  if (typeof collect === "function") collect();
  return process.memoryUsage().arrayBuffers;
}

/** The same piece again and again, and how often it was sent. */
function longBody(piece: string) {
  let sent = 0;
  const step: Step = {
    get send() {
      sent += 1;
      return piece;
    },
  };
  return { step: { repeat: [step], times: TIMES }, sent: () => sent };
}

/** @returns its answer, of which nothing is read */
async function askUnread(key: string, body: object): Promise<IncomingMessage> {
  const asked = request(`${room.role.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    agent: false,
  }).end(JSON.stringify(body));
  const [answer] = (await once(asked, "response")) as [IncomingMessage];
  return answer;
}

/** Until nothing more was sent for longer than an upstream may be silent. */
async function stalled(sent: () => number): Promise<void> {
  let before = -1;
  await expect
    .poll(
      () => {
        const stands = sent() === before;
        before = sent();
        return stands;
      },
      { interval: 3 * BODY_MS, timeout: 15_000 },
    )
    .toBe(true);
}

const word = event(delta("x".repeat(PIECE)));
const streamed = longBody(word);
const whole = longBody(" ".repeat(PIECE));
const tail = JSON.stringify({ choices: [], usage: USAGE });
const KINDS: [string, { answer: Answer; sent: () => number; rest: object; expected: [string, string] }][] = [
  [
    "a stream",
    {
      answer: rawStream([streamed.step, { send: event(usageChunk(USAGE)) }, { send: DONE }]),
      sent: streamed.sent,
      rest: { stream: true },
      expected: [word, DONE],
    },
  ],
  [
    "an answer in one piece",
    {
      answer: { headers: { "content-type": "application/json" }, steps: [whole.step, { send: tail }] },
      sent: whole.sent,
      rest: {},
      expected: [" ".repeat(PIECE), tail],
    },
  ],
];

describe("a caller that reads nothing for a while", () => {
  test.each(KINDS)(
    "of %s makes the upstream wait, costs no memory, and has every byte in the end, billed once",
    { timeout: 60_000 },
    async (_, { answer: script, sent, rest, expected: [piece, last] }) => {
      const { id, key } = await newLlmTenant(room);
      const { token, calls } = room.upstream.script(script);
      const before = bufferBytes();
      const answer = await askUnread(key, chat(token, rest));
      await stalled(sent);
      // What the system's own buffers take of two connections, which grow; all of it would be 64 MB.
      expect(sent() * PIECE).toBeLessThan(40 * MB);
      // Freed a while after it was collected.
      await expect.poll(() => bufferBytes() - before, { timeout: 5_000 }).toBeLessThan(4 * MB);
      expect(calls).toMatchObject([{ finished: false, hungUp: false }]);

      const seen = createHash("sha256");
      for await (const part of answer) seen.update(part as Buffer);
      const all = createHash("sha256");
      for (let time = 0; time < TIMES; time += 1) all.update(piece);
      expect(seen.digest("hex")).toBe(all.update(last).digest("hex"));
      expect(calls).toHaveLength(1);
      const row = await settledRow(room, id);
      expect(row).toMatchObject({ outcome: "completed", measured: true, prompt: 1_000, completion: 9_000 });
      expect(row.cost).toBe(costOf("echo", { prompt: 1_000, completion: 9_000 }));
    },
  );

  test("and then hangs up lets the upstream go on: the rest is read for its usage", {
    timeout: 60_000,
  }, async () => {
    const { id, key } = await newLlmTenant(room);
    const long = longBody(word);
    const { token, calls } = room.upstream.script(
      rawStream([long.step, { send: event(usageChunk(USAGE)) }, { send: DONE }]),
    );
    const answer = await askUnread(key, chat(token, { stream: true }));
    await stalled(long.sent);
    expect(long.sent()).toBeLessThan(TIMES);
    answer.destroy();
    expect(await settledRow(room, id)).toMatchObject({
      outcome: "aborted",
      measured: true,
      prompt: 1_000,
      completion: 9_000,
    });
    expect(calls).toMatchObject([{ finished: true, hungUp: false }]);
  });
});
