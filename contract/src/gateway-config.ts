/**
 * How a gateway's wanted config is made from the template `config/openclaw-gateway.json`: the file that writes a fresh
 * gateway's seed and the reconcile that keeps a living one true read the same template through these functions.
 * Imports nothing, so that a set-up script can use it where no packages are installed.
 */

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/** What the control plane knows of what stands as `${NAME}` in the template. */
export interface GatewayConfigValues {
  /** Id of the control plane's database; another installation's gateway is not written to. */
  readonly INSTALLATION_ID: string;
  readonly LLM_URL: string;
  /** Of several, the item of a list that names it is repeated for each. */
  readonly LLM_MODEL: string | readonly string[];
}

/**
 * What only the gateway's host knows: absolute paths, which the gateway itself reads from its environment at each start,
 * so that a checkout can move. Set by whoever starts the gateway.
 */
export interface GatewayHostEnv {
  /** Folder of the cogni-bridge plugin. */
  readonly COGNI_BRIDGE_DIR: string;
  /** Launcher of the credential resolver. */
  readonly COGNI_RESOLVER: string;
  /** The gateway's own log; by default all gateways share one in the temporary folder. */
  readonly COGNI_GATEWAY_LOG: string;
}

const HOST_NAMES: readonly (keyof GatewayHostEnv)[] = [
  "COGNI_BRIDGE_DIR",
  "COGNI_RESOLVER",
  "COGNI_GATEWAY_LOG",
];
const HOST_PLACEHOLDERS = Object.fromEntries(HOST_NAMES.map((name) => [name, `\${${name}}`]));

/**
 * The config that a fresh state folder starts with. The placeholders of the host stay, for the gateway fills them in, and
 * the gateway belongs to no installation until a control plane claims it.
 */
export function seedGatewayConfig(
  template: JsonObject,
  values: Omit<GatewayConfigValues, "INSTALLATION_ID">,
  overlay: JsonObject,
): JsonObject {
  return overlayGatewayConfig(fillGatewayConfig(template, { ...values, ...HOST_PLACEHOLDERS }), overlay);
}

/**
 * The template with its placeholders filled. What has no value is left out, with the key or list item that names it:
 * the control plane does not know the paths on another host's disk, and so has no wish about them.
 */
export function fillGatewayConfig(template: JsonObject, values: Partial<GatewayConfigValues>): JsonObject {
  return fillObject(template, new Map<string, Value>(Object.entries(values)));
}

type Value = string | readonly string[];
type Values = ReadonlyMap<string, Value>;

function fillObject(node: JsonObject, values: Values): JsonObject {
  const filled: Record<string, Json> = {};
  for (const [key, child] of Object.entries(node)) {
    const value = fill(child, values);
    if (value !== undefined) filled[key] = value;
  }
  return filled;
}

/** Undefined for what needs a value that is not known. */
function fill(node: Json, values: Values): Json | undefined {
  if (typeof node === "string") return fillString(node, values);
  if (isList(node)) {
    const items = node.flatMap((item) => forEachOf(item, values)).filter((item) => item !== undefined);
    return items.length === 0 && node.length > 0 ? undefined : items;
  }
  return isObject(node) ? fillObject(node, values) : node;
}

/** The item of a list, once for each of the values that a placeholder in it has. */
function forEachOf(item: Json, values: Values): (Json | undefined)[] {
  const text = JSON.stringify(item);
  const several = [...values].find(
    ([name, value]) => typeof value !== "string" && text.includes(`\${${name}}`),
  );
  if (!several) return [fill(item, values)];
  const [name, each] = several;
  return [each].flat().map((value) => fill(item, new Map([...values, [name, value]])));
}

function fillString(text: string, values: Values): string | undefined {
  const names = [...text.matchAll(/\$\{([A-Z_]+)\}/g)].map((match) => match[1] ?? "");
  if (names.some((name) => !values.has(name))) return undefined;
  return text.replace(/\$\{([A-Z_]+)\}/g, (_, name: string) => [values.get(name) ?? ""].flat().join());
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
