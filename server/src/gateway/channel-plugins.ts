/**
 * The channels that the gateway has only once their plugin is installed, as the overlay names them. A channel of these
 * is on while its plugin is there and off while it is not, for a gateway that is told of a channel without its plugin
 * downloads it while it boots. Pure.
 */
import type { ErrorCode } from "@cogni/contract";
import { overlayGatewayConfig } from "@cogni/contract";
import { at, type JsonObject, withValue } from "./json.ts";
import { type Overlay, overlayOf } from "./overlay.ts";
import type { PluginRow } from "./protocol.ts";

export interface ChannelPlugin {
  readonly channel: string;
  readonly id: string;
  readonly package: string;
  readonly version: string;
}

/** Those that are wanted here: an operator's overlay for the gateway's config can turn a channel off. */
export function channelPlugins(overlay: Overlay, operatorOverlay: JsonObject): ChannelPlugin[] {
  return Object.entries(overlay.channels).flatMap(([channel, { plugin, hidden }]) => {
    const off = hidden || at(operatorOverlay, "channels", channel, "enabled") === false;
    return plugin && !off ? [{ channel, ...plugin }] : [];
  });
}

/** Installed in whatever version: one of another version runs until it is replaced. */
export function isInstalled(plugin: ChannelPlugin, rows: readonly PluginRow[]): boolean {
  return rows.some((row) => row.installed && row.id === plugin.id);
}

/** What is still to be installed, in the overlay's order, and whether it takes another version's place. */
export function missingPlugins(
  plugins: readonly ChannelPlugin[],
  rows: readonly PluginRow[],
): (ChannelPlugin & { readonly mode: "install" | "update" })[] {
  return plugins.flatMap((plugin) => {
    const row = rows.find(({ id, installed }) => installed && id === plugin.id);
    if (row?.version === plugin.version) return [];
    return [{ ...plugin, mode: row ? "update" : "install" }];
  });
}

/** Those whose plugin is there and whose channel is off, so that the gateway has not loaded it. */
export function idlePlugins(
  plugins: readonly ChannelPlugin[],
  rows: readonly PluginRow[],
  current: JsonObject,
): ChannelPlugin[] {
  return plugins.filter((plugin) => isInstalled(plugin, rows) && !isOn(plugin, current));
}

const isOn = ({ channel }: ChannelPlugin, config: JsonObject) =>
  at(config, "channels", channel, "enabled") === true;

/**
 * The wanted config with each of these channels on or off, and their plugins allowed to load.
 * @param held channels that are not to be turned on yet
 */
export function withChannelPlugins(
  wanted: JsonObject,
  plugins: readonly ChannelPlugin[],
  rows: readonly PluginRow[],
  current: JsonObject,
  held: ReadonlySet<string>,
): JsonObject {
  const entries: JsonObject = Object.fromEntries(plugins.map(({ id }) => [id, {}]));
  const allowed = at(overlayGatewayConfig(wanted, { plugins: { entries } }), "plugins", "allow");
  let config = withValue(wanted, ["plugins", "allow"], allowed ?? []);
  for (const plugin of plugins) {
    const on = isInstalled(plugin, rows) && (isOn(plugin, current) || !held.has(plugin.channel));
    // One that is neither there nor named needs no “off”.
    const named = [wanted, current].some((one) => at(one, "channels", plugin.channel) !== undefined);
    if (on || named) {
      config = withValue(config, ["channels", plugin.channel, "enabled"], on);
    }
  }
  return config;
}

/** One text that is the same as long as the gateway has the same plugins in the same state. */
export function pluginsDigest(rows: readonly PluginRow[]): string {
  return rows
    .filter(({ installed }) => installed)
    .map(({ id, version, enabled, runtime }) => `${id}@${version ?? ""}:${enabled}:${runtime?.state ?? ""}`)
    .sort()
    .join(" ");
}

/** The channels whose plugin is there and on, and did not load. The gateway lists them beside those that run. */
export function failedChannels(rows: readonly PluginRow[]): ReadonlySet<string> {
  const on = rows.filter(({ installed, enabled }) => installed && enabled);
  const runs = (row: PluginRow) => row.runtime === undefined || row.runtime.state === "active";
  const running = new Set(on.filter(runs).flatMap(({ channelIds }) => channelIds));
  const all = on.flatMap(({ channelIds }) => channelIds);
  return new Set(all.filter((channel) => !running.has(channel)));
}

/**
 * Why each channel that can't be used now is shown all the same: the overlay has a plugin for it that is not there or
 * on its way, or the gateway or the overlay knows it and its plugin did not load.
 * @param listed the channels that the gateway names
 */
export function absentChannels(
  overlay: Overlay,
  plugins: readonly ChannelPlugin[],
  rows: readonly PluginRow[],
  listed: readonly string[],
  installing: ReadonlySet<string>,
): ReadonlyMap<string, ErrorCode> {
  const failed = [...failedChannels(rows)].filter((one) => one in overlay.channels || listed.includes(one));
  const shown = [...plugins.map(({ channel }) => channel), ...failed];
  return new Map(
    shown
      .filter((channel) => !overlayOf(overlay, channel).hidden)
      .map((channel) => [channel, installing.has(channel) ? "channel_installing" : "channel_unavailable"]),
  );
}
