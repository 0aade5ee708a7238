/**
 * Which channels a gateway offers and what each takes to connect, from the gateway's own schema and our overlay. No
 * channel is named here: one that nobody has heard of shows up by itself.
 */
import type { ChannelId, ConnectField, ConnectMethod, ErrorCode } from "@cogni/contract";
import { channelIdSchema } from "@cogni/contract";
import type { Logger } from "pino";
import { AppError } from "../errors.ts";
import { absentChannels, type ChannelPlugin, failedChannels } from "./channel-plugins.ts";
import type { GatewayClient } from "./client.ts";
import { coalesce } from "./coalesce.ts";
import { ACCESS_KEY, fieldOverlayOf, type Overlay, overlayOf } from "./overlay.ts";
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
  return catalog;
}

/** Null where the channel has no accounts as we know them: one plugin's oddity must not keep all others off the page. */
async function readEntry(
  { client, overlay, log }: CatalogOptions,
  channel: ChannelId,
  status: ChannelsStatus,
): Promise<CatalogEntry | null> {
  try {
    const account = await client.schemaLookup(`channels.${channel}.accounts.*`);
    const fields = new Map(account.children.map(({ key, type }) => [key, type]));
    const misnamed = Object.keys(overlayOf(overlay, channel).fields).filter(
      (field) => !(fields.has(field) && isText(fields.get(field))),
    );
    if (misnamed.length > 0) {
      log.warn({ channel, fields: misnamed }, "the channel overlay names fields that are none, or not text");
    }
    const section = await client.schemaLookup(`channels.${channel}`);
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

/**
 * Keeps the last catalog that was read, so that what a page shows does not depend on the gateway being there. `renew` is
 * for the moment when the gateway may offer something else.
 */
export function keepCatalog(read: () => Promise<ChannelCatalog>, log: Logger) {
  const listeners = new Set<(catalog: ChannelCatalog) => void>();
  let kept: ChannelCatalog | null = null;
  const refresh = coalesce(async () => {
    const catalog = await read();
    kept = catalog;
    for (const listener of listeners) listener(catalog);
    return catalog;
  });
  return {
    /** @param requireGateway throws when there is no gateway to read from */
    async get(requireGateway: () => void): Promise<ChannelCatalog> {
      if (kept) return kept;
      requireGateway();
      return refresh();
    },
    async renew(): Promise<void> {
      await refresh().catch((error: unknown) =>
        log.warn({ err: error }, "cannot read the channels on offer"),
      );
    },
    /** Called each time it was read. */
    onRead(listener: (catalog: ChannelCatalog) => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
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

/**
 * The basic secrets of an account, and what the overlay names beside them. A plugin that says of no field how basic it is
 * has the gateway call them all advanced: then they all are asked for. Labels and help stand at the section's.
 */
export function toFields(
  channel: string,
  account: SchemaNode,
  section: SchemaNode,
  overlay: Overlay,
): ConnectField[] {
  const ours = overlayOf(overlay, channel);
  const hints = new Map(section.children.map(({ key, hint }) => [key, hint]));
  const secrets = account.children.filter(({ type, hint }) => hint?.sensitive === true && isText(type));
  const basic = secrets.filter(({ hint }) => hint?.advanced !== true);
  const asked = new Set([
    ...(basic.length > 0 ? basic : secrets).map(({ key }) => key),
    ...Object.keys(ours.fields),
  ]);
  return account.children
    .filter(({ key, type }) => asked.has(key) && isText(type))
    .filter(({ key }) => !fieldOverlayOf(ours, key).hidden)
    .map(({ key, hint }) => {
      const field = fieldOverlayOf(ours, key);
      return {
        name: key,
        label: field.label ?? hints.get(key)?.label ?? hint?.label ?? inWords(key),
        help: field.help ?? hints.get(key)?.help ?? hint?.help ?? null,
        placeholder: field.placeholder ?? null,
        secret: hint?.sensitive === true,
        required: field.required,
      };
    });
}

/** What a person can type. A secret is of several types, text or a reference to it, and then the schema names none. */
function isText(type: unknown): boolean {
  return type == null || type === "string" || (Array.isArray(type) && type.includes("string"));
}

/** `channelAccessToken` → `Channel access token` */
function inWords(key: string): string {
  const words = key.replace(/([a-z\d])([A-Z])/g, "$1 $2").toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
