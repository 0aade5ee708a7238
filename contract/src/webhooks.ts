/**
 * Webhooks out: what is told of a tenant to endpoints of its own, in the form of Standard Webhooks (standardwebhooks.com). The
 * body is `{ type, timestamp, data }`; nothing in it is secret.
 */
import { z } from "zod";
import { channelStateSchema } from "./channels.ts";
import { errorCodeSchema } from "./errors.ts";
import { channelIdSchema } from "./ids.ts";

const time = z.iso.datetime();

/** What an endpoint can choose. */
export const WEBHOOK_EVENT_TYPES = ["channel.state_changed", "alert.opened", "alert.resolved"] as const;
export const webhookEventTypeSchema = z.enum(WEBHOOK_EVENT_TYPES);
export type WebhookEventType = z.infer<typeof webhookEventTypeSchema>;

/** Beside them, what is sent to one endpoint when somebody asks for it. */
export const webhookMessageTypeSchema = z.enum([...WEBHOOK_EVENT_TYPES, "webhook.test"]);
export type WebhookMessageType = z.infer<typeof webhookMessageTypeSchema>;

export const channelStateChangedSchema = z.object({
  channel: channelIdSchema,
  accountId: z.string(),
  state: channelStateSchema,
  /** Null: the first that is told of the account. */
  previousState: channelStateSchema.nullable(),
  /** Why, where it has a reason. */
  code: errorCodeSchema.nullable(),
});
export type ChannelStateChanged = z.infer<typeof channelStateChangedSchema>;

/** The same for its opening and its end. */
export const alertChangedSchema = z.object({
  alertId: z.uuid(),
  /** A word for what is wrong, such as `account_down`. */
  kind: z.string(),
  /** Null for one that is of no single channel. */
  channel: channelIdSchema.nullable(),
  accountId: z.string().nullable(),
  code: errorCodeSchema.nullable(),
  openedAt: time,
  /** Null while it is open. */
  resolvedAt: time.nullable(),
});
export type AlertChanged = z.infer<typeof alertChangedSchema>;

export const webhookTestSchema = z.object({ endpointId: z.uuid() });
export type WebhookTest = z.infer<typeof webhookTestSchema>;

/** The body of a message. `timestamp`: when it happened, which its retries do not change. */
export const webhookMessageSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("channel.state_changed"), timestamp: time, data: channelStateChangedSchema }),
  z.object({ type: z.literal("alert.opened"), timestamp: time, data: alertChangedSchema }),
  z.object({ type: z.literal("alert.resolved"), timestamp: time, data: alertChangedSchema }),
  z.object({ type: z.literal("webhook.test"), timestamp: time, data: webhookTestSchema }),
]);
export type WebhookMessage = z.infer<typeof webhookMessageSchema>;
