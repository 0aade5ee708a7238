/**
 * Mails about alerts on their way: all that one person is yet to be told of one tenant, or of the platform, is one mail. Whoever
 * sends it claims it first; a claim that was not ended in time is anybody's, so each mail is sent at least once.
 */
import type { AlertKind, BillingAccountId, ChannelId, ErrorCode, Locale } from "@cogni/contract";
import { LABEL } from "./catalogs.ts";
import type { ServiceTx } from "./tenant.ts";

/** One thing that is told. */
export interface LetterNews {
  readonly alertId: string;
  readonly kind: AlertKind;
  readonly channel: ChannelId | null;
  readonly label: string | null;
  readonly subject: string | null;
  readonly subjectName: string | null;
  readonly code: ErrorCode;
  readonly beganAt: Date;
  readonly endsAt: Date | null;
  readonly resolvedAt: Date | null;
}

export interface Letter {
  readonly noticeIds: readonly string[];
  /** How often it was tried in vain. */
  readonly attempts: number;
  readonly email: string;
  readonly locale: Locale | null;
  /** Null: about the platform. */
  readonly tenant: {
    readonly id: BillingAccountId;
    readonly name: string;
    readonly timeZone: string;
  } | null;
  readonly news: readonly LetterNews[];
}

interface Row extends Record<string, unknown>, LetterNews {
  readonly noticeId: string;
  readonly attempts: number;
  readonly userId: string;
  readonly email: string;
  readonly locale: Locale | null;
  readonly billingAccountId: BillingAccountId | null;
  readonly name: string | null;
  readonly timeZone: string | null;
}

export interface ClaimOptions {
  readonly now: Date;
  readonly claimMs: number;
  readonly atMost: number;
  /** More mails about one tenant are not sent to one person in an hour: what comes beyond goes into the next. */
  readonly perHour: number;
  /** A mail that is due later than this from now was put off by another clock. */
  readonly longestWaitMs: number;
}

/** None while another process claims. */
export async function claimLetters(tx: ServiceTx, options: ClaimOptions): Promise<Letter[]> {
  const { now, claimMs, atMost, perHour, longestWaitMs } = options;
  const rows = await tx.query<Row>(
    `WITH due AS (
       SELECT n.user_id, n.billing_account_id FROM alert_notices n
       WHERE n.sent_at IS NULL AND pg_try_advisory_xact_lock(hashtextextended('alert letters', 0))
       GROUP BY n.user_id, n.billing_account_id
       HAVING bool_and(n.claimed_until IS NULL OR n.claimed_until < clock_timestamp())
         AND (min(n.due_at) <= $1 OR min(n.due_at) > $1::timestamptz + $5 * interval '1 millisecond')
         AND $4 > (SELECT count(DISTINCT s.mail_id) FROM alert_notices s
           WHERE s.user_id = n.user_id AND s.billing_account_id IS NOT DISTINCT FROM n.billing_account_id
             AND s.sent_at BETWEEN $1::timestamptz - interval '1 hour' AND $1::timestamptz + interval '1 hour')
       ORDER BY min(n.due_at) LIMIT $3
     ), claimed AS (
       UPDATE alert_notices n SET claimed_until = clock_timestamp() + $2 * interval '1 millisecond' FROM due
       WHERE n.user_id = due.user_id AND n.billing_account_id IS NOT DISTINCT FROM due.billing_account_id
         AND n.sent_at IS NULL AND (n.claimed_until IS NULL OR n.claimed_until < clock_timestamp())
       RETURNING n.id, n.user_id, n.billing_account_id, n.alert_id, n.attempts
     )
     SELECT n.id AS "noticeId", n.attempts, n.user_id AS "userId", u.email, u.locale,
       n.billing_account_id AS "billingAccountId", b.name, b.time_zone AS "timeZone",
       a.id AS "alertId", a.kind, a.channel, ${LABEL} AS label, a.subject, a.subject_name AS "subjectName", a.code,
       a.began_at AS "beganAt", a.ends_at AS "endsAt", a.resolved_at AS "resolvedAt"
     FROM claimed n JOIN alerts a ON a.id = n.alert_id JOIN auth."user" u ON u.id = n.user_id
     LEFT JOIN billing_accounts b ON b.id = n.billing_account_id
     ORDER BY a.began_at, a.id`,
    [now, claimMs, atMost, perHour, longestWaitMs],
  );
  return [...Map.groupBy(rows, (row) => JSON.stringify([row.userId, row.billingAccountId])).values()].map(
    letterOf,
  );
}

function letterOf(rows: readonly Row[]): Letter {
  const [first] = rows;
  if (!first) throw new TypeError("a letter has something to tell");
  const { email, locale, billingAccountId, name, timeZone } = first;
  return {
    noticeIds: rows.map(({ noticeId }) => noticeId),
    attempts: Math.max(...rows.map(({ attempts }) => attempts)),
    email,
    locale,
    tenant: billingAccountId && { id: billingAccountId, name: name ?? "", timeZone: timeZone ?? "UTC" },
    // Each once, as it is now: that it was open, and that it is over, is one sentence.
    news: [...new Map(rows.map((row) => [row.alertId, row])).values()],
  };
}

export async function letterSent(
  tx: ServiceTx,
  noticeIds: readonly string[],
  mailId: string,
  at: Date,
): Promise<void> {
  await tx.query(
    "UPDATE alert_notices SET sent_at = $3, mail_id = $2, claimed_until = NULL WHERE id = ANY($1::uuid[])",
    [noticeIds, mailId, at],
  );
}

/** It could not be sent now. */
export async function letterPutOff(tx: ServiceTx, noticeIds: readonly string[], until: Date): Promise<void> {
  await tx.query(
    `UPDATE alert_notices SET due_at = $2, attempts = attempts + 1, claimed_until = NULL
     WHERE id = ANY($1::uuid[]) AND sent_at IS NULL`,
    [noticeIds, until],
  );
}

/** It will never be: nobody takes mail at that address. */
export async function letterGivenUp(tx: ServiceTx, noticeIds: readonly string[]): Promise<void> {
  await tx.query("DELETE FROM alert_notices WHERE id = ANY($1::uuid[]) AND sent_at IS NULL", [noticeIds]);
}
