import { LLM_HEADERS, LLM_PROVIDER, llmKeyReference, llmSaltReference } from "@cogni/contract";
import { expect, test, vi } from "vitest";
import { type AttributionDeps, attributed, PROVIDER_ID } from "../src/attribution.ts";
import { HEADERS, TENANT_HEADER } from "../src/call-headers.ts";
import { createRuns } from "../src/runs.ts";
import { createTenantKeys } from "../src/tenant-keys.ts";

type Ctx = Parameters<typeof attributed>[0];
type StreamFn = NonNullable<Ctx["streamFn"]>;

/** What the wrapped function is called with besides options does not matter to it. */
const [model, context] = [{}, { messages: [] }] as unknown as Parameters<StreamFn>;

const wrap = (ctx: Partial<Ctx>, deps: Partial<AttributionDeps> = {}) => {
  const inner = vi.fn<StreamFn>();
  const stream = attributed({ streamFn: inner, ...ctx } as Ctx, {
    mayNot: () => false,
    chosenModel: async () => null,
    keys: {
      of: async (agentId) => ({ key: `key of ${agentId}`, hash: (text) => `#${text}` }),
    },
    runs: { of: async () => null },
    onCall: vi.fn(),
    ...deps,
  });
  return { inner, stream };
};

test("an LLM call carries the bare billing account of the agent that makes it, and its key", async () => {
  const { inner, stream } = wrap({ agentId: "tenant-acme" });
  await stream?.(model, context, { headers: { "x-other": "kept", [TENANT_HEADER]: "forged" }, maxTokens: 7 });
  expect(inner.mock.calls[0]?.[2]).toMatchObject({
    headers: { "x-other": "kept", [TENANT_HEADER]: "acme", authorization: "Bearer key of tenant-acme" },
    maxTokens: 7,
  });
});

test("a call says for which message it is made, by hashes; one of which nothing is known says nothing", async () => {
  const runs = createRuns();
  runs.follow({ runId: "run-1", sessionKey: "agent:a:s", channel: "telegram", senderId: "7" });
  const { inner, stream } = wrap({ agentId: "tenant-acme" }, { runs });
  await stream?.(model, context, { requestId: "run-1:model:2" });
  await stream?.(model, context, { requestId: "unknown:model:1" });
  const [known, unknown] = inner.mock.calls.map(([, , options]) => options?.headers);
  expect(known).toMatchObject({
    [HEADERS.logicalId]: "run-1.model.2",
    [HEADERS.turn]: "...run-1",
    [HEADERS.channel]: "telegram",
    [HEADERS.conversation]: "#agent:a:s",
    [HEADERS.endUser]: "#telegram 7",
  });
  expect(Object.keys(unknown ?? {}).sort()).toEqual(
    ["authorization", TENANT_HEADER, HEADERS.logicalId].sort(),
  );
});

test("a compaction's conversation is waited for, since it is told just after its call", async () => {
  const runs = createRuns();
  const run = runs.of("x:compaction:y:model:1");
  runs.follow({ runId: "x:compaction:y", sessionKey: "agent:a:s" });
  expect(await run).toMatchObject({ sessionKey: "agent:a:s", channel: null, senderId: null });
});

test("a call goes to the model that its tenant chose, with all else as it was", async () => {
  const { inner, stream } = wrap({ agentId: "tenant-acme" }, { chosenModel: async () => "large" });
  await stream?.(model, context, undefined);
  const options = inner.mock.calls[0]?.[2];
  expect(await options?.onPayload?.({ model: "small", n: 1 }, model)).toEqual({ model: "large", n: 1 });
});

test("a call without a tenant is refused before any request", () => {
  for (const agentId of [undefined, "", "nobody", "main", "tenant-", "tenant-Acme", "acme"]) {
    const { inner, stream } = wrap(agentId === undefined ? {} : { agentId });
    expect(() => stream?.(model, context, undefined)).toThrow(/no tenant/);
    expect(inner).not.toHaveBeenCalled();
  }
});

test("a call without a key is refused before any request", async () => {
  const keys = { of: async () => Promise.reject(new Error("none")) };
  const { inner, stream } = wrap({ agentId: "tenant-acme" }, { keys });
  await expect(stream?.(model, context, undefined)).rejects.toThrow("none");
  expect(inner).not.toHaveBeenCalled();
});

test("a call of a suspended tenant's agent is refused before any request, also in a run that began before", async () => {
  const suspended = new Set<string>();
  const { inner, stream } = wrap({ agentId: "tenant-acme" }, { mayNot: (id) => suspended.has(id) });
  await stream?.(model, context, undefined);
  suspended.add("tenant-acme");
  expect(() => stream?.(model, context, undefined)).toThrow(/suspended/);
  suspended.clear();
  await stream?.(model, context, undefined);
  expect(inner).toHaveBeenCalledTimes(2);
});

test("a tenant's key is asked for anew for each call, once for calls at once, and kept on while nobody can be asked", async () => {
  let now = 0;
  let isDown = false;
  const post = vi.fn(async (_path: string, body: object) => {
    if (isDown) throw new Error("away");
    const { ids } = body as { ids: string[] };
    return { values: Object.fromEntries(ids.map((id) => [id, `${id} at ${now}`])) };
  });
  const keys = createTenantKeys({ post }, new Map(), () => now);
  const [one, other] = await Promise.all([keys.of("tenant-acme"), keys.of("tenant-acme")]);
  expect(post).toHaveBeenCalledTimes(1);
  expect(post).toHaveBeenCalledWith("/internal/v1/secrets", {
    protocolVersion: 1,
    provider: "cogni",
    ids: [llmKeyReference("acme"), llmSaltReference("acme")],
  });
  expect(one).toBe(other);
  expect(one.hash("a")).not.toBe((await keys.of("tenant-beta")).hash("a"));
  now = 1_000;
  isDown = true;
  expect(await keys.of("tenant-acme")).toBe(one);
  isDown = false;
  expect((await keys.of("tenant-acme")).key).toBe(`llm/key/acme at ${now}`);
});

test("the plugin attributes the very provider that the config names, in the headers that the endpoint reads", () => {
  expect(PROVIDER_ID).toBe(LLM_PROVIDER);
  expect(LLM_HEADERS).toMatchObject(HEADERS);
});
