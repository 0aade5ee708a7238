import { LLM_PROVIDER } from "@cogni/contract";
import { expect, test, vi } from "vitest";
import { attributed, PROVIDER_ID, TENANT_HEADER } from "../src/attribution.ts";

type Ctx = Parameters<typeof attributed>[0];
type StreamFn = NonNullable<Ctx["streamFn"]>;

/** What the wrapped function is called with besides options does not matter to it. */
const [model, context] = [{}, { messages: [] }] as unknown as Parameters<StreamFn>;
const wrap = (ctx: Partial<Ctx>, isSuspended: (agentId: string) => boolean = () => false) => {
  const inner = vi.fn<StreamFn>();
  return { inner, stream: attributed({ streamFn: inner, ...ctx } as Ctx, isSuspended) };
};

test("an LLM call carries the bare billing account of the agent that makes it", () => {
  const { inner, stream } = wrap({ agentId: "tenant-acme" });
  stream?.(model, context, { headers: { "x-other": "kept", [TENANT_HEADER]: "forged" }, maxTokens: 7 });
  expect(inner).toHaveBeenCalledWith(model, context, {
    headers: { "x-other": "kept", [TENANT_HEADER]: "acme" },
    maxTokens: 7,
  });
});

test("a call without a tenant is refused before any request", () => {
  for (const agentId of [undefined, "", "nobody", "main", "tenant-", "tenant-Acme", "acme"]) {
    const { inner, stream } = wrap(agentId === undefined ? {} : { agentId });
    expect(() => stream?.(model, context, undefined)).toThrow(/no tenant/);
    expect(inner).not.toHaveBeenCalled();
  }
});

test("a call of a suspended tenant's agent is refused before any request, also in a run that began before", () => {
  const suspended = new Set<string>();
  const { inner, stream } = wrap({ agentId: "tenant-acme" }, (agentId) => suspended.has(agentId));
  stream?.(model, context, undefined);
  suspended.add("tenant-acme");
  expect(() => stream?.(model, context, undefined)).toThrow(/suspended/);
  suspended.clear();
  stream?.(model, context, undefined);
  expect(inner).toHaveBeenCalledTimes(2);
});

test("the plugin attributes the very provider that the config names", () => {
  expect(PROVIDER_ID).toBe(LLM_PROVIDER);
});
