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
import { isSuspended } from "./suspended.ts";
import { tenantOfAgent } from "./tenant.ts";

export const PROVIDER_ID = "cogni";
/** LiteLLM's header for the end user whose budget a call counts against. */
export const TENANT_HEADER = "x-litellm-end-user-id";

type StreamFn = NonNullable<ProviderWrapStreamFnContext["streamFn"]>;

/**
 * @param mayNot whether an agent may make no calls now, asked at each of them
 * @throws Error (from the returned function, before any request) when the call belongs to no tenant's agent, or to one that
 *   is suspended.
 */
export function attributed(
  ctx: Pick<ProviderWrapStreamFnContext, "agentId" | "streamFn">,
  mayNot: (agentId: string) => boolean,
): StreamFn | undefined {
  const { agentId, streamFn } = ctx;
  if (!streamFn) return undefined;
  return (model, context, options) => {
    const tenant = tenantOfAgent(agentId);
    if (agentId === undefined || tenant === null)
      throw new Error(`refused an LLM call of ${agentId ?? "no agent"}: it belongs to no tenant`);
    if (mayNot(agentId)) throw new Error(`refused an LLM call of ${agentId}: it is suspended`);
    return streamFn(model, context, {
      ...options,
      headers: { ...options?.headers, [TENANT_HEADER]: tenant },
    });
  };
}

export function registerAttribution(api: OpenClawPluginApi): void {
  const wrap = (ctx: ProviderWrapStreamFnContext) => attributed(ctx, isSuspended);
  const provider: ProviderPlugin = {
    id: PROVIDER_ID,
    label: "Cogni",
    auth: [],
    wrapStreamFn: wrap,
    wrapSimpleCompletionStreamFn: wrap,
  };
  api.registerProvider(provider);
}
