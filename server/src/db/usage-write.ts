/**
 * What a tenant's LLM calls used, as it is written down: each call once, whatever is told twice, and the sums of its day in the same
 * transaction. What the upstream says that a call cost replaces our own figure, whichever of the two comes first.
 */
import type { CallOutcome, ReplyFate } from "@cogni/contract";
import type { TenantTx } from "./tenant.ts";
import { lockUsage, SUM_COLUMNS, SUMS } from "./usage-days.ts";

/** One attempt at a call. */
export interface UsageEvent {
  readonly callId: string;
  /** The same for all attempts of one call. */
  readonly logicalId: string;
  readonly requestId: string;
  readonly gatewayId: string;
  readonly at: Date;
  /** YYYY-MM-DD in the tenant's time zone. */
  readonly day: string;
  /** '' for none. */
  readonly channel: string;
  readonly conversation: string | null;
  readonly endUser: string | null;
  readonly model: string;
  readonly answeredBy: string | null;
  readonly route: string;
  readonly streamed: boolean;
  readonly outcome: CallOutcome;
  readonly limitName: string | null;
  readonly status: number;
  readonly promptTokens: number;
  /** At most `promptTokens`. */
  readonly cachedTokens: number;
  readonly completionTokens: number;
  /** At most `completionTokens`. */
  readonly reasoningTokens: number;
  readonly costNano: bigint;
  readonly measured: boolean;
  readonly priced: boolean;
  readonly latencyMs: number;
  readonly firstByteMs: number | null;
}

/**
 * Writes those that are not written yet, and adds them to the sums of their days; how many that were. All of them, or none where
 * the database refuses one.
 * @throws AppError database_unavailable; the database's own error for numbers below 0, and for a tenant that was erased meanwhile
 */
export async function insertUsageEvents(tx: TenantTx, events: readonly UsageEvent[]): Promise<number> {
  if (events.length === 0) return 0;
  const [, rows] = await Promise.all([
    lockUsage(tx),
    tx.query<{ inserted: number }>(INSERT_EVENTS, [tx.billingAccountId, JSON.stringify(events.map(toJson))]),
  ]);
  return rows[0]?.inserted ?? 0;
}

const COLUMNS = {
  callId: "call_id uuid",
  logicalId: "logical_id text",
  requestId: "request_id text",
  gatewayId: "gateway_id text",
  at: "at timestamptz",
  day: "day date",
  channel: "channel text",
  conversation: "conversation text",
  endUser: "end_user text",
  model: "model text",
  answeredBy: "answered_by text",
  route: "route text",
  streamed: "streamed boolean",
  outcome: "outcome text",
  limitName: "limit_name text",
  status: "status smallint",
  promptTokens: "prompt_tokens bigint",
  cachedTokens: "cached_tokens bigint",
  completionTokens: "completion_tokens bigint",
  reasoningTokens: "reasoning_tokens bigint",
  costNano: "cost_nano bigint",
  measured: "measured boolean",
  priced: "priced boolean",
  latencyMs: "latency_ms integer",
  firstByteMs: "first_byte_ms integer",
} as const satisfies Record<keyof UsageEvent, string>;
const NAMES = Object.values(COLUMNS).map((column) => column.slice(0, column.indexOf(" ")));

const INSERT_EVENTS = `
  WITH inserted AS (
    INSERT INTO usage_events (billing_account_id, ${NAMES.join(", ")})
    SELECT $1, ${NAMES.join(", ")} FROM jsonb_to_recordset($2::jsonb) AS given (${Object.values(COLUMNS).join(", ")})
    ON CONFLICT DO NOTHING RETURNING *
  ), added AS (
    INSERT INTO usage_days AS d (billing_account_id, day, channel, model, ${SUM_COLUMNS.join(", ")})
    SELECT ${SUMS} FROM inserted e LEFT JOIN upstream_costs u USING (billing_account_id, call_id)
    GROUP BY 1, 2, 3, 4
    ON CONFLICT (billing_account_id, day, channel, model)
      DO UPDATE SET ${SUM_COLUMNS.map((name) => `${name} = d.${name} + excluded.${name}`).join(", ")}
  )
  SELECT count(*) AS inserted FROM inserted`;

/** By column, as the record above has them. Money as digits: JSON's numbers end before it does. */
function toJson(event: UsageEvent): Record<string, unknown> {
  return Object.fromEntries(
    Object.keys(COLUMNS).map((key, place) => {
      const value = event[key as keyof UsageEvent];
      if (typeof value === "bigint") return [NAMES[place], value.toString()];
      return [NAMES[place], typeof value === "string" ? storable(value) : value];
    }),
  );
}

/** The upstream names models, and callers requests: what no text of PostgreSQL may have would stop all that stands beside it. */
function storable(text: string): string {
  return text.toWellFormed().replaceAll("\0", "");
}

export interface UpstreamCost {
  readonly callId: string;
  readonly at: Date;
  readonly model: string;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly costNano: bigint;
}

/**
 * The first that is told of a call counts. How many were the first; of calls that are not known yet, too.
 * @throws as `insertUsageEvents` does
 */
export async function recordUpstreamCosts(tx: TenantTx, items: readonly UpstreamCost[]): Promise<number> {
  if (items.length === 0) return 0;
  const given = items.map(({ callId, at, model, promptTokens, completionTokens, costNano }) => ({
    call_id: callId,
    at,
    model: storable(model),
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    cost_nano: costNano.toString(),
  }));
  const [, rows] = await Promise.all([
    lockUsage(tx),
    tx.query<{ inserted: number }>(
      `WITH inserted AS (
         INSERT INTO upstream_costs (billing_account_id, call_id, at, model, prompt_tokens, completion_tokens, cost_nano)
         SELECT $1, call_id, at, model, prompt_tokens, completion_tokens, cost_nano
         FROM jsonb_to_recordset($2::jsonb) AS given (call_id uuid, at timestamptz, model text, prompt_tokens bigint,
           completion_tokens bigint, cost_nano bigint)
         ON CONFLICT DO NOTHING RETURNING *
       ), differences AS (
         SELECT e.billing_account_id, e.day, e.channel, coalesce(e.answered_by, e.model) AS model,
           sum(u.cost_nano - e.cost_nano)::bigint AS nano
         FROM inserted u JOIN usage_events e USING (billing_account_id, call_id) GROUP BY 1, 2, 3, 4
       ), adjusted AS (
         UPDATE usage_days d SET cost_nano = d.cost_nano + t.nano FROM differences t
         WHERE (d.billing_account_id, d.day, d.channel, d.model) = (t.billing_account_id, t.day, t.channel, t.model)
       )
       SELECT count(*) AS inserted FROM inserted`,
      [tx.billingAccountId, JSON.stringify(given)],
    ),
  ]);
  return rows[0]?.inserted ?? 0;
}

/** What became of messages, by the logical id of the calls that were made for them. The first word on each stays. */
export async function recordReplyFates(
  tx: TenantTx,
  items: readonly { readonly logicalId: string; readonly fate: ReplyFate }[],
): Promise<void> {
  if (items.length === 0) return;
  await tx.query(
    `INSERT INTO reply_fates (billing_account_id, logical_id, fate)
     SELECT $1, logical_id, fate FROM unnest($2::text[], $3::text[]) AS given (logical_id, fate) ON CONFLICT DO NOTHING`,
    [tx.billingAccountId, items.map(({ logicalId }) => storable(logicalId)), items.map(({ fate }) => fate)],
  );
}
