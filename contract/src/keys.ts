/** A tenant's API keys: `GET|POST /api/v1/keys`, `POST /api/v1/keys/{rotate,revoke}`. */
import { z } from "zod";
import { keyScopeSchema } from "./access.ts";
import { nameSchema } from "./names.ts";

const time = z.iso.datetime();

/** How many living keys a tenant may have. */
export const MAX_KEYS = 100;
/** How long a key that was rotated may live on beside its successor, in seconds. */
export const MAX_OVERLAP_SECONDS = 7 * 24 * 60 * 60;

export const apiKeySchema = z.object({
  id: z.uuid(),
  name: z.string(),
  /** The key's first characters, by which it is recognised. */
  prefix: z.string(),
  scopes: z.array(keyScopeSchema),
  createdAt: time,
  /** A member or another key, by its name, which is null once it is gone; null as a whole: the operator. */
  createdBy: z.object({ kind: z.enum(["person", "key"]), name: z.string().nullable() }).nullable(),
  /** To the minute; null: never. */
  lastUsedAt: time.nullable(),
  /** Null: it lives until it is revoked. */
  expiresAt: time.nullable(),
});
export type ApiKey = z.infer<typeof apiKeySchema>;

/** The living ones. */
export const apiKeysSchema = z.object({ keys: z.array(apiKeySchema) });
export type ApiKeys = z.infer<typeof apiKeysSchema>;

export const createKeyRequestSchema = z.strictObject({
  name: nameSchema,
  /** At most what the caller itself may do. */
  scopes: z
    .array(keyScopeSchema)
    .min(1)
    .transform((scopes) => [...new Set(scopes)]),
  expiresAt: time.nullable().default(null),
});
export type CreateKeyRequest = z.output<typeof createKeyRequestSchema>;

/** The key itself is told this once. */
export const createdKeySchema = z.object({ key: z.string(), ...apiKeySchema.shape });
export type CreatedKey = z.infer<typeof createdKeySchema>;

export const rotateKeyRequestSchema = z.strictObject({
  id: z.uuid(),
  /** How long the present key lives on. */
  overlapSeconds: z.int().min(0).max(MAX_OVERLAP_SECONDS).default(86_400),
});
export type RotateKeyRequest = z.output<typeof rotateKeyRequestSchema>;

export const revokeKeyRequestSchema = z.strictObject({ id: z.uuid() });
export type RevokeKeyRequest = z.infer<typeof revokeKeyRequestSchema>;

export const revokedKeySchema = z.object({ id: z.uuid(), status: z.literal("revoked") });
export type RevokedKey = z.infer<typeof revokedKeySchema>;
