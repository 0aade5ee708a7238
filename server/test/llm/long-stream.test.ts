/** A stream that is open for ten minutes, and much longer than anyone waits for an answer in one piece. */
import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { delta, usageChunk } from "../../../dev-env/src/stand-ins/upstream/answers.ts";
import { event, rawStream } from "../../../dev-env/src/stand-ins/upstream/sse.ts";
import { LONG } from "../../../test/support/long.ts";
import { ask, chat, costOf, type LlmRoom, llmRoom, newLlmTenant, settledRow } from "../support/llm.ts";

const MINUTE_MS = 60_000;
const EVERY_MS = 250;
let room: LlmRoom;
beforeAll(async () => {
  room = await llmRoom();
});
afterAll(() => room.close());

async function longStream(ms: number): Promise<void> {
  // Its place is renewed for as long as it is open.
  const { id, key } = await newLlmTenant(room, { concurrent_calls: 1, day_nano: "900000000" });
  const usage = { prompt_tokens: 1_000, completion_tokens: 9_000 };
  const chunk = event(delta("and so on "));
  const times = Math.round(ms / EVERY_MS);
  const script = room.upstream.script(
    rawStream([
      { repeat: [{ send: chunk }, { waitMs: EVERY_MS }], times },
      { send: event(usageChunk(usage)) },
      { send: event("[DONE]") },
    ]),
  );
  const begun = performance.now();
  const answer = await ask(room.role, key, chat(script.token, { stream: true }));
  const seen = createHash("sha256");
  for await (const part of answer.body ?? []) seen.update(part);
  expect(performance.now() - begun).toBeGreaterThan(ms);
  const sent = createHash("sha256").update(chunk.repeat(times)).update(event("[DONE]"));
  expect(seen.digest("hex")).toBe(sent.digest("hex"));
  const row = await settledRow(room, id);
  expect(row).toMatchObject({ outcome: "completed", measured: true, prompt: 1_000, completion: 9_000 });
  expect(row.cost).toBe(costOf("echo", { prompt: 1_000, completion: 9_000 }));
  expect(row.latency_ms).toBeGreaterThan(ms);
}

test("a stream of three seconds is whole, and billed by the usage at its end", () => longStream(3_000));

test.runIf(LONG)(
  "a stream of ten minutes is whole, and billed by the usage at its end",
  { timeout: 12 * MINUTE_MS },
  () => longStream(10 * MINUTE_MS),
);
