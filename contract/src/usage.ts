/**
 * What a tenant's LLM calls cost: `GET /api/v1/usage` (sums), `GET /api/v1/usage/calls` (one row for each call) and
 * `GET /api/v1/usage/export` (a file). Days are those of the tenant's time zone.
 */
import { z } from "zod";
import { nanoSchema } from "./money.ts";

const time = z.iso.datetime();
const day = z.iso.date();
const count = z.number().int().nonnegative();

/** What became of a call. */
export const CALL_OUTCOMES = [
  "completed",
  /** Whoever called hung up; what was used is billed. */
  "aborted",
  /** The upstream refused it: nothing was used. */
  "upstream_refused",
  /** The upstream died, or told an error, after it had begun to answer. */
  "broken",
  /** A limit was reached: the tenant's own sentence was answered, and nothing was used. */
  "limited",
] as const;
export const callOutcomeSchema = z.enum(CALL_OUTCOMES);
export type CallOutcome = z.infer<typeof callOutcomeSchema>;

/** Where a call's cost comes from: the usage that was told, an estimate, or the upstream's own bill, which replaces either. */
export const costSourceSchema = z.enum(["measured", "estimated", "upstream"]);
export type CostSource = z.infer<typeof costSourceSchema>;

/** Whether the message that a call was made for got its reply; as the gateway's plugin saw it. */
export const replyFateSchema = z.enum(["replied", "silent", "failed", "dropped"]);
export type ReplyFate = z.infer<typeof replyFateSchema>;

export const usageCallSchema = z.strictObject({
  /** Of this attempt; sent to the upstream, too. */
  id: z.uuid(),
  /** What its `x-request-id` says: the audit has the same. */
  requestId: z.string(),
  at: time,
  /** Null for calls that no messenger's message caused. */
  channel: z.string().nullable(),
  /** Keyed hashes: the same for the same conversation and person of this tenant, and nothing to anyone else. */
  conversation: z.string().nullable(),
  endUser: z.string().nullable(),
  /** As it was asked for, and as it answered. */
  model: z.string(),
  answeredBy: z.string().nullable(),
  streamed: z.boolean(),
  outcome: callOutcomeSchema,
  /** Which limit, for `limited`. */
  limit: z.string().nullable(),
  /** What the caller was answered with (HTTP). */
  status: z.number().int(),
  promptTokens: count,
  /** Of the prompt's tokens. */
  cachedTokens: count,
  completionTokens: count,
  /** Of the completion's tokens. */
  reasoningTokens: count,
  cost: nanoSchema,
  costSource: costSourceSchema,
  /** False: nobody told a price of that model, so the ceiling was taken. */
  priced: z.boolean(),
  latencyMs: count,
  /** Until the first byte of the answer; null where there was none. */
  firstByteMs: count.nullable(),
  /** Null: not known, or not a message's. */
  reply: replyFateSchema.nullable(),
});
export type UsageCall = z.infer<typeof usageCallSchema>;

const span = {
  /** The first day; 29 days before the last one where it is left out. */
  from: day.optional(),
  /** The last day; today where it is left out. */
  to: day.optional(),
};

export const USAGE_GROUPS = ["day", "channel", "model", "conversation"] as const;
export const usageGroupSchema = z.enum(USAGE_GROUPS);
export type UsageGroup = z.infer<typeof usageGroupSchema>;

export const usageQuerySchema = z.strictObject({ ...span, by: usageGroupSchema.default("day") });
export type UsageQuery = z.output<typeof usageQuerySchema>;

const sums = {
  calls: count,
  /** Of the calls: those that a limit ended. */
  limited: count,
  /** Of the calls: whose usage nobody told. */
  estimated: count,
  /** Of the calls: whose model nobody told a price of. */
  unpriced: count,
  promptTokens: count,
  cachedTokens: count,
  completionTokens: count,
  reasoningTokens: count,
  cost: nanoSchema,
};
export const usageSumsSchema = z.strictObject(sums);
export type UsageSums = z.infer<typeof usageSumsSchema>;

export const usageReportSchema = z.strictObject({
  from: day,
  to: day,
  timeZone: z.string(),
  by: usageGroupSchema,
  /** By day: every day of the span, the first one first. Else the dearest first, at most 200; null stands for none. */
  rows: z.array(z.strictObject({ key: z.string().nullable(), ...sums })),
  total: usageSumsSchema,
});
export type UsageReport = z.infer<typeof usageReportSchema>;

const callFilters = {
  ...span,
  channel: z.string().max(64).optional(),
  model: z.string().max(200).optional(),
  conversation: z.string().max(64).optional(),
  outcome: callOutcomeSchema.optional(),
  requestId: z.string().max(128).optional(),
};

export const usageCallsQuerySchema = z.strictObject({
  ...callFilters,
  /** The id of the last one on the page before. */
  after: z.uuid().optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
export type UsageCallsQuery = z.output<typeof usageCallsQuerySchema>;

export const usageCallsSchema = z.strictObject({
  /** The latest first. */
  calls: z.array(usageCallSchema),
  /** For `after`; null on the last page. */
  next: z.string().nullable(),
});
export type UsageCalls = z.infer<typeof usageCallsSchema>;

export const usageExportQuerySchema = z.strictObject({
  ...callFilters,
  /** One line for each call, or for each day, channel and model. */
  of: z.enum(["calls", "days"]).default("calls"),
});
export type UsageExportQuery = z.output<typeof usageExportQuerySchema>;

export const operatorUsageQuerySchema = z.strictObject(span);
export type OperatorUsageQuery = z.output<typeof operatorUsageQuerySchema>;

/** `GET /api/v1/operator/usage`: days in UTC. */
export const operatorUsageSchema = z.strictObject({
  from: day,
  to: day,
  /** The dearest first. */
  tenants: z.array(
    z.strictObject({
      billingAccountId: z.string(),
      name: z.string(),
      ...sums,
      /** What the upstream says the same calls cost; null: it says nothing of any. */
      upstreamCost: nanoSchema.nullable(),
      /** Of the calls that cost something: of which the upstream says nothing. */
      unconfirmed: count,
      /** Of the upstream's figures: those of which we know no call, and what they cost. */
      unknown: count,
      unknownCost: nanoSchema,
      /** Credits and top-ups, less all that was ever used. */
      balance: nanoSchema,
    }),
  ),
  total: usageSumsSchema,
});
export type OperatorUsage = z.infer<typeof operatorUsageSchema>;

/** Names a request, so that one that is sent again is carried out once. */
export const IDEMPOTENCY_HEADER = "Idempotency-Key";
export const idempotencyKeySchema = z
  .string()
  .regex(/^[!-~]{1,128}$/, "must have 1 to 128 visible ASCII characters");

/** `POST /api/v1/operator/credits`: an entry in a tenant's ledger; one that takes away is negative. */
export const creditRequestSchema = z.strictObject({
  billingAccountId: z.string().max(64),
  kind: z.enum(["credit", "top_up", "correction"]),
  amount: nanoSchema.refine((amount) => !/^-?0+$/.test(amount), "must not be 0"),
  note: z.string().trim().max(200),
});
export type CreditRequest = z.output<typeof creditRequestSchema>;

export const creditedSchema = z.strictObject({ id: z.uuid(), balance: nanoSchema });
export type Credited = z.infer<typeof creditedSchema>;
