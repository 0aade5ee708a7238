/**
 * Puts the tenant on every LLM call, and lets none out that has no tenant. One provider serves all tenants: with one for
 * each, an end user's `/model` could choose, and bill, another's (docs/decisions). The gateway's own calls that belong to
 * no agent (titles of sessions) end here, too.
 *
 * A tenant's own choice of a model is put on the call here as well. Chosen any earlier, by the hook `before_model_resolve`, the gateway
 * takes it for a fallback and tells the person who wrote (measured, OpenClaw 2026.9.6).
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

type StreamOptions = NonNullable<Parameters<StreamFn>[2]>;

/** In the request alone: an answer of another model than the gateway asked for would be told as a fallback, too. */
function onWire(chosen: string, options: StreamOptions | undefined): Pick<StreamOptions, "onPayload"> {
  return {
    async onPayload(payload, model) {
      const before = (await options?.onPayload?.(payload, model)) ?? payload;
      return { ...(before as object), model: chosen };
    },
  };
}

/** The model that an agent's tenant chose; null: the one that the gateway's config gives it. */
export type ChosenModel = (agentId: string) => Promise<string | null>;

/**
 * @param mayNot whether an agent may make no calls now, asked at each of them
 * @throws Error (from the returned function, before any request) when the call belongs to no tenant's agent, or to one that
 *   is suspended.
 */
export function attributed(
  ctx: Pick<ProviderWrapStreamFnContext, "agentId" | "streamFn">,
  mayNot: (agentId: string) => boolean,
  chosenModel: ChosenModel,
): StreamFn | undefined {
  const { agentId, streamFn } = ctx;
  if (!streamFn) return undefined;
  return (model, context, options) => {
    const tenant = tenantOfAgent(agentId);
    if (agentId === undefined || tenant === null)
      throw new Error(`refused an LLM call of ${agentId ?? "no agent"}: it belongs to no tenant`);
    if (mayNot(agentId)) throw new Error(`refused an LLM call of ${agentId}: it is suspended`);
    const headers = { ...options?.headers, [TENANT_HEADER]: tenant };
    return chosenModel(agentId).then((chosen) =>
      streamFn(model, context, { ...options, headers, ...(chosen !== null && onWire(chosen, options)) }),
    );
  };
}

export function registerAttribution(api: OpenClawPluginApi, chosenModel: ChosenModel): void {
  const wrap = (ctx: ProviderWrapStreamFnContext) => attributed(ctx, isSuspended, chosenModel);
  const provider: ProviderPlugin = {
    id: PROVIDER_ID,
    label: "Cogni",
    auth: [],
    wrapStreamFn: wrap,
    wrapSimpleCompletionStreamFn: wrap,
  };
  api.registerProvider(provider);
}
