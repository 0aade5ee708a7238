/** People who wrote to an account that takes messages by approval: `GET|POST /api/v1/senders`. */
import { z } from "zod";
import { channelIdSchema } from "./ids.ts";

const time = z.iso.datetime();

/** Who wrote, as the messenger names them. */
export const senderIdSchema = z.string().min(1).max(256);

export const pendingSenderSchema = z.object({
  channel: channelIdSchema,
  sender: senderIdSchema,
  /** The name they go by at the messenger; null where it told none. */
  name: z.string().nullable(),
  requestedAt: time,
  /** After this the request is dropped; they ask again by writing again. */
  expiresAt: time,
});
export type PendingSender = z.infer<typeof pendingSenderSchema>;

export const sendersSchema = z.object({ senders: z.array(pendingSenderSchema) });
export type Senders = z.infer<typeof sendersSchema>;

export const decideSenderRequestSchema = z.strictObject({
  channel: channelIdSchema,
  sender: senderIdSchema,
  /** A dismissed sender may ask again by writing again. */
  decision: z.enum(["approve", "dismiss"]),
});
export type DecideSenderRequest = z.infer<typeof decideSenderRequestSchema>;

export const decideSenderResponseSchema = z.object({
  channel: channelIdSchema,
  sender: senderIdSchema,
  status: z.enum(["approved", "dismissed"]),
});
export type DecideSenderResponse = z.infer<typeof decideSenderResponseSchema>;
