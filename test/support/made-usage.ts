/** Usage as the API would tell it, with each mark, outcome and tone that a page draws, and names longer than any column. */
import type {
  Limits,
  OperatorUsage,
  UsageCall,
  UsageCalls,
  UsageGroup,
  UsageReport,
  UsageSums,
} from "@cogni/contract";
import { CALL_OUTCOMES } from "@cogni/contract";

const DAY_MS = 86_400_000;
const LONG_MODEL = "some-provider/a-model-with-a-name-that-is-far-too-long-for-any-column-of-a-table";
/** As long as a keyed hash. */
const HASH = "0f6c3a52".repeat(8);

const dayBefore = (days: number): string => new Date(Date.now() - days * DAY_MS).toISOString().slice(0, 10);
const inHours = (hours: number): string => new Date(Date.now() + hours * 3_600_000).toISOString();

const sums = (calls: number, cost: bigint): UsageSums => ({
  calls,
  limited: calls > 1 ? 1 : 0,
  estimated: calls > 1 ? 1 : 0,
  unpriced: calls > 1 ? 1 : 0,
  promptTokens: calls * 1_800,
  cachedTokens: calls * 512,
  completionTokens: calls * 200,
  reasoningTokens: calls * 40,
  cost: String(cost),
});

const KEYS: Record<Exclude<UsageGroup, "day">, (string | null)[]> = {
  channel: ["made-channel", null],
  model: [LONG_MODEL, "small"],
  conversation: [HASH, null],
};

export function madeReport(by: UsageGroup): UsageReport {
  const days = Array.from({ length: 30 }, (_, index) => dayBefore(29 - index));
  const keys = by === "day" ? days : KEYS[by];
  const rows = keys.map((key, index) => ({ key, ...sums(index % 5, BigInt(index % 5) * 42_134_000n) }));
  return {
    from: dayBefore(29),
    to: dayBefore(0),
    timeZone: "UTC",
    by,
    rows,
    total: sums(60, 2_528_040_000n),
  };
}

/** One of each outcome, the costs from each source. */
export function madeCalls(): UsageCalls {
  const calls = CALL_OUTCOMES.map(
    (outcome, index): UsageCall => ({
      id: `00000000-0000-4000-8000-00000000000${index}`,
      requestId: `made-request-${index}`,
      at: new Date(Date.now() - index * 60_000).toISOString(),
      channel: index === 0 ? "made-channel" : null,
      conversation: index === 0 ? HASH : null,
      endUser: index === 0 ? HASH : null,
      model: LONG_MODEL,
      answeredBy: "small",
      streamed: true,
      outcome,
      limit: outcome === "limited" ? "month_budget" : null,
      status: 200,
      promptTokens: 1_800,
      cachedTokens: 512,
      completionTokens: 200,
      reasoningTokens: 40,
      cost: "123000",
      costSource: (["measured", "estimated", "upstream"] as const)[index % 3] ?? "measured",
      priced: index !== 0,
      latencyMs: 2_314,
      firstByteMs: 412,
      reply: index === 0 ? "replied" : null,
    }),
  );
  return { calls, next: calls[0]?.id ?? null };
}

/** A budget that is used up, one that nearly is, and messages of which there are plenty. */
export function madeLimits(): Limits {
  return {
    dayBudget: "5000000000",
    monthBudget: "60000000000",
    callsPerMinute: null,
    tokensPerMinute: null,
    concurrentCalls: null,
    messagesPerDay: 1_000,
    endUser: { dayBudget: null, callsPerMinute: null, messagesPerDay: null },
    reachedText: "",
    timeZone: "UTC",
    operatorMonthBudget: "100000000000",
    version: 3,
    changedAt: null,
    standing: [
      {
        limit: "day_budget",
        used: "5000000000",
        of: "5000000000",
        reachedAt: inHours(-1),
        resetsAt: inHours(5),
      },
      {
        limit: "month_budget",
        used: "51213400000",
        of: "60000000000",
        reachedAt: null,
        resetsAt: inHours(99),
      },
      { limit: "messages_per_day", used: "120", of: "1000", reachedAt: null, resetsAt: inHours(5) },
    ],
  };
}

export function madeOperatorUsage(): OperatorUsage {
  const tenant = (billingAccountId: string, name: string) => ({
    billingAccountId,
    name,
    ...sums(60, 2_528_040_000n),
  });
  return {
    from: dayBefore(29),
    to: dayBefore(0),
    total: sums(120, 5_056_080_000n),
    tenants: [
      {
        ...tenant("made", "Made"),
        upstreamCost: "2528040001",
        unconfirmed: 3,
        unknown: 2,
        unknownCost: "1200000",
        balance: "-213400000",
      },
      {
        ...tenant("silent", "A tenant with a name that is far too long for any column of any table"),
        upstreamCost: null,
        unconfirmed: 60,
        unknown: 0,
        unknownCost: "0",
        balance: "0",
      },
    ],
  };
}
