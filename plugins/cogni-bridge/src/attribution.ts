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
import { callHeaders } from "./call-headers.ts";
import type { Runs } from "./runs.ts";
import { isSuspended } from "./suspended.ts";
import { tenantOfAgent } from "./tenant.ts";
import type { TenantKeys } from "./tenant-keys.ts";

export const PROVIDER_ID = "cogni";

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

export interface AttributionDeps {
  /** Whether an agent may make no calls now, asked at each of them. */
  readonly mayNot: (agentId: string) => boolean;
  readonly chosenModel: ChosenModel;
  readonly keys: TenantKeys;
  readonly runs: Runs;
  /** A call of this run is on its way. */
  readonly onCall: (agentId: string, callName: string, sessionKey: string) => void;
}

/**
 * @throws Error (from the returned function, before any request) when the call belongs to no tenant's agent, or to one that
 *   is suspended; it rejects where the tenant's key is not to be had.
 */
export function attributed(
  ctx: Pick<ProviderWrapStreamFnContext, "agentId" | "streamFn">,
  { mayNot, chosenModel, keys, runs, onCall }: AttributionDeps,
): StreamFn | undefined {
  const { agentId, streamFn } = ctx;
  if (!streamFn) return undefined;
  return (model, context, options) => {
    if (agentId === undefined || tenantOfAgent(agentId) === null)
      throw new Error(`refused an LLM call of ${agentId ?? "no agent"}: it belongs to no tenant`);
    if (mayNot(agentId)) throw new Error(`refused an LLM call of ${agentId}: it is suspended`);
    const callName = options?.requestId ?? null;
    return (async () => {
      const [chosen, key, run] = await Promise.all([
        chosenModel(agentId),
        keys.of(agentId),
        callName === null ? null : runs.of(callName),
      ]);
      if (callName !== null && run?.sessionKey) onCall(agentId, callName, run.sessionKey);
      const headers = { ...options?.headers, ...callHeaders(agentId, key, callName, run) };
      return streamFn(model, context, {
        ...options,
        headers,
        ...(chosen !== null && onWire(chosen, options)),
      });
    })();
  };
}

export function registerAttribution(api: OpenClawPluginApi, deps: Omit<AttributionDeps, "mayNot">): void {
  const wrap = (ctx: ProviderWrapStreamFnContext) => attributed(ctx, { ...deps, mayNot: isSuspended });
  const provider: ProviderPlugin = {
    id: PROVIDER_ID,
    label: "Cogni",
    auth: [],
    wrapStreamFn: wrap,
    wrapSimpleCompletionStreamFn: wrap,
  };
  api.registerProvider(provider);
}
