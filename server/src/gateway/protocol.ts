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

const hint = z.looseObject({
  label: z.string().optional(),
  help: z.string().optional(),
  sensitive: z.boolean().optional(),
  advanced: z.boolean().optional(),
});

export const schemaNodeSchema = z.looseObject({
  hint: hint.optional(),
  /** What the gateway does when this changes: nothing, refresh what it concerns, or restart. */
  reloadKind: z.string().optional(),
  children: z
    .array(z.looseObject({ key: z.string(), reloadKind: z.string().optional(), hint: hint.optional() }))
    .default([]),
});
export type SchemaNode = z.infer<typeof schemaNodeSchema>;

export const pluginsListSchema = z.looseObject({
  plugins: z.array(
    z.looseObject({
      id: z.string(),
      version: z.string().optional(),
      runtime: z.looseObject({ state: z.string() }).optional(),
    }),
  ),
});

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
