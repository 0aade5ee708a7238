/** The scripted upstream does what a script says: a proxy proven against another would be proven against nothing. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { completion, death, halfBody, refusal, stream } from "../src/stand-ins/upstream/answers.ts";
import { PLAIN_USAGE } from "../src/stand-ins/upstream/plain.ts";
import { cut, events, rawStream } from "../src/stand-ins/upstream/sse.ts";
import { startUpstream, type Upstream } from "../src/stand-ins/upstream.ts";

let upstream: Upstream;
beforeAll(async () => {
  upstream = await startUpstream();
});
afterAll(() => upstream.close());

const ask = (content: string, rest: object = {}, init: RequestInit = {}) =>
  fetch(`${upstream.baseUrl}/chat/completions`, {
    method: "POST",
    body: JSON.stringify({ model: "small", messages: [{ role: "user", content }], ...rest }),
    ...init,
  });

test("a call without a script gets a plain answer of the model it asked for, with usage; a stream tells it if asked", async () => {
  expect(await (await ask("hello")).json()).toMatchObject({ model: "small", usage: PLAIN_USAGE });
  expect(await (await ask("hello", { stream: true })).text()).not.toContain("usage");
  const told = await (await ask("hello", { stream: true, stream_options: { include_usage: true } })).text();
  expect(told).toContain('"choices":[],"usage":');
  expect(told.endsWith("data: [DONE]\n\n")).toBe(true);
});

test("scripts at the same time keep apart, and go on with their last answer", async () => {
  const one = upstream.script(refusal(503, { "retry-after": 7 }), completion({ texts: ["one"] }));
  const two = upstream.script(stream({ texts: ["two"] }));
  const [refused, streamed] = await Promise.all([ask(one.token), ask(two.token)]);
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "7"]);
  expect(await streamed.text()).toContain('"content":"two"');
  for (const _ of [2, 3]) expect(await (await ask(one.token)).text()).toContain('"content":"one"');
  expect(one.calls.map(({ nth, finished, hungUp }) => [nth, finished, hungUp])).toEqual([
    [1, true, false],
    [2, true, false],
    [3, true, false],
  ]);
  expect(two.calls).toHaveLength(1);
});

test("bytes arrive as they were cut, through characters and line ends", async () => {
  const text = events([{ a: "ä€😀" }], { newline: "\r\n", comment: "so", event: "message", lines: true });
  const everywhere = Array.from({ length: Buffer.byteLength(text) }, (_, index) => index);
  const script = upstream.script(rawStream(cut(text, everywhere)));
  expect(await (await ask(script.token)).text()).toBe(text);
});

test("it dies where it is told to: before anything, and in the midst of a body", async () => {
  const early = upstream.script(death());
  await expect(ask(early.token)).rejects.toThrow("fetch failed");
  const half = upstream.script(halfBody({ some: "text of some length" }));
  await expect((await ask(half.token)).text()).rejects.toThrow();
  expect([...early.calls, ...half.calls].map(({ hungUp }) => hungUp)).toEqual([false, false]);
});

test("a caller who hangs up is seen, whether it hangs or goes on without an end", async () => {
  for (const script of [
    upstream.script(rawStream([{ hang: true }])),
    upstream.script(rawStream([{ repeat: [{ send: ": on\n\n" }, { waitMs: 1 }] }])),
  ]) {
    const caller = new AbortController();
    const asked = ask(script.token, {}, { signal: caller.signal }).then((response) => response.text());
    await expect.poll(() => script.calls.length).toBe(1);
    caller.abort();
    await expect(asked).rejects.toThrow();
    await expect.poll(() => script.calls[0]?.hungUp).toBe(true);
  }
});

test("it packs a body where that is accepted, or whatever was asked for", async () => {
  const [asked, always] = (["asked", "always"] as const).map((gzip) =>
    upstream.script(completion({}, { gzip })),
  );
  const plain = { headers: { "accept-encoding": "identity" } };
  expect((await ask(asked?.token ?? "", {}, plain)).headers.get("content-encoding")).toBeNull();
  expect((await ask(asked?.token ?? "")).headers.get("content-encoding")).toBe("gzip");
  expect((await ask(always?.token ?? "", {}, plain)).headers.get("content-encoding")).toBe("gzip");
});
