/**
 * What is wrong and for how long: `GET /api/v1/alerts`, `POST /api/v1/alerts/acknowledge`, and whether a person is told by mail:
 * `GET` and `POST /api/v1/alerts/mail`. The same below `/api/v1/operator` for the platform's administrators.
 */
import { z } from "zod";
import { channelProblemSchema } from "./errors.ts";
import { channelIdSchema } from "./ids.ts";

const time = z.iso.datetime();

/** What a tenant is alerted of. */
export const TENANT_ALERTS = [
  /** An account that was connected is not, and nobody wished that. */
  "account_down",
  /** A login by QR came to nothing, and the account waits for another. */
  "login_expired",
  /** The messenger will refuse the credential soon. */
  "credential_expiring",
  /** An API key ends soon, and was not replaced. */
  "key_expiring",
  /** A webhook endpoint was paused, which nobody wished: it is gone, or was for days. */
  "webhook_paused",
  /** Four fifths of a budget, or of the day's messages, are used in the day or month under way. */
  "budget_near",
  /** All of it is, or calls were refused by it: people get the tenant's own sentence instead of answers. */
  "budget_reached",
] as const;

/** What the platform's administrators are alerted of. */
export const PLATFORM_ALERTS = [
  /** All accounts of the gateway with it: its tenants get no alerts of their own. */
  "gateway_unreachable",
  /** Half of a channel's accounts on a gateway are down. */
  "channel_outage",
  /** More accounts run without a registration than are stopped unasked. */
  "leftovers_waiting",
  /** Stored credentials can't be opened. */
  "credentials_unreadable",
  /** Mails about alerts don't get away. */
  "mail_undeliverable",
] as const;

export const alertKindSchema = z.enum([...TENANT_ALERTS, ...PLATFORM_ALERTS]);
export type AlertKind = z.infer<typeof alertKindSchema>;

export const alertSchema = z.strictObject({
  id: z.uuid(),
  kind: alertKindSchema,
  channel: channelIdSchema.nullable(),
  /** What the channel is called. */
  label: z.string().nullable(),
  accountId: z.string().nullable(),
  /** What else it is about: an API key, a gateway. */
  subject: z.strictObject({ id: z.string(), name: z.string().nullable() }).nullable(),
  /** Cause, remedy and action, as they are now or were last. */
  problem: channelProblemSchema,
  /** Whether it waits for a person; where not, it passes by itself. */
  needsPerson: z.boolean(),
  /** When it began. */
  since: time,
  /** Of what is about to end: when. */
  endsAt: time.nullable(),
  /** When it had lasted long enough to be told. */
  openedAt: time,
  resolvedAt: time.nullable(),
  /** `withdrawn`: it is about nothing any more, as after a disconnect. */
  resolution: z.enum(["recovered", "withdrawn"]).nullable(),
  /** Somebody has seen it; null: nobody said so. */
  acknowledged: z
    .strictObject({
      at: time,
      by: z.strictObject({ kind: z.enum(["person", "key"]), id: z.string(), name: z.string().nullable() }),
    })
    .nullable(),
});
export type Alert = z.infer<typeof alertSchema>;

export const alertsQuerySchema = z.strictObject({
  /** The id of the last one on the page before. */
  after: z.uuid().optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
});
export type AlertsQuery = z.output<typeof alertsQuerySchema>;

export const alertsSchema = z.strictObject({
  /** Those that are open, the latest first, all on the first page; then those that are over, the latest first. */
  alerts: z.array(alertSchema),
  /** For `after`; null on the last page. */
  next: z.string().nullable(),
});
export type Alerts = z.infer<typeof alertsSchema>;

export const acknowledgeAlertRequestSchema = z.strictObject({ id: z.uuid() });
export type AcknowledgeAlertRequest = z.infer<typeof acknowledgeAlertRequestSchema>;

export const acknowledgedAlertSchema = z.strictObject({ id: z.uuid(), status: z.literal("acknowledged") });
export type AcknowledgedAlert = z.infer<typeof acknowledgedAlertSchema>;

/** Whether the person who asks is told by mail: of this tenant, or of the platform. */
export const alertMailSchema = z.strictObject({ mails: z.boolean() });
export type AlertMail = z.infer<typeof alertMailSchema>;
