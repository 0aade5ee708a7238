/**
 * How a gateway's wanted config is made from the template `config/openclaw-gateway.json`: the file that writes a fresh
 * gateway's seed and the reconcile that keeps a living one true read the same template through these functions.
 * Imports nothing, so that a set-up script can use it where no packages are installed.
 */

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/** What stands as `${NAME}` in the template. `config/README.md` says who knows which. */
export interface GatewayConfigValues {
  /** Folder of the cogni-bridge plugin on the gateway's host. */
  readonly BRIDGE_PLUGIN_DIR: string;
  /** Launcher of the credential resolver on the gateway's host. */
  readonly RESOLVER_LAUNCHER: string;
  readonly GATEWAY_LOG_FILE: string;
  /** Id of the control plane's database; another installation's gateway is not written to. */
  readonly INSTALLATION_ID: string;
  readonly LLM_BASE_URL: string;
  readonly LLM_MODEL: string;
}

/**
 * The template with its placeholders filled. What `values` leaves out is left out of the result with the key or list
 * item that names it: the control plane does not know the paths on another host's disk, and so has no wish about them.
 *
 * @throws Error naming a placeholder that is not one of `GatewayConfigValues`' form.
 */
export function fillGatewayConfig(template: JsonObject, values: Partial<GatewayConfigValues>): JsonObject {
  const known = new Map<string, string>(Object.entries(values));
  return fillObject(template, known);
}

function fillObject(node: JsonObject, values: ReadonlyMap<string, string>): JsonObject {
  const filled: Record<string, Json> = {};
  for (const [key, child] of Object.entries(node)) {
    const value = fill(child, values);
    if (value !== undefined) filled[key] = value;
  }
  return filled;
}

/** Undefined for what needs a value that is not known. */
function fill(node: Json, values: ReadonlyMap<string, string>): Json | undefined {
  if (typeof node === "string") return fillString(node, values);
  if (isList(node)) {
    const items = node.map((item) => fill(item, values)).filter((item) => item !== undefined);
    return items.length === 0 && node.length > 0 ? undefined : items;
  }
  return isObject(node) ? fillObject(node, values) : node;
}

function fillString(text: string, values: ReadonlyMap<string, string>): string | undefined {
  const names = [...text.matchAll(/\$\{([A-Z_]+)\}/g)].map((match) => match[1] ?? "");
  if (names.some((name) => !values.has(name))) return undefined;
  return text.replace(/\$\{([A-Z_]+)\}/g, (_, name: string) => values.get(name) ?? "");
}

/**
 * An operator's overlay on top of a config: objects are merged, lists joined (so that adding a plugin path cannot drop
 * ours), everything else replaced, `null` removes. A plugin that the overlay gives an entry is allowed to load, too.
 */
export function overlayGatewayConfig(config: JsonObject, overlay: JsonObject): JsonObject {
  const merged = mergeObjects(config, overlay);
  const entries = at(overlay, "plugins", "entries");
  if (!entries) return merged;
  const plugins = at(merged, "plugins") ?? {};
  const allowed = isList(plugins.allow ?? null) ? (plugins.allow as readonly Json[]) : [];
  return { ...merged, plugins: { ...plugins, allow: join(allowed, Object.keys(entries)) } };
}

function mergeObjects(base: JsonObject, over: JsonObject): JsonObject {
  const merged: Record<string, Json> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const present = base[key] ?? null;
    if (value === null) delete merged[key];
    else if (isList(value) && isList(present)) merged[key] = join(present, value);
    else if (isObject(value)) merged[key] = mergeObjects(isObject(present) ? present : {}, value);
    else merged[key] = value;
  }
  return merged;
}

function join(base: readonly Json[], more: readonly Json[]): readonly Json[] {
  const present = new Set(base.map((item) => JSON.stringify(item)));
  return [...base, ...more.filter((item) => !present.has(JSON.stringify(item)))];
}

function at(node: JsonObject, ...path: readonly string[]): JsonObject | null {
  let here: Json = node;
  for (const key of path) {
    if (!isObject(here)) return null;
    here = here[key] ?? null;
  }
  return isObject(here) ? here : null;
}

const isList = (node: Json): node is readonly Json[] => Array.isArray(node);
const isObject = (node: Json): node is JsonObject =>
  typeof node === "object" && node !== null && !Array.isArray(node);
