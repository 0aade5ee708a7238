/** A person's own sessions: what they may know of them, and how they end them. */
import { z } from "zod";

export const sessionSchema = z.object({
  id: z.string(),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  /** Browser and system, as far as they tell: `Firefox · Linux`. Null where the program named neither. */
  userAgent: z.string().nullable(),
  /** The network address it was begun from. */
  address: z.string().nullable(),
  /** Whether it is the one that asks. */
  current: z.boolean(),
});
export type Session = z.infer<typeof sessionSchema>;

export const sessionsSchema = z.object({ sessions: z.array(sessionSchema) });
export type Sessions = z.infer<typeof sessionsSchema>;

/** One of the caller's own, or all but the one that asks. */
export const endSessionsRequestSchema = z.union([
  z.strictObject({ id: z.string().min(1).max(128) }),
  z.strictObject({ others: z.literal(true) }),
]);
export type EndSessionsRequest = z.infer<typeof endSessionsRequestSchema>;

/** How many lived until now: 0 where there was nothing to end, which is a success too. */
export const endedSessionsSchema = z.object({ ended: z.number().int().nonnegative() });
export type EndedSessions = z.infer<typeof endedSessionsSchema>;
