/**
 * Connect links: `GET|POST /api/v1/connect-links`, `POST …/revoke`, `GET|POST …/settings`, `POST /api/auth/connect-link/open`.
 * A platform makes one by API and hands it to its own customer, who connects channels by it without an account.
 */
import { z } from "zod";
import { channelIdSchema } from "./ids.ts";
import { nameSchema } from "./names.ts";
import { MAX_ORIGINS, originSchema, webAddressSchema } from "./origins.ts";
import { linkTokenSchema } from "./password.ts";

const time = z.iso.datetime();

/** How many open links `GET /api/v1/connect-links` lists, the newest. */
export const MAX_LINKS_LISTED = 100;

const channelsSchema = z
  .array(channelIdSchema)
  .min(1, "must name at least one channel; leave it out for all of them")
  .max(100)
  .transform((channels) => [...new Set(channels)]);

export const createConnectLinkRequestSchema = z.strictObject({
  /** All that the gateway offers, unless given. */
  channels: channelsSchema.optional(),
  /** Where the page leads back to. Its origin is one of the tenant's `allowedOrigins`. */
  returnUrl: webAddressSchema.optional(),
});
export type CreateConnectLinkRequest = z.output<typeof createConnectLinkRequestSchema>;

/** Told this once: the address carries the token. */
export const createdConnectLinkSchema = z.object({
  id: z.uuid(),
  /** `…/connect/<id>#<token>`. */
  url: z.string(),
  /** When the link ends, and with it what was opened by it. */
  expiresAt: time,
});
export type CreatedConnectLink = z.infer<typeof createdConnectLinkSchema>;

export const connectLinkSchema = z.object({
  id: z.uuid(),
  /** Null: all. */
  channels: z.array(channelIdSchema).nullable(),
  returnUrl: z.string().nullable(),
  createdAt: time,
  expiresAt: time,
  /** Null: nobody has opened it yet. */
  openedAt: time.nullable(),
  /** The name of the person or key. */
  createdBy: z.string(),
});
export type ConnectLink = z.infer<typeof connectLinkSchema>;

/** Those that can be opened or are in use, the newest first. */
export const connectLinksSchema = z.object({ links: z.array(connectLinkSchema) });
export type ConnectLinks = z.infer<typeof connectLinksSchema>;

export const revokeConnectLinkRequestSchema = z.strictObject({ id: z.uuid() });
export const revokedConnectLinkSchema = z.object({ id: z.uuid(), status: z.literal("revoked") });
export type RevokedConnectLink = z.infer<typeof revokedConnectLinkSchema>;

export const brandColorSchema = z
  .string()
  .regex(/^#[0-9a-f]{6}$/i, "must be a colour in the form #1a2b3c")
  .toLowerCase();

export const connectLinkSettingsSchema = z.strictObject({
  /** Null: the tenant's own name. */
  name: nameSchema.nullable(),
  /** Null: ours. */
  color: brandColorSchema.nullable(),
  /** Which sites may embed the page, and be led back to. */
  allowedOrigins: z
    .array(originSchema)
    .max(MAX_ORIGINS, `must be at most ${MAX_ORIGINS}`)
    .transform((origins) => [...new Set(origins)]),
});
export type ConnectLinkSettings = z.output<typeof connectLinkSettingsSchema>;

/** Whatever opens nothing is answered alike. */
export const openConnectLinkRequestSchema = z.strictObject({ id: z.uuid(), token: linkTokenSchema });
export type OpenConnectLinkRequest = z.infer<typeof openConnectLinkRequestSchema>;

export const openedConnectLinkSchema = z.object({
  /** Identifies the page's requests, as `Authorization: Bearer …`. Told this once. */
  bearer: z.string(),
  tenantName: z.string(),
  brand: z.object({ name: z.string(), color: z.string().nullable() }),
  /** Null: all. */
  channels: z.array(channelIdSchema).nullable(),
  returnUrl: z.string().nullable(),
  /** To which sites an embedded page speaks. */
  allowedOrigins: z.array(z.string()),
  expiresAt: time,
});
export type OpenedConnectLink = z.infer<typeof openedConnectLinkSchema>;
