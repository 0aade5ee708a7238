/**
 * Every failure a caller can meet: its code, HTTP status and words. The API, the page, the log and `docs/errors.md`
 * all read them here, so that the same failure is told in the same words everywhere.
 */
import { z } from "zod";
import { ALERT_ERRORS } from "./errors/alerts.ts";
import { CHANNEL_ERRORS } from "./errors/channels.ts";
import { PEOPLE_ERRORS } from "./errors/people.ts";
import { PLATFORM_ERRORS } from "./errors/platform.ts";
import { REQUEST_ERRORS } from "./errors/requests.ts";
import { type ErrorWords, problemActionSchema } from "./errors/words.ts";

export { type ProblemAction, problemActionSchema } from "./errors/words.ts";

export const ERRORS = {
  ...REQUEST_ERRORS,
  ...CHANNEL_ERRORS,
  ...ALERT_ERRORS,
  ...PEOPLE_ERRORS,
  ...PLATFORM_ERRORS,
} as const satisfies Record<string, ErrorWords>;

export type ErrorCode = keyof typeof ERRORS;
export const errorCodes = Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]];
export const errorCodeSchema = z.enum(errorCodes);

/** Why a channel is not well, as it stands in its state. */
export const channelProblemSchema = z.object({
  code: errorCodeSchema,
  cause: z.string(),
  remedy: z.string(),
  action: problemActionSchema,
});
export type ChannelProblem = z.infer<typeof channelProblemSchema>;

/** One thing wrong with a request; `path` is dotted, empty for the body as a whole. */
export const fieldErrorSchema = z.object({ path: z.string(), message: z.string() });
export type FieldError = z.infer<typeof fieldErrorSchema>;

/** RFC 9457 problem details, the body of every answer that is not 2xx. */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  code: errorCodeSchema,
  cause: z.string(),
  remedy: z.string(),
  action: problemActionSchema,
  requestId: z.string(),
  errors: z.array(fieldErrorSchema).optional(),
});
export type Problem = z.infer<typeof problemSchema>;

export function channelProblem(code: ErrorCode): ChannelProblem {
  const { cause, remedy, action } = ERRORS[code];
  return { code, cause, remedy, action };
}
