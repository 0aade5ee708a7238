import { LLM_PROVIDER } from "@cogni/contract";
import { expect, test, vi } from "vitest";
import { attributed, PROVIDER_ID, TENANT_HEADER } from "../src/attribution.ts";

type Ctx = Parameters<typeof attributed>[0];
type StreamFn = NonNullable<Ctx["streamFn"]>;

/** What the wrapped function is called with besides options does not matter to it. */
const [model, context] = [{}, { messages: [] }] as unknown as Parameters<StreamFn>;

interface Given {
  readonly isSuspended?: (agentId: string) => boolean;
  readonly chosen?: string;
}

const wrap = (ctx: Partial<Ctx>, { isSuspended = () => false, chosen }: Given = {}) => {
  const inner = vi.fn<StreamFn>();
  const stream = attributed({ streamFn: inner, ...ctx } as Ctx, isSuspended, async () => chosen ?? null);
  return { inner, stream };
};

test("an LLM call carries the bare billing account of the agent that makes it", async () => {
  const { inner, stream } = wrap({ agentId: "tenant-acme" });
  await stream?.(model, context, { headers: { "x-other": "kept", [TENANT_HEADER]: "forged" }, maxTokens: 7 });
  expect(inner).toHaveBeenCalledWith(model, context, {
    headers: { "x-other": "kept", [TENANT_HEADER]: "acme" },
    maxTokens: 7,
  });
});

test("a call goes to the model that its tenant chose, with all else as it was", async () => {
  const { inner, stream } = wrap({ agentId: "tenant-acme" }, { chosen: "large" });
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

test("a call of a suspended tenant's agent is refused before any request, also in a run that began before", async () => {
  const suspended = new Set<string>();
  const { inner, stream } = wrap({ agentId: "tenant-acme" }, { isSuspended: (id) => suspended.has(id) });
  await stream?.(model, context, undefined);
  suspended.add("tenant-acme");
  expect(() => stream?.(model, context, undefined)).toThrow(/suspended/);
  suspended.clear();
  await stream?.(model, context, undefined);
  expect(inner).toHaveBeenCalledTimes(2);
});

test("the plugin attributes the very provider that the config names", () => {
  expect(PROVIDER_ID).toBe(LLM_PROVIDER);
});
