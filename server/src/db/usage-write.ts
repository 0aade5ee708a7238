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

declare const row: unique symbol;
/** A call as it is sent to the database, in JSON. */
export type UsageRow = string & { readonly [row]: true };

/**
 * Made when the call ends, not when it is written: that spreads the work, and what waits to be written is one text instead of the
 * dozens of values that the collector would have to move. An array, which takes a sixth of the time of an object with names.
 */
export function usageRow(event: UsageEvent): UsageRow {
  return JSON.stringify([
    event.callId,
    event.logicalId,
    event.requestId,
    event.gatewayId,
    event.at.getTime(),
    event.day,
    event.channel,
    event.conversation,
    event.endUser,
    storable(event.model),
    event.answeredBy && storable(event.answeredBy),
    event.route,
    event.streamed,
    event.outcome,
    event.limitName,
    event.status,
    event.promptTokens,
    event.cachedTokens,
    event.completionTokens,
    event.reasoningTokens,
    // As digits: JSON's numbers end before money does.
    event.costNano.toString(),
    event.measured,
    event.priced,
    event.latencyMs,
    event.firstByteMs,
  ]) as UsageRow;
}

/**
 * Writes those that are not written yet, and adds them to the sums of their days; how many that were. All of them, or none where
 * the database refuses one.
 * @throws AppError database_unavailable; the database's own error for numbers below 0, and for a tenant that was erased meanwhile
 */
export async function insertUsageEvents(tx: TenantTx, rows: readonly UsageRow[]): Promise<number> {
  if (rows.length === 0) return 0;
  const [, counts] = await Promise.all([
    lockUsage(tx),
    tx.query<{ inserted: number }>(INSERT_EVENTS, [tx.billingAccountId, `[${rows.join()}]`]),
  ]);
  return counts[0]?.inserted ?? 0;
}

/** In the order of a row, each with its type. */
const COLUMNS = [
  ["call_id", "uuid"],
  ["logical_id", "text"],
  ["request_id", "text"],
  ["gateway_id", "text"],
  ["at", "timestamptz"],
  ["day", "date"],
  ["channel", "text"],
  ["conversation", "text"],
  ["end_user", "text"],
  ["model", "text"],
  ["answered_by", "text"],
  ["route", "text"],
  ["streamed", "boolean"],
  ["outcome", "text"],
  ["limit_name", "text"],
  ["status", "smallint"],
  ["prompt_tokens", "bigint"],
  ["cached_tokens", "bigint"],
  ["completion_tokens", "bigint"],
  ["reasoning_tokens", "bigint"],
  ["cost_nano", "bigint"],
  ["measured", "boolean"],
  ["priced", "boolean"],
  ["latency_ms", "integer"],
  ["first_byte_ms", "integer"],
] as const;
const NAMES = COLUMNS.map(([name]) => name).join(", ");
const VALUES = COLUMNS.map(([, type], place) =>
  type === "timestamptz" ? `to_timestamp((given->>${place})::float8 / 1000)` : `(given->>${place})::${type}`,
).join(", ");

const INSERT_EVENTS = `
  WITH inserted AS (
    INSERT INTO usage_events (billing_account_id, ${NAMES})
    SELECT $1, ${VALUES} FROM jsonb_array_elements($2::jsonb) AS given
    ON CONFLICT DO NOTHING RETURNING *
  ), added AS (
    INSERT INTO usage_days AS d (billing_account_id, day, channel, model, ${SUM_COLUMNS.join(", ")})
    SELECT ${SUMS} FROM inserted e LEFT JOIN upstream_costs u USING (billing_account_id, call_id)
    GROUP BY 1, 2, 3, 4
    ON CONFLICT (billing_account_id, day, channel, model)
      DO UPDATE SET ${SUM_COLUMNS.map((name) => `${name} = d.${name} + excluded.${name}`).join(", ")}
  )
  SELECT count(*) AS inserted FROM inserted`;

/** The upstream names models, and callers requests: what no text of PostgreSQL may have would stop all that stands beside it. */
function storable(text: string): string {
  return text.isWellFormed() && !text.includes("\0") ? text : text.toWellFormed().replaceAll("\0", "");
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
