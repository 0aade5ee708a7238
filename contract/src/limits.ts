/** What a tenant's agent may use: `GET|POST /api/v1/limits`. Where nothing is set, nothing is limited. */
import { z } from "zod";
import { budgetSchema, nanoSchema } from "./money.ts";

/** What is limited, as a call that was ended by it says. */
export const LIMITS = [
  "day_budget",
  "month_budget",
  "calls_per_minute",
  "tokens_per_minute",
  "concurrent_calls",
  "messages_per_day",
  "user_day_budget",
  "user_calls_per_minute",
  "user_messages_per_day",
] as const;
export const limitNameSchema = z.enum(LIMITS);
export type LimitName = z.infer<typeof limitNameSchema>;

const count = (max: number) => z.number().int().min(1).max(max).nullable();

/** Null: not limited. */
const limits = {
  dayBudget: budgetSchema.nullable(),
  monthBudget: budgetSchema.nullable(),
  callsPerMinute: count(1_000_000),
  tokensPerMinute: count(1_000_000_000),
  concurrentCalls: count(100_000),
  messagesPerDay: count(10_000_000),
  /** What any one person who writes may use. */
  endUser: z.strictObject({
    dayBudget: budgetSchema.nullable(),
    callsPerMinute: count(1_000_000),
    messagesPerDay: count(10_000_000),
  }),
  /** What people are answered when a limit is reached; empty: a sentence of ours. */
  reachedText: z
    .string()
    .trim()
    .max(500, "must have at most 500 characters")
    .refine((text) => !/[^\P{C}\n\u200c\u200d]/u.test(text), "must have no control characters"),
  /** In which days and months are counted, as the IANA names it. */
  timeZone: z.string().max(64).refine(isTimeZone, "must be a time zone's name, such as Europe/Berlin"),
};

/** What people are answered where the tenant has no sentence of its own. */
export const REACHED_TEXT = "I can't answer any more just now. Please try again later.";

export const changeLimitsRequestSchema = z.strictObject({
  ...limits,
  /** The one that was read: a change that someone made meanwhile is not overwritten. */
  version: z.int().min(0),
});
export type ChangeLimitsRequest = z.output<typeof changeLimitsRequestSchema>;

export const limitStandingSchema = z.strictObject({
  limit: limitNameSchema,
  /** In nano-dollars for budgets, else how many; what is under way counts. */
  used: nanoSchema,
  of: nanoSchema,
  /** Since when calls were refused in this day or month; null: none was. */
  reachedAt: z.iso.datetime().nullable(),
  /** When it begins anew. */
  resetsAt: z.iso.datetime(),
});
export type LimitStanding = z.infer<typeof limitStandingSchema>;

export const limitsSchema = z.strictObject({
  ...limits,
  /** What the operator lets the tenant spend in a month, whatever its own budget; null: the operator sets no bound. */
  operatorMonthBudget: budgetSchema.nullable(),
  /** 0: never changed. */
  version: z.int(),
  changedAt: z.iso.datetime().nullable(),
  /** How far the budgets and messages of this day and month are used, of those that are set. */
  standing: z.array(limitStandingSchema),
});
export type Limits = z.infer<typeof limitsSchema>;

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    // A RangeError is how Intl says no.
    return false;
  }
}
