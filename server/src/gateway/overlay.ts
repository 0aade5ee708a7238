/**
 * What `config/channels.json` adds about channels where the gateway is silent: which fields are needed, an example of
 * their form, where to learn more, how an account is set up. Data, so that a new channel needs no code.
 */
import { readFileSync } from "node:fs";
import { type Access, accessSchema } from "@cogni/contract";
import { z } from "zod";
import type { JsonObject } from "./json.ts";

const fieldOverlaySchema = z.strictObject({
  label: z.string().min(1).optional(),
  help: z.string().min(1).optional(),
  placeholder: z.string().min(1).optional(),
  /** Every field that is shown is required, unless this says otherwise. */
  required: z.boolean().default(true),
  /** Not part of connecting: left out of the form, and refused in a request. */
  hidden: z.boolean().default(false),
});
export type FieldOverlay = z.infer<typeof fieldOverlaySchema>;

const template = z
  .string()
  .regex(/\{[^{}]+\}/, "must contain a path of the account's row in braces, such as @{probe.bot.username}");

/** What an account's config holds beside its credential; keys that a channel's schema does not know are left out. */
const accountTemplatesSchema = z.record(
  accessSchema,
  z.record(
    z.string(),
    z.json().transform((value) => value as JsonObject[string]),
  ),
);

const CHANNEL_ID = /^[a-z0-9][a-z0-9_-]{0,63}$/;

/** Where a channel comes from that the gateway does not bundle. */
const channelPluginSchema = z.strictObject({
  /** By which the gateway's config names it. */
  id: z.string().regex(/^[a-z0-9][a-z0-9_-]*$/, "must be a plugin's id"),
  package: z.string().regex(/^(@[a-z0-9][\w.-]*\/)?[a-z0-9][\w.-]*$/, "must be the name of an npm package"),
  version: z.string().regex(/^\d+\.\d+\.\d+(-[\w.]+)?$/, "must be one exact version"),
});

const channelOverlayShape = z.strictObject({
  label: z.string().min(1).optional(),
  /** The npm package that has to be installed for it; left out for a channel that the gateway has by itself. */
  plugin: channelPluginSchema.optional(),
  docsUrl: z.url().optional(),
  /** How it is connected, where the gateway's schema does not tell. */
  method: z.enum(["credentials", "qr"]).optional(),
  /** A risk that a person accepts before connecting. */
  notice: z.string().min(1).optional(),
  /** For a login by QR: what to tap on the phone. */
  scanSteps: z.array(z.string().min(1)).default([]),
  /** The whole channel is left out. */
  hidden: z.boolean().default(false),
  /** A field named here is shown even if the gateway's schema does not call it a basic secret. */
  fields: z.record(z.string(), fieldOverlaySchema).default({}),
  displayName: z.array(template).min(1).optional(),
  account: accountTemplatesSchema.optional(),
  /** Its transport is heard from more often than this while it lives; left out: it may be silent. */
  silenceSeconds: z.number().positive().optional(),
});

/** What each key allows by itself may still not fit the others. */
const channelOverlaySchema = channelOverlayShape.superRefine((channel, issues) => {
  const refuse = (path: string[], message: string) => issues.addIssue({ code: "custom", path, message });
  if (channel.method === "qr") {
    for (const [name, { hidden }] of Object.entries(channel.fields)) {
      if (!hidden) refuse(["fields", name], 'is never asked for where "method" is "qr"; hide it');
    }
  } else if (channel.scanSteps.length > 0) {
    refuse(["scanSteps"], 'are shown only where "method" is "qr"');
  }
  for (const [name, field] of Object.entries(channel.fields)) {
    if (field.hidden && (field.label ?? field.help ?? field.placeholder)) {
      refuse(["fields", name], "is hidden, so its words are shown nowhere");
    }
  }
});
export type ChannelOverlay = z.infer<typeof channelOverlaySchema>;

export const overlaySchema = z.strictObject({
  defaults: z.strictObject({ displayName: z.array(template).min(1), account: accountTemplatesSchema }),
  channels: z.record(z.string().regex(CHANNEL_ID, "must be a channel's id"), channelOverlaySchema),
});
export type Overlay = z.infer<typeof overlaySchema>;

/** @throws Error naming the file and, for each rule it breaks, the path inside of it */
export function readOverlay(file: string): Overlay {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new Error(`${file}: cannot be read as JSON`, { cause: error });
  }
  const parsed = overlaySchema.safeParse(content);
  if (parsed.success) return parsed.data;
  const rules = parsed.error.issues.map(({ path, message }) => `  ${path.join(".") || "(root)"}: ${message}`);
  throw new Error(`${file}: breaks the rules of the channel overlay\n${rules.join("\n")}`);
}

const PLAIN_CHANNEL = channelOverlaySchema.parse({});
const PLAIN_FIELD = fieldOverlaySchema.parse({});

/** What the overlay says of a channel, or nothing in particular. */
export function overlayOf(overlay: Overlay, channel: string): ChannelOverlay {
  return overlay.channels[channel] ?? PLAIN_CHANNEL;
}

export function fieldOverlayOf(channel: ChannelOverlay, field: string): FieldOverlay {
  return channel.fields[field] ?? PLAIN_FIELD;
}

export function displayNameTemplates(overlay: Overlay, channel: string): readonly string[] {
  return overlayOf(overlay, channel).displayName ?? overlay.defaults.displayName;
}

/** What an account of the channel holds beside its credential. */
export function accountTemplate(overlay: Overlay, channel: string, access: Access): JsonObject {
  return overlayOf(overlay, channel).account?.[access] ?? overlay.defaults.account[access];
}

/** The access whose template has this policy; `other` if none has. */
export function accessOf(overlay: Overlay, channel: string, dmPolicy: string | null): Access | "other" {
  const found = accessSchema.options.find(
    (access) => accountTemplate(overlay, channel, access)[ACCESS_KEY] === dmPolicy,
  );
  return found ?? "other";
}

/** The key of an account's config that says who may write; a channel without it lets everyone write. */
export const ACCESS_KEY = "dmPolicy";
