/**
 * Who did what, and what came of it: `GET /api/v1/audit` of a tenant, `GET /api/v1/operator/audit` of the platform, and both as a file
 * with `…/export`. How the entries hang together: docs/operations/audit.md.
 */
import { z } from "zod";
import { channelIdSchema } from "./ids.ts";

const time = z.iso.datetime({ offset: true });
const word = z.string().min(1).max(128);

export const ACTOR_KINDS = ["person", "key", "link", "system"] as const;
export const actorKindSchema = z.enum(ACTOR_KINDS);
export type ActorKind = z.infer<typeof actorKindSchema>;

const filters = {
  actorKind: actorKindSchema.optional(),
  /** The id of a person, a key or a link. */
  actor: word.optional(),
  /** As the entries name it: `channel.connect`. */
  action: word.optional(),
  channel: channelIdSchema.optional(),
  outcome: word.optional(),
  /** Of the request that asked for it, as its answer's `x-request-id` says. */
  requestId: word.optional(),
  /** From then on. */
  from: time.optional(),
  /** Until then, and no longer. */
  to: time.optional(),
};

export const auditFiltersSchema = z.strictObject(filters);
export type AuditFilters = z.output<typeof auditFiltersSchema>;

export const auditQuerySchema = z.strictObject({
  ...filters,
  /** The one entry of that place in the audit. */
  entry: z.coerce.number().int().positive().max(Number.MAX_SAFE_INTEGER).optional(),
  /** The `next` of the page before. */
  cursor: z.string().min(1).max(64).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
export type AuditQuery = z.output<typeof auditQuerySchema>;

export const AUDIT_FORMATS = ["csv", "json"] as const;
export const auditExportQuerySchema = z.strictObject({ ...filters, format: z.enum(AUDIT_FORMATS) });
export type AuditFormat = (typeof AUDIT_FORMATS)[number];

export const auditEntrySchema = z.strictObject({
  /** Its place in the audit of the tenant, or of the platform: from 1, without gaps. */
  seq: z.number().int().positive(),
  at: z.iso.datetime(),
  actor: z.strictObject({
    kind: actorKindSchema,
    id: z.string(),
    /** The person's or the key's; null where it is not known, or not to be told. */
    name: z.string().nullable(),
  }),
  action: z.string(),
  channel: z.string().nullable(),
  accountId: z.string().nullable(),
  /** Whom or what it was done to. */
  subject: z.string().nullable(),
  subjectName: z.string().nullable(),
  outcome: z.string(),
  /** From where; null where no request asked. */
  remoteAddress: z.string().nullable(),
  requestId: z.string().nullable(),
  /** Over the entry and the one before it, in hex. */
  hash: z.string(),
});
export type AuditEntry = z.infer<typeof auditEntrySchema>;

export const auditPageSchema = z.strictObject({
  /** The newest first. */
  entries: z.array(auditEntrySchema),
  /** For `cursor`; null on the last page. */
  next: z.string().nullable(),
});
export type AuditPage = z.infer<typeof auditPageSchema>;
