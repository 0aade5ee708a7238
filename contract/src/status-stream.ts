/**
 * `GET /api/v1/channels/status` as an event stream (`Accept: text/event-stream`): the document once, then what changes in
 * it. Comments keep the connection open; `Last-Event-ID` resumes without a second `snapshot` where nothing was missed.
 */
import type { z } from "zod";
import { channelStatusSchema, statusDocumentSchema } from "./channels.ts";

/** By event name, the data it carries as JSON. */
export const STATUS_EVENTS = {
  /** The whole document; replaces whatever the reader had. */
  snapshot: statusDocumentSchema,
  /** One channel that changed; replaces the channel of that name. */
  channel: channelStatusSchema,
  /** The gateway came or went. */
  gateway: statusDocumentSchema.omit({ channels: true }),
} as const;
export type StatusEventName = keyof typeof STATUS_EVENTS;
export type StatusEvent = {
  [Name in StatusEventName]: { readonly event: Name; readonly data: z.infer<(typeof STATUS_EVENTS)[Name]> };
}[StatusEventName];
