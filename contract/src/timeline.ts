/** How each channel has been in the last days: `GET /api/v1/channels/timeline`. */
import { z } from "zod";
import { channelStateSchema } from "./channels.ts";
import { errorCodeSchema } from "./errors.ts";
import { channelIdSchema } from "./ids.ts";

const time = z.iso.datetime();

export const timelineQuerySchema = z.strictObject({
  /** How many days back from now. One day comes in 24 parts, more in one part each. */
  days: z.coerce.number().int().min(1).max(30).default(7),
});

/** A state and when it began; it lasted until the next one began. */
export const stateChangeSchema = z.object({
  at: time,
  state: channelStateSchema,
  /** Why, where it had a reason. */
  code: errorCodeSchema.nullable(),
});
export type StateChange = z.infer<typeof stateChangeSchema>;

export const channelTimelineSchema = z.object({
  channel: channelIdSchema,
  /** The share of the time it was wished connected and watched in which it was up, 0 to 1; null where there was none. */
  upShare: z.number().min(0).max(1).nullable(),
  /** The same for equal parts of the time told of, the earliest first. */
  parts: z.array(z.object({ from: time, upShare: z.number().min(0).max(1).nullable() })),
  /** The earliest first; the first one may have begun before `from`. */
  changes: z.array(stateChangeSchema),
});
export type ChannelTimeline = z.infer<typeof channelTimelineSchema>;

export const timelineSchema = z.object({ from: time, to: time, channels: z.array(channelTimelineSchema) });
export type Timeline = z.infer<typeof timelineSchema>;
