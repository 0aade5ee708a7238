/**
 * The sums of a tenant's calls by day, channel and model: kept as calls are written (usage-write.ts), made anew at will, and compared
 * with the calls themselves.
 */
import type { TenantTx } from "./tenant.ts";

/** Of usage_days, in the order of `SUMS`. */
export const SUM_COLUMNS = [
  "calls",
  "limited",
  "estimated",
  "unpriced",
  "prompt_tokens",
  "cached_tokens",
  "completion_tokens",
  "reasoning_tokens",
  "cost_nano",
] as const;

/** What usage_days has of rows `e` of usage_events, beside the upstream's word `u` on each; grouped by the first four. */
export const SUMS = `e.billing_account_id, e.day, e.channel, coalesce(e.answered_by, e.model), count(*),
  count(*) FILTER (WHERE e.outcome = 'limited'), count(*) FILTER (WHERE NOT e.measured), count(*) FILTER (WHERE NOT e.priced),
  sum(e.prompt_tokens)::bigint, sum(e.cached_tokens)::bigint, sum(e.completion_tokens)::bigint, sum(e.reasoning_tokens)::bigint,
  sum(coalesce(u.cost_nano, e.cost_nano))::bigint`;

/**
 * Until the transaction ends, nobody else writes what this tenant used. Without it a call and the upstream's word on it, written at
 * once, would not see each other, and the day would keep the wrong cost of the two. What reads under it is a statement of its own:
 * one that began before the lock was had would not see what was written meanwhile.
 */
export async function lockUsage(tx: TenantTx): Promise<void> {
  await tx.query("SELECT pg_advisory_xact_lock(hashtextextended('usage/' || $1, 0))", [tx.billingAccountId]);
}

/**
 * Makes the sums of those days anew, both ends among them.
 * @param from YYYY-MM-DD
 * @param to YYYY-MM-DD
 */
export async function rebuildUsageDays(tx: TenantTx, from: string, to: string): Promise<void> {
  await lockUsage(tx);
  await tx.query(
    "DELETE FROM usage_days WHERE billing_account_id = $1 AND day BETWEEN $2::date AND $3::date",
    [tx.billingAccountId, from, to],
  );
  await tx.query(
    `INSERT INTO usage_days (billing_account_id, day, channel, model, ${SUM_COLUMNS.join(", ")})
     SELECT ${SUMS} FROM usage_events e LEFT JOIN upstream_costs u USING (billing_account_id, call_id)
     WHERE e.billing_account_id = $1 AND e.day BETWEEN $2::date AND $3::date GROUP BY 1, 2, 3, 4`,
    [tx.billingAccountId, from, to],
  );
}

/** The months in which the tenant used anything, or has sums: their first and last days, YYYY-MM-DD. */
export function usageMonths(tx: TenantTx): Promise<{ readonly from: string; readonly to: string }[]> {
  return tx.query<{ from: string; to: string }>(
    `SELECT m.first::date::text AS from, (m.first + interval '1 month - 1 day')::date::text AS to FROM (
       SELECT date_trunc('month', day::timestamp) AS first FROM usage_events WHERE billing_account_id = $1
       UNION SELECT date_trunc('month', day::timestamp) FROM usage_days WHERE billing_account_id = $1
     ) m ORDER BY 1`,
    [tx.billingAccountId],
  );
}

/** The days, YYYY-MM-DD, whose sums are not those of their calls; none, unless someone changed rows by hand. */
export async function unequalUsageDays(tx: TenantTx): Promise<string[]> {
  const names = `billing_account_id, day, channel, model, ${SUM_COLUMNS.join(", ")}`;
  const rows = await tx.query<{ day: string }>(
    `WITH told (${names}) AS (
       SELECT ${SUMS} FROM usage_events e LEFT JOIN upstream_costs u USING (billing_account_id, call_id)
       WHERE e.billing_account_id = $1 GROUP BY 1, 2, 3, 4
     ), kept AS (SELECT ${names} FROM usage_days WHERE billing_account_id = $1)
     SELECT DISTINCT day::text AS day FROM ((TABLE told EXCEPT TABLE kept) UNION ALL (TABLE kept EXCEPT TABLE told)) AS unequal
     ORDER BY 1`,
    [tx.billingAccountId],
  );
  return rows.map(({ day }) => day);
}
