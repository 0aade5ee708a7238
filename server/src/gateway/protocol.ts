/**
 * The answers of the gateway's RPCs, as far as we use them. Loose: fields that a later gateway adds are ignored, and
 * only what we rely on is required.
 */
import { z } from "zod";
import type { Json, JsonObject } from "./json.ts";

const json: z.ZodType<Json> = z.json() as z.ZodType<Json>;
const jsonObject: z.ZodType<JsonObject> = z.record(z.string(), json);

export const helloSchema = z.looseObject({
  protocol: z.number(),
  server: z.looseObject({ version: z.string() }),
  auth: z.looseObject({ scopes: z.array(z.string()).default([]) }).default({ scopes: [] }),
});
export type Hello = z.infer<typeof helloSchema>;

/** The config as it stands in the gateway's file, secrets and references redacted, and the hash to write against. */
export const configGetSchema = z.looseObject({ hash: z.string(), sourceConfig: jsonObject });

export const configPatchSchema = z.looseObject({
  changedPaths: z.array(z.string()).default([]),
  sentinel: z
    .looseObject({
      payload: z
        .looseObject({ stats: z.looseObject({ requiresRestart: z.boolean().optional() }).optional() })
        .optional(),
    })
    .nullish(),
});

export const stopSchema = z.looseObject({ stopped: z.boolean() });

export const logoutSchema = z.looseObject({ loggedOut: z.boolean(), cleared: z.boolean() });

/** Failures are answers with only a `message`: test `qrDataUrl` and `connected`. */
export const webLoginSchema = z.looseObject({
  connected: z.boolean().optional(),
  qrDataUrl: z.string().optional(),
  message: z.string().optional(),
  sessionKey: z.string().optional(),
});
export type WebLogin = z.infer<typeof webLoginSchema>;

/** A plugin writes its hints itself: one of another type than we know counts as left out. */
const hint = z.looseObject({
  label: z.string().optional().catch(undefined),
  help: z.string().optional().catch(undefined),
  sensitive: z.boolean().optional().catch(undefined),
  advanced: z.boolean().optional().catch(undefined),
});

export const schemaNodeSchema = z.looseObject({
  hint: hint.optional(),
  /** What the gateway does when this changes: nothing, refresh what it concerns, or restart. */
  reloadKind: z.string().optional(),
  children: z
    .array(
      z.looseObject({
        key: z.string(),
        /** Absent where a value may be of several, as every secret may: text, or a reference to it. */
        type: z.unknown().optional(),
        reloadKind: z.string().optional(),
        hint: hint.optional().catch(undefined),
      }),
    )
    .default([]),
});
export type SchemaNode = z.infer<typeof schemaNodeSchema>;

const pluginRowSchema = z.looseObject({
  id: z.string(),
  /** False for what the gateway only knows how to get. */
  installed: z.boolean().default(true),
  enabled: z.boolean().default(true),
  name: z.string().optional(),
  version: z.string().optional(),
  /** The channels it brings. */
  channelIds: z.array(z.string()).default([]),
  /** `active` for one that runs. */
  runtime: z.looseObject({ state: z.string() }).optional(),
});
export type PluginRow = z.infer<typeof pluginRowSchema>;

export const pluginsListSchema = z.looseObject({ plugins: z.array(pluginRowSchema) });

const pairingRequest = z.looseObject({
  requestId: z.string(),
  channel: z.string(),
  accountId: z.string(),
  senderId: z.string(),
  metadata: z.record(z.string(), z.string()).default({}),
  createdAt: z.iso.datetime(),
});
export type PairingRequest = z.infer<typeof pairingRequest>;

/** Of accounts whose policy is to ask first, and of no others. */
export const pairingListSchema = z.looseObject({
  requests: z.array(pairingRequest),
  limits: z.looseObject({ pendingPerAccount: z.number().int() }),
});

/** For answers of which nothing is read. */
export const anySchema = z.unknown();
