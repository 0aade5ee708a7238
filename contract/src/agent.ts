/** What a tenant's agent is told to be: `GET|POST /api/v1/agent`. */
import { z } from "zod";
import { MAX_GREETING_BYTES, MAX_INSTRUCTIONS_BYTES, utf8Bytes } from "./agent-limits.ts";

/** Lines and tabs are kept; what else can't be seen, or changes the direction of writing, is refused. */
const HIDDEN = /[^\P{C}\n\t\u200c\u200d]|\p{Zl}|\p{Zp}/u;

const textOf = (maxBytes: number) =>
  z
    .string()
    .transform((text) => text.replaceAll("\r\n", "\n").trim())
    .pipe(
      z
        .string()
        .refine((text) => utf8Bytes(text) <= maxBytes, `must have at most ${maxBytes} bytes`)
        .refine((text) => !HIDDEN.test(text), "must have no control characters"),
    );

export const changeAgentRequestSchema = z.strictObject({
  instructions: textOf(MAX_INSTRUCTIONS_BYTES),
  /** What whoever writes for the first time is sent before the first answer; empty: nothing. */
  greeting: textOf(MAX_GREETING_BYTES),
  /** One of those on offer; null: the operator's default. */
  model: z.string().max(200).nullable(),
  /** The one that was read: a change that someone made meanwhile is not overwritten. */
  version: z.int().min(0),
});
export type ChangeAgentRequest = z.output<typeof changeAgentRequestSchema>;

export const agentSettingsSchema = z.object({
  instructions: z.string(),
  greeting: z.string(),
  model: z.string().nullable(),
  /** What the operator offers, the default first. */
  models: z.array(z.string()),
  /** 0: never changed. */
  version: z.int(),
  changedAt: z.iso.datetime().nullable(),
  /** Whether the next message is answered by these settings. */
  applied: z.boolean(),
});
export type AgentSettings = z.infer<typeof agentSettingsSchema>;
