/** What tenants let their agents use, and how far it is used in the day and month under way. */
import type { BillingAccountId, ChangeLimitsRequest, LimitName } from "@cogni/contract";
import type { ServiceTx, TenantTx } from "./tenant.ts";

/** As the contract has them: money as digits. */
export interface LimitsRow extends ChangeLimitsRequest {
  readonly operatorMonthBudget: string | null;
  readonly changedAt: Date | null;
}

/** The transaction's tenant's. Version 0, with nothing limited, where nobody ever set any. */
export async function ownLimits(tx: TenantTx): Promise<LimitsRow> {
  const [row] = await tx.query<LimitsRow & Record<string, unknown>>(
    `SELECT l.day_nano::text AS "dayBudget", l.month_nano::text AS "monthBudget",
       l.operator_month_nano::text AS "operatorMonthBudget", l.calls_per_minute AS "callsPerMinute",
       l.tokens_per_minute AS "tokensPerMinute", l.concurrent_calls AS "concurrentCalls",
       l.messages_per_day AS "messagesPerDay",
       json_build_object('dayBudget', l.user_day_nano::text, 'callsPerMinute', l.user_calls_per_minute,
         'messagesPerDay', l.user_messages_per_day) AS "endUser",
       coalesce(l.reached_text, '') AS "reachedText", b.time_zone AS "timeZone", coalesce(l.version, 0) AS version,
       CASE WHEN l.version > 0 THEN l.changed_at END AS "changedAt"
     FROM billing_accounts b LEFT JOIN limits l ON l.billing_account_id = b.id`,
  );
  if (!row) throw new TypeError("a principal has a tenant");
  return row;
}

/** False: `version` is not the one that stands. */
export async function changeLimits(tx: TenantTx, wished: ChangeLimitsRequest): Promise<boolean> {
  const { endUser } = wished;
  const changed = await tx.query(
    `INSERT INTO limits AS l (billing_account_id, day_nano, month_nano, calls_per_minute, tokens_per_minute, concurrent_calls,
       messages_per_day, user_day_nano, user_calls_per_minute, user_messages_per_day, reached_text, version)
     SELECT $1, $2::bigint, $3::bigint, $4::integer, $5::bigint, $6::integer, $7::integer, $8::bigint, $9::integer, $10::integer,
       $11, 1 WHERE $12 = 0 OR EXISTS (SELECT FROM limits)
     ON CONFLICT (billing_account_id) DO UPDATE SET day_nano = excluded.day_nano, month_nano = excluded.month_nano,
       calls_per_minute = excluded.calls_per_minute, tokens_per_minute = excluded.tokens_per_minute,
       concurrent_calls = excluded.concurrent_calls, messages_per_day = excluded.messages_per_day,
       user_day_nano = excluded.user_day_nano, user_calls_per_minute = excluded.user_calls_per_minute,
       user_messages_per_day = excluded.user_messages_per_day, reached_text = excluded.reached_text,
       version = l.version + 1, changed_at = now() WHERE l.version = $12
     RETURNING l.version`,
    [
      tx.billingAccountId,
      wished.dayBudget,
      wished.monthBudget,
      wished.callsPerMinute,
      wished.tokensPerMinute,
      wished.concurrentCalls,
      wished.messagesPerDay,
      endUser.dayBudget,
      endUser.callsPerMinute,
      endUser.messagesPerDay,
      wished.reachedText,
      wished.version,
    ],
  );
  if (changed.length === 0) return false;
  await tx.query("UPDATE billing_accounts SET time_zone = $2 WHERE id = $1 AND time_zone <> $2", [
    tx.billingAccountId,
    wished.timeZone,
  ]);
  return true;
}

/** Whether the database counts by a zone of that very name: what else JavaScript takes, as “+02:00”, it may take for another. */
export async function isTimeZone(tx: TenantTx, name: string): Promise<boolean> {
  // 600 names, read from as many files: 30 to 100 ms.
  const rows = await tx.query("SELECT FROM pg_timezone_names WHERE name = $1", [name]);
  return rows.length > 0;
}

export interface StandingRow {
  readonly limit: LimitName;
  /** Digits, as `of`. */
  readonly used: string;
  readonly of: string;
  readonly reachedAt: Date | null;
  readonly resetsAt: Date;
}

/** What is counted by the day and the month in the tenant's time zone; `now` tells in which ones. */
const COUNTED = `
  LATERAL (SELECT $1::timestamptz AT TIME ZONE b.time_zone AS local) AS here,
  LATERAL (
    SELECT v.*, date_trunc(v.unit, here.local) AT TIME ZONE b.time_zone AS begins,
      (date_trunc(v.unit, here.local) + ('1 ' || v.unit)::interval) AT TIME ZONE b.time_zone AS ends
    FROM (VALUES
      ('day_budget', to_char(here.local, 'YYYY-MM-DD'), l.day_nano, 'day'),
      ('month_budget', to_char(here.local, 'YYYY-MM'), least(l.month_nano, l.operator_month_nano), 'month'),
      ('messages_per_day', to_char(here.local, 'YYYY-MM-DD'), l.messages_per_day::bigint, 'day')
    ) AS v (name, during, most, unit)
  ) AS t`;

/**
 * Calls that were refused in that window, since the limits are as they are. That no slice was to be had (`refused_at`) says less: a
 * call waits then for what others hold and do not use, and mostly gets it.
 */
const REFUSED = `LATERAL (
  SELECT min(e.at) AS first, max(e.at) AS last FROM usage_events e
  WHERE e.billing_account_id = b.id AND e.outcome = 'limited' AND e.limit_name = t.name AND q.refused_at IS NOT NULL
    AND e.at >= greatest(t.begins, l.changed_at) AND e.at < t.ends
) AS r`;

/** Of a budget that no call has asked yet: as its window begins (quotas.ts). */
const SPENT = `(SELECT sum(d.cost_nano) FROM usage_days d WHERE d.billing_account_id = b.id
  AND t.name IN ('day_budget', 'month_budget') AND to_char(d.day, 'YYYY-MM-DD') LIKE t.during || '%')`;

/** How far each limit of the day and the month at `now` is used, of those that are set. */
export function standingOf(tx: TenantTx, now: Date): Promise<StandingRow[]> {
  return tx.query<StandingRow & Record<string, unknown>>(
    `SELECT t.name AS "limit", coalesce(q.used, ${SPENT}, 0)::text AS used, t.most::text AS of, r.first AS "reachedAt",
       t.ends AS "resetsAt"
     FROM billing_accounts b JOIN limits l ON l.billing_account_id = b.id, ${COUNTED}
     LEFT JOIN quotas q ON q.billing_account_id = $2 AND q.name = t.name AND q.subject = '' AND q.during = t.during
       CROSS JOIN ${REFUSED}
     WHERE t.most IS NOT NULL ORDER BY array_position(ARRAY['day_budget', 'month_budget', 'messages_per_day'], t.name)`,
    [now, tx.billingAccountId],
  );
}

export interface UsedUp {
  readonly billingAccountId: BillingAccountId;
  readonly limit: LimitName;
  /** Of a hundred; what calls under way hold among it. */
  readonly percent: number;
  /** Since when calls were refused, and when the last one was; null: none was. */
  readonly reachedAt: Date | null;
  readonly refusedAt: Date | null;
}

/** The same of the tenants on a gateway, of those that are used to seven tenths or have refused something. */
export function nearlyUsedUp(tx: ServiceTx, gatewayId: string, now: Date): Promise<UsedUp[]> {
  return tx.query<UsedUp & Record<string, unknown>>(
    `SELECT b.id AS "billingAccountId", t.name AS "limit", floor(q.used::numeric * 100 / t.most)::integer AS percent,
       r.first AS "reachedAt", r.last AS "refusedAt"
     FROM placements p JOIN billing_accounts b ON b.id = p.billing_account_id AND b.status = 'active'
       JOIN limits l ON l.billing_account_id = b.id, ${COUNTED}
       JOIN quotas q ON q.name = t.name AND q.subject = '' AND q.during = t.during
       CROSS JOIN ${REFUSED}
     WHERE p.gateway_id = $2 AND q.billing_account_id = b.id AND t.most IS NOT NULL
       AND (q.used::numeric * 10 >= t.most::numeric * 7 OR r.last IS NOT NULL)`,
    [now, gatewayId],
  );
}

/** Windows that nobody asks about any more. */
export async function forgetQuotas(tx: ServiceTx): Promise<void> {
  await tx.query("DELETE FROM quotas WHERE drop_after < now()");
}

/** The operator's own bound on a tenant's month, in nano-dollars; null: none. False where there is no such tenant. */
export async function setOperatorBudget(
  tx: ServiceTx,
  billingAccountId: BillingAccountId,
  nano: bigint | null,
): Promise<boolean> {
  const rows = await tx.query(
    `INSERT INTO limits (billing_account_id, operator_month_nano)
     SELECT id, $2::bigint FROM billing_accounts WHERE id = $1 AND status <> 'deleting'
     ON CONFLICT (billing_account_id) DO UPDATE SET operator_month_nano = excluded.operator_month_nano, changed_at = now()
     RETURNING billing_account_id`,
    [billingAccountId, nano?.toString() ?? null],
  );
  return rows.length > 0;
}
