/**
 * Who is to be told what by mail. Written in the transaction that opened or ended an alert, so that what was written is told
 * however often a process ends; sent by alert-letters.ts.
 */
import type { ServiceTx } from "./tenant.ts";

/** Owners and admins of the tenant, or the platform's administrators; without those who want no such mail. Of `a`. */
const RECIPIENTS = `(
  SELECT m.user_id FROM members m
  WHERE m.billing_account_id = a.billing_account_id AND m.role IN ('owner', 'admin') AND m.alert_mails
  UNION ALL
  SELECT p.user_id FROM platform_administrators p WHERE a.billing_account_id IS NULL AND p.alert_mails
)`;

export interface AnnounceTiming {
  /** What comes within this time goes into one mail. */
  readonly gatherMs: number;
  /** Before the same alert, come again, is mailed again; doubled with each time in a day. */
  readonly again: { readonly firstMs: number; readonly maxMs: number };
}

/**
 * Alerts that are open and were not announced are, unless somebody has seen them, or the same was announced a moment ago: one
 * that comes and goes is mailed ever more seldom. A time in the future was another clock's, and holds nothing up.
 */
export async function announceOpened(
  tx: ServiceTx,
  now: Date,
  { gatherMs, again }: AnnounceTiming,
): Promise<void> {
  await tx.query(
    `WITH due AS (
       SELECT a.id FROM alerts a, LATERAL (
         SELECT count(*) AS times, max(e.announced_at) AS last FROM alerts e
         WHERE (e.billing_account_id = a.billing_account_id OR num_nonnulls(e.billing_account_id, a.billing_account_id) = 0)
           AND (e.kind, e.channel, e.subject) IS NOT DISTINCT FROM (a.kind, a.channel, a.subject)
           AND e.announced_at > $1::timestamptz - interval '1 day' AND e.announced_at <= $1
       ) told
       WHERE a.opened_at IS NOT NULL AND a.resolved_at IS NULL AND a.announced_at IS NULL AND a.acknowledged_at IS NULL
         AND (told.last IS NULL
           OR told.last + least($3 * 2 ^ (told.times - 1), $4) * interval '1 millisecond' <= $1)
     ), announced AS (
       UPDATE alerts a SET announced_at = $1, announced_needs_person = a.needs_person FROM due WHERE a.id = due.id
       RETURNING a.id, a.billing_account_id
     )
     INSERT INTO alert_notices (billing_account_id, user_id, alert_id, news, due_at)
     SELECT a.billing_account_id, r.user_id, a.id, 'opened', $1::timestamptz + $2 * interval '1 millisecond'
     FROM announced a, LATERAL ${RECIPIENTS} r ON CONFLICT DO NOTHING`,
    [now, gatherMs, again.firstMs, again.maxMs],
  );
}

/** What was told to pass by itself waits for a person now. */
export async function announceWorse(tx: ServiceTx, now: Date, gatherMs: number): Promise<void> {
  await tx.query(
    `WITH announced AS (
       UPDATE alerts a SET announced_needs_person = true
       WHERE a.resolved_at IS NULL AND a.announced_at IS NOT NULL AND a.needs_person AND NOT a.announced_needs_person
       RETURNING a.id, a.billing_account_id
     )
     INSERT INTO alert_notices (billing_account_id, user_id, alert_id, news, due_at)
     SELECT a.billing_account_id, r.user_id, a.id, 'worse', $1::timestamptz + $2 * interval '1 millisecond'
     FROM announced a, LATERAL ${RECIPIENTS} r ON CONFLICT DO NOTHING`,
    [now, gatherMs],
  );
}

/** That it is over is told to those who were told of it, or are about to be. */
export async function announceRecovered(
  tx: ServiceTx,
  ids: readonly string[],
  now: Date,
  gatherMs: number,
): Promise<void> {
  if (ids.length === 0) return;
  await tx.query(
    `INSERT INTO alert_notices (billing_account_id, user_id, alert_id, news, due_at)
     SELECT n.billing_account_id, n.user_id, n.alert_id, 'recovered', $2::timestamptz + $3 * interval '1 millisecond'
     FROM alert_notices n WHERE n.alert_id = ANY($1::uuid[]) AND n.news = 'opened' ON CONFLICT DO NOTHING`,
    [ids, now, gatherMs],
  );
}

/** What is not told any more: of alerts that are about nothing by now, and to people who have left or want no such mail. */
export async function dropNotices(tx: ServiceTx, withdrawn: readonly string[]): Promise<void> {
  await tx.query(
    `DELETE FROM alert_notices a WHERE a.sent_at IS NULL
       AND (a.alert_id = ANY($1::uuid[]) OR NOT EXISTS (SELECT FROM ${RECIPIENTS} r WHERE r.user_id = a.user_id))`,
    [withdrawn],
  );
}
