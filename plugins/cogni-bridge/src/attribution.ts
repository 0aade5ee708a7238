/**
 * Puts the tenant on every LLM call, and lets none out that has no tenant. One provider serves all tenants: with one for
 * each, an end user's `/model` could choose, and bill, another's (docs/decisions). The gateway's own calls that belong to
 * no agent (titles of sessions) end here, too.
 */
import type {
  OpenClawPluginApi,
  ProviderPlugin,
  ProviderWrapStreamFnContext,
} from "openclaw/plugin-sdk/plugin-entry";
import { tenantOfAgent } from "./tenant.ts";

export const PROVIDER_ID = "cogni";
/** LiteLLM's header for the end user whose budget a call counts against. */
export const TENANT_HEADER = "x-litellm-end-user-id";

type StreamFn = NonNullable<ProviderWrapStreamFnContext["streamFn"]>;

/** @throws Error (from the returned function, before any request) when the call belongs to no tenant's agent. */
export function attributed(
  ctx: Pick<ProviderWrapStreamFnContext, "agentId" | "streamFn">,
): StreamFn | undefined {
  const { agentId, streamFn } = ctx;
  if (!streamFn) return undefined;
  return (model, context, options) => {
    const tenant = tenantOfAgent(agentId);
    if (tenant === null)
      throw new Error(`refused an LLM call of ${agentId ?? "no agent"}: it belongs to no tenant`);
    return streamFn(model, context, {
      ...options,
      headers: { ...options?.headers, [TENANT_HEADER]: tenant },
    });
  };
}

export function registerAttribution(api: OpenClawPluginApi): void {
  const provider: ProviderPlugin = {
    id: PROVIDER_ID,
    label: "Cogni",
    auth: [],
    wrapStreamFn: attributed,
    wrapSimpleCompletionStreamFn: attributed,
  };
  api.registerProvider(provider);
}
