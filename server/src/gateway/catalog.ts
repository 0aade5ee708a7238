/**
 * Which channels a gateway offers and what each takes to connect, from the gateway's own schema and our overlay. No
 * channel is named here: one that nobody has heard of shows up by itself.
 */
import type { ChannelId, ConnectMethod, ErrorCode } from "@cogni/contract";
import { channelIdSchema } from "@cogni/contract";
import type { Logger } from "pino";
import { AppError } from "../errors.ts";
import { absentChannels, type ChannelPlugin, failedChannels } from "./channel-plugins.ts";
import type { GatewayClient } from "./client.ts";
import { isText, toFields, withUndeclared } from "./connect-form.ts";
import { ACCESS_KEY, type Overlay, overlayOf } from "./overlay.ts";
import type { SchemaNode } from "./protocol.ts";
import type { ChannelsStatus } from "./snapshot.ts";

export interface CatalogEntry {
  readonly channel: ChannelId;
  readonly label: string;
  readonly connect: ConnectMethod;
  /** Why it cannot be connected now; null where it can. */
  readonly unavailable: ErrorCode | null;
  /** How long its transport may be silent before its “connected” is not believed; null: as long as it likes. */
  readonly silenceMs: number | null;
  /** The keys that an account's config may have. */
  readonly accountKeys: ReadonlySet<string>;
}

/** In the gateway's order. */
export type ChannelCatalog = ReadonlyMap<ChannelId, CatalogEntry>;

export interface CatalogOptions {
  readonly client: Pick<GatewayClient, "channelsStatus" | "schemaLookup" | "pluginsList">;
  readonly overlay: Overlay;
  /** The channels that the overlay has a plugin for, without those that the operator turned off. */
  readonly channelPlugins: readonly ChannelPlugin[];
  /** The channels whose plugin is being installed. */
  readonly installing: ReadonlySet<string>;
  readonly log: Logger;
}

/** Reads what the gateway offers now; a look-up takes it up to a second per channel, so callers keep the result. */
export async function readCatalog(options: CatalogOptions): Promise<ChannelCatalog> {
  const { client, overlay, log } = options;
  const { plugins } = await client.pluginsList();
  const status = await client.channelsStatus();
  const catalog = new Map<ChannelId, CatalogEntry>();
  // One look-up at a time: they keep the gateway's only thread busy.
  const failed = failedChannels(plugins);
  for (const channel of offeredChannels(status, overlay).filter((one) => !failed.has(one))) {
    const entry = await readEntry(options, channel, status);
    if (entry) catalog.set(channel, entry);
    else
      log.warn({ channel }, "the gateway has a channel that takes nothing we can ask for; it is not offered");
  }
  const { channelPlugins, installing } = options;
  const absent = absentChannels(overlay, channelPlugins, plugins, status.channelOrder, installing);
  for (const [name, unavailable] of absent) {
    const channel = channelIdSchema.safeParse(name);
    if (!channel.success || catalog.has(channel.data)) continue;
    const label =
      status.channelLabels[name] ?? plugins.find(({ channelIds }) => channelIds.includes(name))?.name;
    catalog.set(channel.data, absentEntry(channel.data, unavailable, label, overlay));
  }
  return inOrder(catalog, overlay);
}

/** The channels that the overlay names as it names them, then all others as the gateway has them. */
function inOrder(catalog: ChannelCatalog, overlay: Overlay): ChannelCatalog {
  const named = Object.keys(overlay.channels);
  const place = (channel: ChannelId) => (named.includes(channel) ? named.indexOf(channel) : named.length);
  return new Map([...catalog].sort(([one], [other]) => place(one) - place(other)));
}

/** Null where the channel has no accounts as we know them: one plugin's oddity must not keep all others off the page. */
async function readEntry(
  { client, overlay, log }: CatalogOptions,
  channel: ChannelId,
  status: ChannelsStatus,
): Promise<CatalogEntry | null> {
  try {
    const section = await client.schemaLookup(`channels.${channel}`);
    const declared = await client.schemaLookup(`channels.${channel}.accounts.*`);
    const account = withUndeclared(declared, section, overlayOf(overlay, channel));
    const fields = new Map(account.children.map(({ key, type }) => [key, type]));
    const misnamed = Object.keys(overlayOf(overlay, channel).fields).filter(
      (field) => !(fields.has(field) && isText(fields.get(field))),
    );
    if (misnamed.length > 0) {
      log.warn({ channel, fields: misnamed }, "the channel overlay names fields that are none, or not text");
    }
    return toEntry(channel, status, account, section, overlay);
  } catch (error) {
    // The gateway refuses the path, or its answer is of no known form; that it is away is for the caller.
    if (error instanceof AppError && error.code === "internal_error") return null;
    throw error;
  }
}

/** All that can be said of a channel without its schema. */
function absentEntry(
  channel: ChannelId,
  unavailable: ErrorCode,
  theirLabel: string | undefined,
  overlay: Overlay,
): CatalogEntry {
  const { label, method = "credentials", docsUrl, notice, scanSteps } = overlayOf(overlay, channel);
  return {
    channel,
    label: label ?? theirLabel ?? channel,
    connect: {
      method,
      fields: [],
      docsUrl: docsUrl ?? null,
      notice: notice ?? null,
      byApproval: false,
      scanSteps,
    },
    unavailable,
    silenceMs: null,
    accountKeys: new Set(),
  };
}

/** The channels whose plugin is loaded and that the overlay does not hide. */
export function offeredChannels(status: ChannelsStatus, overlay: Overlay): ChannelId[] {
  return status.channelOrder
    .filter((channel) => !overlayOf(overlay, channel).hidden)
    .map((channel) => channelIdSchema.safeParse(channel))
    .flatMap((parsed) => (parsed.success ? [parsed.data] : []));
}

/** Null for a channel that takes neither a credential nor a QR code: nothing here can connect it. */
export function toEntry(
  channel: ChannelId,
  status: ChannelsStatus,
  account: SchemaNode,
  section: SchemaNode,
  overlay: Overlay,
): CatalogEntry | null {
  const fields = toFields(channel, account, section, overlay);
  // Nothing in the schema says “QR”: an account that can be linked, without a credential, is one.
  const linkable = (status.channelAccounts[channel] ?? []).some((row) => typeof row.linked === "boolean");
  const { label, docsUrl, silenceSeconds, notice, scanSteps, ...ours } = overlayOf(overlay, channel);
  const method = ours.method ?? (fields.length > 0 ? "credentials" : linkable ? "qr" : null);
  if (method === null) return null;
  return {
    channel,
    label: label ?? status.channelLabels[channel] ?? channel,
    connect: {
      method,
      fields: method === "credentials" ? fields : [],
      docsUrl: docsUrl ?? null,
      notice: notice ?? null,
      byApproval: account.children.some(({ key }) => key === ACCESS_KEY),
      scanSteps,
    },
    unavailable: null,
    silenceMs: silenceSeconds === undefined ? null : silenceSeconds * 1000,
    accountKeys: new Set(account.children.map(({ key }) => key)),
  };
}
