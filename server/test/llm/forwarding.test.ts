/** What goes upstream, and what comes back: as it was, but for what is ours to add. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { completion, jsonAnswer, refusal } from "../../../dev-env/src/stand-ins/upstream/answers.ts";
import { PLAIN_EMBEDDING, PLAIN_TEXT, PLAIN_USAGE } from "../../../dev-env/src/stand-ins/upstream/plain.ts";
import {
  ask,
  chat,
  costOf,
  errorOf,
  type LlmRoom,
  llmRoom,
  messageHeaders,
  newLlmTenant,
  settledRow,
  settledRows,
  UPSTREAM_KEY,
} from "../support/llm.ts";

let room: LlmRoom;
beforeAll(async () => {
  room = await llmRoom();
});
afterAll(() => room.close());

describe("upstream", () => {
  test("gets a body byte for byte, whatever is in it that nobody here knows", async () => {
    const { key } = await newLlmTenant(room);
    const script = room.upstream.script(completion());
    const body = `{ "max_tokens": 10 ,"model":"echo",\n "seed": 12345678901234567890, "temperature": 0.10, "x_new": {"a":[1,null]},
      "tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object"}}}], "response_format": {"type":"json_object"},
      "messages": [{"role":"user","content":[{"type":"text","text":"ä😀 \\u00e4 ${script.token}"},{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgo="}}]}]}`;
    expect((await ask(room.role, key, body)).status).toBe(200);
    expect(script.calls[0]?.body.toString()).toBe(body);
    expect(script.calls[0]?.path).toBe("/v1/chat/completions");
  });

  test("is asked for the usage of a stream, and keeps every other field and digit", async () => {
    const { key } = await newLlmTenant(room);
    const script = room.upstream.script(completion());
    const rest = `"seed":12345678901234567890,"messages":[{"role":"user","content":"${script.token}"}],"max_tokens":10`;
    const bodies = [
      `{"model":"echo","stream":true,${rest}}`,
      `{"model":"echo","stream":true,"stream_options":{"include_obfuscation":false,"include_usage":false},${rest}}`,
      `{"model":"echo","stream":true,"stream_options":null,${rest}}`,
    ];
    for (const body of bodies) await (await ask(room.role, key, body)).text();
    const sent = script.calls.map(({ body }) => body.toString());
    for (const [index, text] of sent.entries()) {
      expect(text).toContain('"seed":12345678901234567890');
      const { stream_options: options, ...others } = JSON.parse(text) as Record<string, unknown>;
      const { stream_options: _, ...asked } = JSON.parse(bodies[index] ?? "") as Record<string, unknown>;
      expect(others).toEqual(asked);
      expect(options).toEqual({ include_usage: true, ...(index === 1 && { include_obfuscation: false }) });
    }
  });

  test("is told our key, the tenant and the attempt, and nothing by which the caller could speak for another", async () => {
    const { id, key } = await newLlmTenant(room);
    const script = room.upstream.script(completion());
    const answer = await ask(room.role, key, chat(script.token), {
      headers: messageHeaders({
        cookie: "session=stolen",
        "x-api-key": "theirs",
        "api-key": "theirs",
        "x-goog-api-key": "theirs",
        "proxy-authorization": "Basic dGhlaXJz",
        "x-litellm-api-key": "theirs",
        "x-litellm-end-user-id": "another-tenant",
        "x-litellm-call-id": "theirs",
        "x-litellm-tags": "theirs",
        "x-cogni-call-id": "theirs",
      }),
    });
    const headers = script.calls[0]?.headers ?? {};
    const callId = answer.headers.get("x-cogni-call-id");
    expect(headers).toMatchObject({
      authorization: `Bearer ${UPSTREAM_KEY}`,
      "x-litellm-end-user-id": id,
      "x-litellm-call-id": callId,
      "x-cogni-call-id": callId,
      "content-type": "application/json",
    });
    expect(JSON.stringify(headers)).not.toMatch(/theirs|stolen|another-tenant|dGhlaXJz/);
    expect(JSON.stringify(headers)).not.toContain(key);
    expect(answer.headers.get("set-cookie")).toBeNull();
  });

  test("is asked once for each attempt, and an attempt that is repeated is another row of the same call", async () => {
    const { id, key } = await newLlmTenant(room);
    const script = room.upstream.script(refusal(503), completion());
    const headers = messageHeaders();
    for (const status of [503, 200]) {
      expect((await ask(room.role, key, chat(script.token), { headers })).status).toBe(status);
    }
    const rows = await settledRows(room, id, 2);
    expect(script.calls).toHaveLength(2);
    expect(new Set(rows.map(({ call_id }) => call_id)).size).toBe(2);
    expect(new Set(rows.map(({ logical_id }) => logical_id))).toEqual(
      new Set([headers["x-cogni-request-id"]]),
    );
    expect(rows.map(({ outcome, cost }) => [outcome, cost])).toEqual([
      ["upstream_refused", 0n],
      ["completed", costOf("echo", { prompt: 12, completion: 5 })],
    ]);
  });

  test("that packs its answers is not asked to, and one that packs all the same is still read and billed", async () => {
    const { id, key } = await newLlmTenant(room);
    for (const gzip of ["asked", "always"] as const) {
      const script = room.upstream.script(completion({}, { gzip }));
      const answer = await ask(room.role, key, chat(script.token));
      expect(await answer.json()).toMatchObject({ usage: PLAIN_USAGE });
    }
    const rows = await settledRows(room, id, 2);
    expect(rows[0]).toMatchObject({ measured: true, prompt: 12, completion: 5 });
    expect(rows[1]?.cost).toBeGreaterThan(0n);
  });
});

describe("the caller", () => {
  test("gets an answer byte for byte, with tool calls and whatever else is in it", async () => {
    const { key } = await newLlmTenant(room);
    const body = `{"id":"x" ,"model":"echo","choices":[{"index":0,"message":{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function",
      "function":{"name":"f","arguments":"{\\"a\\":1.0}"}}],"annotations":[]},"logprobs":null,"finish_reason":"tool_calls"}],
      "usage":{"prompt_tokens":1,"completion_tokens":2},"system_fingerprint":"fp","big":12345678901234567890}`;
    const script = room.upstream.script(
      jsonAnswer(body, { headers: { "x-ratelimit-remaining-tokens": 9, "set-cookie": "a=b" } }),
    );
    const answer = await ask(room.role, key, chat(script.token));
    expect(await answer.text()).toBe(body);
    expect(answer.headers.get("content-type")).toBe("application/json");
    expect(answer.headers.get("x-ratelimit-remaining-tokens")).toBe("9");
    expect(answer.headers.get("set-cookie")).toBeNull();
  });

  test.each([400, 404, 408, 429, 500, 503])(
    "is told the upstream's own %s, with its Retry-After and its words, and pays nothing",
    async (status) => {
      const { id, key } = await newLlmTenant(room);
      const script = room.upstream.script(refusal(status, { "retry-after": 17 }));
      const answer = await ask(room.role, key, chat(script.token, { stream: status % 2 === 1 }));
      expect(answer.headers.get("retry-after")).toBe("17");
      expect(await errorOf(answer)).toMatchObject({ status, code: `refused_${status}` });
      expect(script.calls).toHaveLength(1);
      expect(await settledRow(room, id)).toMatchObject({ outcome: "upstream_refused", status, cost: 0n });
    },
  );

  test.each([401, 402, 403, 407])(
    "is not told that the upstream refuses the operator's own key or money with %s as if it were theirs",
    async (status) => {
      const { id, key } = await newLlmTenant(room);
      const script = room.upstream.script(refusal(status));
      expect(await errorOf(await ask(room.role, key, chat(script.token)))).toMatchObject({
        status: 502,
        code: "upstream_refuses_operator",
      });
      expect(await settledRow(room, id)).toMatchObject({
        outcome: "upstream_refused",
        status: 502,
        cost: 0n,
      });
    },
  );

  test("is sent nowhere else: a redirect is not followed with our key", async () => {
    const { key } = await newLlmTenant(room);
    const elsewhere = room.upstream.script(completion());
    const script = room.upstream.script({
      status: 307,
      headers: { location: `${room.upstream.baseUrl}/elsewhere?${elsewhere.token}` },
      steps: [],
    });
    const before = room.upstream.calls.length;
    const body = chat(script.token);
    const answer = await fetch(`${room.role.url}/v1/chat/completions`, {
      method: "POST",
      redirect: "manual",
      headers: { authorization: `Bearer ${key}` },
      body: JSON.stringify(body),
    });
    expect([307, 502]).toContain(answer.status);
    expect([script.calls.length, elsewhere.calls.length, room.upstream.calls.length]).toEqual([1, 0, before]);
  });

  test.each(["text/html", "text/plain; charset=utf-8", "application/octet-stream"])(
    "pays for an answer that calls itself %s",
    async (type) => {
      const { id, key } = await newLlmTenant(room);
      const script = room.upstream.script(completion({}, { headers: { "content-type": type } }));
      expect(await (await ask(room.role, key, chat(script.token))).text()).toContain(PLAIN_TEXT);
      expect((await settledRow(room, id)).cost).toBeGreaterThan(0n);
    },
  );

  test("gets embeddings, which are metered by their prompt", async () => {
    const { id, key } = await newLlmTenant(room);
    const asked = { model: "echo", input: ["some text", "another"] };
    const answer = await ask(room.role, key, asked, { path: "/v1/embeddings" });
    expect(await answer.json()).toMatchObject({ object: "list", usage: PLAIN_EMBEDDING });
    expect(await settledRow(room, id)).toMatchObject({
      prompt: 7,
      completion: 0,
      cost: costOf("echo", { prompt: 7, completion: 0 }),
      measured: true,
      route: expect.stringContaining("embeddings"),
    });
  });

  test("gets embeddings within a budget that no answer's tokens would fit in, and the upstream is told of no bound", async () => {
    // A dozen tokens of a prompt; an answer of the longest kind would be a thousand times as much.
    const { key } = await newLlmTenant(room, { day_nano: 10_000 });
    const script = room.upstream.script(
      jsonAnswer(JSON.stringify({ object: "list", data: [], usage: PLAIN_EMBEDDING })),
    );
    const asked = { model: "echo", input: [script.token] };
    const answer = await ask(room.role, key, asked, { path: "/v1/embeddings" });
    expect([answer.status, answer.headers.get("x-cogni-limit")]).toEqual([200, null]);
    expect(JSON.parse(String(script.calls[0]?.body))).toEqual(asked);
  });
});
