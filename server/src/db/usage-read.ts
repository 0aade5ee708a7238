/** What a tenant's calls used and cost, as it is told: sums of a span of days, and call by call. */
import type { UsageCall, UsageExportQuery, UsageGroup, UsageSums } from "@cogni/contract";
import type { TenantTx } from "./tenant.ts";

/** Days of the tenant's time zone, YYYY-MM-DD, both ends among them. */
export interface Span {
  readonly from: string;
  readonly to: string;
}

/** The span that is asked for: 30 days up to today, unless it is said otherwise. It may end before it begins. */
export async function spanOf(
  tx: TenantTx,
  now: Date,
  asked: { readonly from?: string | undefined; readonly to?: string | undefined },
): Promise<Span & { readonly timeZone: string; readonly days: number }> {
  const [row] = await tx.query<Span & { timeZone: string; days: number } & Record<string, unknown>>(
    `SELECT b.time_zone AS "timeZone", s.first::text AS from, l.last::text AS to, l.last - s.first + 1 AS days
     FROM billing_accounts b,
       LATERAL (SELECT coalesce($2::date, ($1::timestamptz AT TIME ZONE b.time_zone)::date) AS last) l,
       LATERAL (SELECT coalesce($3::date, l.last - 29) AS first) s`,
    [now, asked.to ?? null, asked.from ?? null],
  );
  if (!row) throw new TypeError("a principal has a tenant");
  return row;
}

/** Of rows `s` that have the columns of usage_days. */
const SUMS = `coalesce(sum(s.calls), 0)::bigint AS calls, coalesce(sum(s.limited), 0)::bigint AS limited,
  coalesce(sum(s.estimated), 0)::bigint AS estimated, coalesce(sum(s.unpriced), 0)::bigint AS unpriced,
  coalesce(sum(s.prompt_tokens), 0)::bigint AS "promptTokens", coalesce(sum(s.cached_tokens), 0)::bigint AS "cachedTokens",
  coalesce(sum(s.completion_tokens), 0)::bigint AS "completionTokens",
  coalesce(sum(s.reasoning_tokens), 0)::bigint AS "reasoningTokens", coalesce(sum(s.cost_nano), 0)::text AS cost`;

export type GroupRow = UsageSums & { readonly key: string | null };

const MOST_ROWS = 200;
const DAYS = "SELECT * FROM usage_days WHERE day BETWEEN $1::date AND $2::date";
/**
 * Calls by their day, which is one in the time zone of then: no zone is more than 14 hours off, and the index is by time.
 */
const IN_SPAN = `e.day BETWEEN $1::date AND $2::date
  AND e.at >= $1::date::timestamp AT TIME ZONE 'UTC' - interval '1 day'
  AND e.at < $2::date::timestamp AT TIME ZONE 'UTC' + interval '2 days'`;

const GROUPS: Readonly<Record<UsageGroup, string>> = {
  day: `SELECT d.day::date::text AS key, ${SUMS} FROM generate_series($1::date, $2::date, interval '1 day') AS d (day)
    LEFT JOIN usage_days s ON s.day = d.day::date GROUP BY d.day ORDER BY d.day`,
  channel: dearest(`SELECT nullif(s.channel, '') AS key, ${SUMS} FROM (${DAYS}) s`),
  model: dearest(`SELECT s.model AS key, ${SUMS} FROM (${DAYS}) s`),
  conversation: dearest(`SELECT s.conversation AS key, ${SUMS} FROM (
      SELECT e.conversation, 1 AS calls, (e.outcome = 'limited')::integer AS limited, (NOT e.measured)::integer AS estimated,
        (NOT e.priced)::integer AS unpriced, e.prompt_tokens, e.cached_tokens, e.completion_tokens, e.reasoning_tokens,
        coalesce(u.cost_nano, e.cost_nano) AS cost_nano
      FROM usage_events e LEFT JOIN upstream_costs u USING (billing_account_id, call_id) WHERE ${IN_SPAN}
    ) s`),
};

function dearest(select: string): string {
  return `${select} GROUP BY 1 ORDER BY sum(s.cost_nano) DESC, sum(s.calls) DESC, 1 LIMIT ${MOST_ROWS}`;
}

/** By day, every day of the span in order; else the dearest first, at most 200. */
export function usageBy(tx: TenantTx, by: UsageGroup, { from, to }: Span): Promise<GroupRow[]> {
  return tx.query<GroupRow & Record<string, unknown>>(GROUPS[by], [from, to]);
}

/** Of the whole span. */
export async function usageTotal(tx: TenantTx, { from, to }: Span): Promise<UsageSums> {
  const [row] = await tx.query<UsageSums & Record<string, unknown>>(`SELECT ${SUMS} FROM (${DAYS}) s`, [
    from,
    to,
  ]);
  if (!row) throw new TypeError("a sum has a row");
  return row;
}

export type CallFilters = Omit<UsageExportQuery, "of" | "from" | "to">;

/** As it is told, but for the time; and the day that it counts in. */
export type CallRow = Omit<UsageCall, "at"> & { readonly at: Date; readonly day: string };

/**
 * The latest first.
 * @param span null: whenever it was
 * @param after the id of a call: those before it alone
 */
export function usageCalls(
  tx: TenantTx,
  span: Span | null,
  filters: CallFilters,
  { after, limit }: { readonly after: string | null; readonly limit: number },
): Promise<CallRow[]> {
  const { channel, model, conversation, outcome, requestId } = filters;
  return tx.query<CallRow & Record<string, unknown>>(
    `SELECT e.call_id AS id, e.request_id AS "requestId", e.at, e.day::text AS day, nullif(e.channel, '') AS channel,
       e.conversation, e.end_user AS "endUser", e.model, e.answered_by AS "answeredBy", e.streamed, e.outcome,
       e.limit_name AS "limit", e.status, e.prompt_tokens AS "promptTokens", e.cached_tokens AS "cachedTokens",
       e.completion_tokens AS "completionTokens", e.reasoning_tokens AS "reasoningTokens",
       coalesce(u.cost_nano, e.cost_nano)::text AS cost,
       CASE WHEN u.call_id IS NOT NULL THEN 'upstream' WHEN e.measured THEN 'measured' ELSE 'estimated' END AS "costSource",
       e.priced, e.latency_ms AS "latencyMs", e.first_byte_ms AS "firstByteMs", r.fate AS reply
     FROM usage_events e
       LEFT JOIN upstream_costs u USING (billing_account_id, call_id)
       LEFT JOIN reply_fates r ON r.billing_account_id = e.billing_account_id AND r.logical_id = e.logical_id
     WHERE ($1::date IS NULL OR (${IN_SPAN})) AND ($3::text IS NULL OR e.channel = $3)
       AND ($4::text IS NULL OR e.model = $4 OR e.answered_by = $4) AND ($5::text IS NULL OR e.conversation = $5)
       AND ($6::text IS NULL OR e.outcome = $6) AND ($7::text IS NULL OR e.request_id = $7)
       AND ($8::uuid IS NULL OR (e.at, e.call_id) < (SELECT a.at, a.call_id FROM usage_events a WHERE a.call_id = $8))
     ORDER BY e.at DESC, e.call_id DESC LIMIT $9`,
    [
      span?.from ?? null,
      span?.to ?? null,
      ...[channel, model, conversation, outcome, requestId].map((value) => value ?? null),
      after,
      limit,
    ],
  );
}

export type DayRow = UsageSums & {
  readonly day: string;
  readonly channel: string | null;
  readonly model: string;
};

/** Day by day, the latest first. */
export function usageDays(
  tx: TenantTx,
  { from, to }: Span,
  { channel, model }: Pick<CallFilters, "channel" | "model">,
): Promise<DayRow[]> {
  return tx.query<DayRow & Record<string, unknown>>(
    `SELECT s.day::text AS day, nullif(s.channel, '') AS channel, s.model, ${SUMS} FROM (${DAYS}) s
     WHERE ($3::text IS NULL OR s.channel = $3) AND ($4::text IS NULL OR s.model = $4)
     GROUP BY s.day, s.channel, s.model ORDER BY s.day DESC, s.channel, s.model`,
    [from, to, channel ?? null, model ?? null],
  );
}
