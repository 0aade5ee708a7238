/**
 * Which channels a gateway offers and what each takes to connect, from the gateway's own schema and our overlay. No
 * channel is named here: one that nobody has heard of shows up by itself.
 */
import type { ChannelId, ConnectField, ConnectMethod, ErrorCode } from "@cogni/contract";
import { channelIdSchema } from "@cogni/contract";
import type { Logger } from "pino";
import type { GatewayClient } from "./client.ts";
import { coalesce } from "./coalesce.ts";
import { fieldOverlayOf, type Overlay, overlayOf } from "./overlay.ts";
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

/** Reads what the gateway offers now; a look-up takes it up to a second per channel, so callers keep the result. */
export async function readCatalog(
  client: Pick<GatewayClient, "channelsStatus" | "schemaLookup">,
  overlay: Overlay,
): Promise<ChannelCatalog> {
  const status = await client.channelsStatus();
  const catalog = new Map<ChannelId, CatalogEntry>();
  // One look-up at a time: they keep the gateway's only thread busy.
  for (const channel of offeredChannels(status, overlay)) {
    const account = await client.schemaLookup(`channels.${channel}.accounts.*`);
    const section = await client.schemaLookup(`channels.${channel}`);
    const entry = toEntry(channel, status, account, section, overlay);
    if (entry) catalog.set(channel, entry);
  }
  return catalog;
}

/**
 * Keeps the last catalog that was read, so that what a page shows does not depend on the gateway being there. `renew` is
 * for the moment when the gateway may offer something else.
 */
export function keepCatalog(read: () => Promise<ChannelCatalog>, log: Logger) {
  let kept: ChannelCatalog | null = null;
  const refresh = coalesce(async () => {
    kept = await read();
    return kept;
  });
  return {
    /** @param requireGateway throws when there is no gateway to read from */
    async get(requireGateway: () => void): Promise<ChannelCatalog> {
      if (kept) return kept;
      requireGateway();
      return refresh();
    },
    renew(): void {
      refresh().catch((error: unknown) => log.warn({ err: error }, "cannot read the channels on offer"));
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
      scanSteps,
    },
    unavailable: null,
    silenceMs: silenceSeconds === undefined ? null : silenceSeconds * 1000,
    accountKeys: new Set(account.children.map(({ key }) => key)),
  };
}

/** The basic secrets of an account, and what the overlay names beside them. Labels and help stand at the section's. */
export function toFields(
  channel: string,
  account: SchemaNode,
  section: SchemaNode,
  overlay: Overlay,
): ConnectField[] {
  const ours = overlayOf(overlay, channel);
  const hints = new Map(section.children.map(({ key, hint }) => [key, hint]));
  return account.children
    .filter(({ key, hint }) => key in ours.fields || (hint?.sensitive === true && hint.advanced !== true))
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

/** `channelAccessToken` → `Channel access token` */
function inWords(key: string): string {
  const words = key.replace(/([a-z\d])([A-Z])/g, "$1 $2").toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
