/**
 * Keeps our part of a gateway's config true. Runs at every connect, so that a gateway that was replaced, restored or
 * edited by hand is contained again before any tenant's account is touched; what cannot be mended is refused by name.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { BRIDGE_METHODS, BRIDGE_PLUGIN_ID, bridgeInfoSchema, SECRET_PROVIDER } from "@cogni/contract";
import type { Logger } from "pino";
import { type ChannelPlugin, idlePlugins, pluginsDigest, withChannelPlugins } from "./channel-plugins.ts";
import type { GatewayClient } from "./client.ts";
import { GatewayRefusedError, GatewayRpcError } from "./errors.ts";
import { at, createMergePatch, isObject, type Json, type JsonObject, type MergePatch } from "./json.ts";
import type { PluginRow } from "./protocol.ts";
import { configuredChannels, INSTALLATION_PATH, withWanted } from "./wanted-config.ts";
import type { ConfigWriter } from "./writer.ts";

export interface ReconcileGatewayOptions {
  readonly client: Pick<GatewayClient, "configGet" | "schemaLookup" | "pluginsList" | "bridge">;
  readonly writer: Pick<ConfigWriter, "submit">;
  readonly wanted: JsonObject;
  /** Of the operator, as far as it concerns what is enabled. */
  readonly overlay: JsonObject;
  /** The channels that are on or off with their plugin. */
  readonly channelPlugins: readonly ChannelPlugin[];
  /** Those of them that are turned on later. */
  readonly held: ReadonlySet<string>;
  /** Provider and model of the tenants' agents. */
  readonly model: string;
  readonly installationId: string;
  /** How long our plugin may take to answer after its config changed, in milliseconds. */
  readonly pluginWaitMs: number;
  readonly log: Logger;
}

export interface GatewayReconciled {
  /** Dotted paths of what was mended; empty when all was as it should be. */
  readonly changed: readonly string[];
  /** Whether the write made running channels reconnect. */
  readonly restartsChannels: boolean;
  /** Differs whenever the gateway has other plugins than before. */
  readonly plugins: string;
  /** The channels that are off although their plugin is there. */
  readonly idle: readonly ChannelPlugin[];
}

/**
 * @throws GatewayRefusedError plugin_missing, foreign_installation, resolver_missing or containment_broken: the gateway
 *   must not be used. AppError when it could not be asked or written; try again at the next connect.
 */
export async function reconcileGateway(options: ReconcileGatewayOptions): Promise<GatewayReconciled> {
  const { client, writer, log } = options;
  const plugins = await requirePlugin(client);
  const { sourceConfig: before } = await client.configGet();
  requireOurs(before, options.installationId);
  requireResolver(before);

  const wanted = withChannelPlugins(options.wanted, options.channelPlugins, plugins, before, options.held);
  const lockable = await channelsToLock(client, before);
  const managed = new Set(options.channelPlugins.map(({ channel }) => channel));
  const mend = (config: JsonObject): JsonObject =>
    withWanted(config, wanted, { ...options, lockable, managed });
  const patch = createMergePatch(before, mend(before));
  const restartsChannels = patch !== null && restarts(patch);
  const changed = patch ? leafPaths(patch) : [];
  let now = before;
  if (patch) {
    log.warn({ changed, restartsChannels }, "gateway config differs from ours: mending it");
    await writer.submit(mend);
    const { sourceConfig: after } = await client.configGet();
    now = after;
    const left = createMergePatch(after, mend(after));
    if (left) {
      throw new GatewayRefusedError("containment_broken", `it does not keep ${leafPaths(left).join(", ")}`);
    }
    log.info({ changed, restartsChannels }, "gateway config mended");
  }
  await requireBridge(options);
  const idle = idlePlugins(options.channelPlugins, plugins, now);
  return { changed, restartsChannels, plugins: pluginsDigest(plugins), idle };
}

async function requirePlugin(client: ReconcileGatewayOptions["client"]): Promise<readonly PluginRow[]> {
  const { plugins } = await client.pluginsList();
  if (plugins.some(({ id }) => id === BRIDGE_PLUGIN_ID)) return plugins;
  throw new GatewayRefusedError(
    "plugin_missing",
    `it does not have the plugin ${BRIDGE_PLUGIN_ID}: add its folder to plugins.load.paths`,
  );
}

function requireOurs(config: JsonObject, installationId: string): void {
  const owner = at(config, ...INSTALLATION_PATH);
  if (owner === undefined || owner === installationId) return;
  throw new GatewayRefusedError(
    "foreign_installation",
    `it belongs to installation ${JSON.stringify(owner)}, and this one is ${installationId}. If the other one is gone ` +
      `for good, remove ${INSTALLATION_PATH.join(".")} from the gateway's config`,
  );
}

/** Its command is a path on the gateway's host, so it is not ours to write. */
function requireResolver(config: JsonObject): void {
  if (isObject(at(config, "secrets", "providers", SECRET_PROVIDER))) return;
  throw new GatewayRefusedError(
    "resolver_missing",
    `it has no secrets.providers.${SECRET_PROVIDER}: set it to the credential resolver's launcher`,
  );
}

async function channelsToLock(
  client: ReconcileGatewayOptions["client"],
  config: JsonObject,
): Promise<ReadonlySet<string>> {
  const lockable = new Set<string>();
  for (const channel of configuredChannels(config)) {
    // A look-up takes the gateway up to a second, and what is locked need not be asked about.
    if (at(config, "channels", channel, "configWrites") === false) continue;
    const { children } = await client.schemaLookup(`channels.${channel}`);
    if (children.some(({ key }) => key === "configWrites")) lockable.add(channel);
  }
  return lockable;
}

/** The plugin is loaded anew when its config changes, and for that moment its methods are unknown. */
async function requireBridge({
  client,
  pluginWaitMs,
  installationId,
}: ReconcileGatewayOptions): Promise<void> {
  const deadline = Date.now() + pluginWaitMs;
  for (;;) {
    try {
      const info = await client.bridge(BRIDGE_METHODS.info, {}, bridgeInfoSchema);
      if (info.installationId === installationId) return;
    } catch (error) {
      if (!(error instanceof GatewayRpcError && error.kind === "invalid")) throw error;
    }
    if (Date.now() >= deadline) break;
    await sleep(100);
  }
  throw new GatewayRefusedError("plugin_missing", `the plugin ${BRIDGE_PLUGIN_ID} is there but does not run`);
}

/** Dotted paths of everything that a patch sets or deletes. */
export function leafPaths(patch: Json, path = ""): string[] {
  if (!isObject(patch) || Object.keys(patch).length === 0) return [path];
  return Object.entries(patch).flatMap(([key, value]) =>
    leafPaths(value, path === "" ? key : `${path}.${key}`),
  );
}

/** Sections whose change makes the gateway refresh running channels, by its documentation of hot reload. */
const RESTARTING_SECTIONS = ["channels", "commands", "plugins", "gateway", "browser", "cron"];

export function restarts(patch: MergePatch): boolean {
  return RESTARTING_SECTIONS.some((section) => section in patch);
}
