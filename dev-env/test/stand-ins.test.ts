/** The stand-ins keep the rules of the real ones: what is proven against them would otherwise prove nothing. */

import { lastWords } from "@cogni/contract";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type LlmStandIn, startLlm } from "../src/stand-ins/llm.ts";
import { remote } from "../src/stand-ins/loopback.ts";
import { startTelegram, type TelegramControl, type TelegramStandIn } from "../src/stand-ins/telegram.ts";

let telegram: TelegramStandIn;
let llm: LlmStandIn;
let bots = 0;

beforeAll(async () => {
  telegram = await startTelegram();
  llm = await startLlm({ requireTenant: true });
});
afterAll(async () => {
  await telegram.close();
  await llm.close();
});

function newBot(): string {
  const token = `${++bots}:secret`;
  telegram.addBot({ token, username: `bot_${bots}` });
  return token;
}

async function call(token: string, method: string, params: object = {}): Promise<Record<string, unknown>> {
  const response = await fetch(`${telegram.url}/bot${token}/${method}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(params),
  });
  return (await response.json()) as Record<string, unknown>;
}

test("an update comes again until a higher offset confirms it", async () => {
  const token = newBot();
  const id = telegram.say(token, { chat: 1, text: "hello" });
  const first = await call(token, "getUpdates");
  expect(first.result).toMatchObject([{ update_id: id, message: { text: "hello" } }]);
  expect(await call(token, "getUpdates")).toEqual(first);
  expect(await call(token, "getUpdates", { offset: id + 1 })).toMatchObject({ ok: true, result: [] });
  expect(telegram.pending(token)).toBe(0);
});

test("a long poll is answered when something is said, and a second one ends the first with 409", async () => {
  const token = newBot();
  const first = call(token, "getUpdates", { timeout: 30 });
  await expect.poll(() => telegram.polls(token).length).toBe(1);
  const second = call(token, "getUpdates", { timeout: 30 });
  expect(await first).toMatchObject({ ok: false, error_code: 409 });
  telegram.say(token, { chat: 1, text: "now" });
  expect(await second).toMatchObject({ result: [{ message: { text: "now" } }] });
});

test("another program's webhook ends a poll and refuses the next, until it is removed; one that insists sets it again", async () => {
  const token = newBot();
  const poll = call(token, "getUpdates", { timeout: 30 });
  await expect.poll(() => telegram.polls(token).length).toBe(1);
  telegram.rival(token, "webhook");
  expect(await poll).toMatchObject({ error_code: 409, description: expect.stringContaining("setWebhook") });
  expect(await call(token, "getUpdates")).toMatchObject({
    error_code: 409,
    description: expect.stringContaining("while webhook is active"),
  });
  expect(await call(token, "deleteWebhook")).toMatchObject({ ok: true });
  expect(await call(token, "getUpdates")).toMatchObject({ ok: true });
  await expect.poll(() => call(token, "getUpdates")).toMatchObject({ error_code: 409 });
  telegram.rival(token, null);
  expect(await call(token, "getUpdates")).toMatchObject({ ok: true });
});

test("another program that polls ends every long poll, until it is ended", async () => {
  const token = newBot();
  telegram.rival(token, "poller");
  const poll = call(token, "getUpdates", { timeout: 30 });
  expect(await poll).toMatchObject({
    error_code: 409,
    description: expect.stringContaining("other getUpdates"),
  });
  telegram.rival(token, null);
  expect(await call(token, "getUpdates", { timeout: 1 })).toMatchObject({ ok: true });
});

test("a malformed token is 404, an unknown or revoked one 401, in the middle of a poll too", async () => {
  const token = newBot();
  const poll = call(token, "getUpdates", { timeout: 30 });
  await expect.poll(() => telegram.polls(token).length).toBe(1);
  telegram.revoke(token);
  expect(await poll).toMatchObject({ error_code: 401 });
  expect(await call(token, "getMe")).toMatchObject({ error_code: 401 });
  expect(await call("999:unknown", "getMe")).toMatchObject({ error_code: 401 });
  expect(await call("nonsense", "getMe")).toMatchObject({ error_code: 404 });
});

test("a fault hits the methods it names, until it is taken back", async () => {
  const token = newBot();
  telegram.fault(token, { kind: "status", status: 429, retryAfterS: 3 }, ["getMe"]);
  expect(await call(token, "getMe")).toMatchObject({ error_code: 429, parameters: { retry_after: 3 } });
  expect(await call(token, "getWebhookInfo")).toMatchObject({ ok: true });
  telegram.fault(token, { kind: "cut" });
  await expect(call(token, "getMe")).rejects.toThrow();
  telegram.fault(token, null);
  expect(await call(token, "getMe")).toMatchObject({ ok: true, result: { is_bot: true } });
});

test("another process steers a stand-in as its own does", async () => {
  const token = newBot();
  const control = remote<TelegramControl>(telegram.url);
  await call(token, "sendMessage", { chat_id: 5, text: "out" });
  expect(await control.sent(token)).toEqual(telegram.sent(token));
  await expect(control.sent("7:unknown")).rejects.toThrow("call addBot first");
});

test("the LLM refuses a call that says not whose it is, else echoes, and says what it is told to say", async () => {
  const ask = async (headers: Record<string, string>, stream: boolean): Promise<string> => {
    const messages = [{ role: "user", content: [{ type: "text", text: "hello you" }] }];
    const response = await fetch(`${llm.baseUrl}/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify({ model: "echo", stream, messages }),
    });
    return `${response.status} ${await response.text()}`;
  };
  const acme = { "x-litellm-end-user-id": "acme" };
  expect(await ask({}, false)).toMatch(/^400/);
  expect(await ask(acme, false)).toMatch(/^200 .*"content":"hello you".*"total_tokens":4/);
  llm.answerNext("acme", [{ toolCalls: [{ name: "message", arguments: { to: "x" } }] }]);
  expect(await ask(acme, true)).toMatch(/"name":"message".*"finish_reason":"tool_calls"/s);
  expect(await ask(acme, true)).toMatch(/"content":"hello you".*\[DONE\]/s);
  expect(llm.calls().map((one) => [one.endUserId, one.status])).toEqual([
    [null, 400],
    ["acme", 200],
    ["acme", 200],
    ["acme", 200],
  ]);
});

test("a person's words are found inside what the gateway wraps around them", () => {
  const who =
    '[Sun 2026-11-22 13:20 UTC] Conversation info: ⟦openclaw:ctx⟧\n```json\n{"sender":{"id":"7"}}\n```\n\n';
  const context = "<<<BEGIN_OPENCLAW_INTERNAL_CONTEXT>>>\nhello\n<<<END_OPENCLAW_INTERNAL_CONTEXT>>>";
  expect(lastWords([`${who}first`, `${who}two\nlines\n\nRuntime: agent=a | session=s`, context])).toBe(
    "two\nlines",
  );
  expect(lastWords(["bare"])).toBe("bare");
});
