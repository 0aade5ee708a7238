/**
 * Our part of a gateway's config, and what a living gateway's differs from it. The template is the same that seeds a
 * fresh gateway, so that seed and reconcile cannot drift apart. Pure, but for reading two files.
 */
import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { BRIDGE_PLUGIN_ID, fillGatewayConfig, LLM_PROVIDER, overlayGatewayConfig } from "@cogni/contract";
import { z } from "zod";
import { tenantAgents } from "./accounts.ts";
import { at, isObject, type Json, type JsonObject, withValue } from "./json.ts";

export interface WantedValues {
  readonly installationId: string;
  readonly llmUrl: string;
  /** What the operator offers. */
  readonly llmModels: readonly string[];
}

/** What stands in place of every secret and reference in an answer of the gateway. */
const REDACTED = "__OPENCLAW_REDACTED__";

/** Where our items must be present, and an operator's own may stand beside them. */
const SHARED_LISTS = new Set(["plugins.allow", "plugins.load.paths"]);

export const INSTALLATION_PATH = [
  "plugins",
  "entries",
  BRIDGE_PLUGIN_ID,
  "config",
  "installationId",
] as const;

const configFileSchema = z.record(z.string(), z.json());

/** @throws Error naming the file when it is not a JSON object */
export function readConfigFile(file: string): JsonObject {
  try {
    return configFileSchema.parse(JSON.parse(readFileSync(file, "utf8"))) as JsonObject;
  } catch (error) {
    throw new Error(`${file}: is not a JSON object`, { cause: error });
  }
}

/**
 * @param template `config/openclaw-gateway.json`
 * @param overlay of the operator (GATEWAY_CONFIG_OVERLAY), merged last
 */
export function wantedConfig(template: JsonObject, values: WantedValues, overlay: JsonObject): JsonObject {
  const filled = fillGatewayConfig(template, {
    INSTALLATION_ID: values.installationId,
    LLM_URL: values.llmUrl,
    LLM_MODEL: values.llmModels,
  });
  // How a gateway listens, logs and lets callers in is decided by whoever starts it; bindings are the tenants'.
  const { bindings: _bindings, logging: _logging, gateway, ...ours } = filled;
  const { mode: _mode, bind: _bind, auth: _auth, ...doors } = isObject(gateway) ? gateway : {};
  return overlayGatewayConfig({ ...ours, gateway: doors }, overlay);
}

/** The model that a tenant's agent uses unless its tenant chose another (agents.ts); the default is one that is denied. */
export function tenantModel(llmModel: string): string {
  return `${LLM_PROVIDER}/${llmModel}`;
}

/**
 * `current` with our part made true, everything else as it is.
 *
 * @param lockable channels that the template may not name, but whose schema knows `configWrites`
 * @param overlay of the operator: only it may turn on or off a channel that the gateway already has
 * @param managed channels of which `wanted` says whether they are on
 */
export function withWanted(
  current: JsonObject,
  wanted: JsonObject,
  options: {
    model: string;
    lockable: ReadonlySet<string>;
    overlay: JsonObject;
    managed: ReadonlySet<string>;
  },
): JsonObject {
  let goal = wanted;
  for (const agentId of tenantAgents(current)) {
    goal = withValue(goal, ["agents", "entries", agentId, "model"], { primary: options.model });
  }
  for (const channel of configuredChannels(current)) {
    if (options.lockable.has(channel)) goal = withValue(goal, ["channels", channel, "configWrites"], false);
    if (!options.managed.has(channel) && at(options.overlay, "channels", channel, "enabled") === undefined) {
      goal = withValue(goal, ["channels", channel, "enabled"], undefined);
    }
  }
  return made(current, goal, "") as JsonObject;
}

/** Sections of `channels` that are channels; the other two hold settings for all of them. */
export function configuredChannels(config: JsonObject): string[] {
  const channels = at(config, "channels");
  if (!isObject(channels)) return [];
  return Object.keys(channels).filter((key) => key !== "defaults" && key !== "modelByChannel");
}

function made(current: Json | undefined, wanted: Json, path: string): Json {
  if (current === REDACTED) return current;
  if (isObject(wanted)) {
    const result: Record<string, Json> = isObject(current) ? { ...current } : {};
    for (const [key, value] of Object.entries(wanted)) {
      result[key] = made(result[key], value, path === "" ? key : `${path}.${key}`);
    }
    return result;
  }
  if (Array.isArray(wanted) && Array.isArray(current) && SHARED_LISTS.has(path)) {
    const items: readonly Json[] = current;
    const missing = wanted.filter((item: Json) => !items.some((one) => isDeepStrictEqual(one, item)));
    return [...items, ...missing];
  }
  return wanted;
}
