/** Alerts that are not over yet, as the rules find them and leave them. Told of are those that have an `opened_at`. */
import type { AlertKind, BillingAccountId, ChannelId, ErrorCode } from "@cogni/contract";
import type { ServiceTx } from "./tenant.ts";

export interface StandingAlert {
  readonly id: string;
  readonly billingAccountId: BillingAccountId | null;
  readonly kind: AlertKind;
  readonly channel: ChannelId | null;
  readonly subject: string | null;
  readonly code: ErrorCode;
  readonly needsPerson: boolean;
  readonly heldMs: number;
  readonly lookedAt: Date;
  readonly openedAt: Date | null;
  /** The platform's, or of an account that its active tenant wishes connected. */
  readonly wished: boolean;
}

/** Of the tenants that are placed on the gateway, of the gateway, and of the installation. */
export function standingAlerts(tx: ServiceTx, gatewayId: string): Promise<StandingAlert[]> {
  return tx.query<StandingAlert & Record<string, unknown>>(
    `SELECT a.id, a.billing_account_id AS "billingAccountId", a.kind, a.channel, a.subject, a.code,
       a.needs_person AS "needsPerson", a.held_ms AS "heldMs", a.looked_at AS "lookedAt", a.opened_at AS "openedAt",
       a.billing_account_id IS NULL OR EXISTS (
         SELECT FROM connections r JOIN billing_accounts b ON b.id = r.billing_account_id
         WHERE r.billing_account_id = a.billing_account_id AND r.channel = a.channel AND r.revoked_at IS NULL
           AND r.desired_state = 'connected' AND b.status = 'active') AS wished
     FROM alerts a LEFT JOIN placements p ON p.billing_account_id = a.billing_account_id
     WHERE a.resolved_at IS NULL
       AND (p.gateway_id = $1 OR (a.billing_account_id IS NULL AND (a.subject = $1 OR a.subject IS NULL)))`,
    [gatewayId],
  );
}

export interface NewAlert {
  readonly billingAccountId: BillingAccountId | null;
  readonly kind: AlertKind;
  readonly channel: ChannelId | null;
  readonly subject: string | null;
  readonly subjectName: string | null;
  readonly accountId: string | null;
  readonly code: ErrorCode;
  readonly needsPerson: boolean;
  readonly since: Date;
  readonly endsAt: Date | null;
  readonly opened: boolean;
}

/** An alert that has just become open, or is just over. */
export interface AlertNews {
  readonly id: string;
  readonly billingAccountId: BillingAccountId | null;
  readonly kind: AlertKind;
  readonly channel: ChannelId | null;
  readonly accountId: string | null;
  readonly subject: string | null;
  readonly subjectName: string | null;
  readonly code: ErrorCode;
  readonly beganAt: Date;
  readonly openedAt: Date;
  readonly resolvedAt: Date | null;
  readonly resolution: "recovered" | "withdrawn" | null;
}

/** Of a row called `a`. */
const NEWS = `a.id, a.billing_account_id AS "billingAccountId", a.kind, a.channel, a.account_id AS "accountId", a.subject,
  a.subject_name AS "subjectName", a.code, a.began_at AS "beganAt", a.opened_at AS "openedAt",
  a.resolved_at AS "resolvedAt", a.resolution`;

/** One that somebody else began meanwhile stays as it is. Answers those that are open at once. */
export async function beginAlerts(
  tx: ServiceTx,
  alerts: readonly NewAlert[],
  now: Date,
): Promise<AlertNews[]> {
  if (alerts.length === 0) return [];
  const rows = await tx.query<AlertNews & Record<string, unknown>>(
    `INSERT INTO alerts AS a (billing_account_id, kind, channel, subject, subject_name, account_id, code, needs_person,
       began_at, ends_at, looked_at, opened_at)
     SELECT n."billingAccountId", n.kind, n.channel, n.subject, n."subjectName", n."accountId", n.code, n."needsPerson",
       least(n.since, $2), n."endsAt", $2, CASE WHEN n.opened THEN $2::timestamptz END
     FROM jsonb_to_recordset($1::jsonb) AS n ("billingAccountId" text, kind text, channel text, subject text,
       "subjectName" text, "accountId" text, code text, "needsPerson" boolean, since timestamptz, "endsAt" timestamptz, opened boolean)
     ON CONFLICT DO NOTHING RETURNING ${NEWS}`,
    [JSON.stringify(alerts), now],
  );
  return rows.filter(({ openedAt }) => openedAt !== null);
}

export async function holdAlerts(
  tx: ServiceTx,
  held: readonly { readonly id: string; readonly heldMs: number }[],
  now: Date,
): Promise<void> {
  if (held.length === 0) return;
  await tx.query(
    `UPDATE alerts a SET held_ms = h."heldMs", looked_at = $2
     FROM jsonb_to_recordset($1::jsonb) AS h (id uuid, "heldMs" bigint) WHERE a.id = h.id`,
    [JSON.stringify(held), now],
  );
}

interface Cause {
  readonly id: string;
  readonly code: ErrorCode;
  readonly needsPerson: boolean;
}

export async function openAlerts(
  tx: ServiceTx,
  alerts: readonly (Cause & { readonly heldMs: number })[],
  now: Date,
): Promise<AlertNews[]> {
  if (alerts.length === 0) return [];
  return tx.query<AlertNews & Record<string, unknown>>(
    `UPDATE alerts a SET held_ms = o."heldMs", looked_at = $2, opened_at = $2, code = o.code, needs_person = o."needsPerson"
     FROM jsonb_to_recordset($1::jsonb) AS o (id uuid, "heldMs" bigint, code text, "needsPerson" boolean)
     WHERE a.id = o.id AND a.opened_at IS NULL RETURNING ${NEWS}`,
    [JSON.stringify(alerts), now],
  );
}

/** What somebody had seen to be nobody's to mend, and is now, has not been seen. */
export async function changeAlerts(tx: ServiceTx, causes: readonly Cause[]): Promise<void> {
  if (causes.length === 0) return;
  await tx.query(
    `UPDATE alerts a SET code = c.code, needs_person = c."needsPerson",
       acknowledged_at = CASE WHEN a.needs_person OR NOT c."needsPerson" THEN a.acknowledged_at END,
       acknowledged_by = CASE WHEN a.needs_person OR NOT c."needsPerson" THEN a.acknowledged_by END
     FROM jsonb_to_recordset($1::jsonb) AS c (id uuid, code text, "needsPerson" boolean) WHERE a.id = c.id`,
    [JSON.stringify(causes)],
  );
}

export async function resolveAlerts(
  tx: ServiceTx,
  ends: readonly { readonly id: string; readonly resolution: "recovered" | "withdrawn" }[],
  now: Date,
): Promise<AlertNews[]> {
  if (ends.length === 0) return [];
  return tx.query<AlertNews & Record<string, unknown>>(
    `UPDATE alerts a SET resolved_at = greatest($2, a.opened_at), resolution = e.resolution
     FROM jsonb_to_recordset($1::jsonb) AS e (id uuid, resolution text)
     WHERE a.id = e.id AND a.resolved_at IS NULL AND a.opened_at IS NOT NULL RETURNING ${NEWS}`,
    [JSON.stringify(ends), now],
  );
}

/** Only such as nobody was told of. */
export async function forgetUntold(tx: ServiceTx, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await tx.query("DELETE FROM alerts WHERE id = ANY($1::uuid[]) AND opened_at IS NULL", [ids]);
}

/** Drops what was over before `before`. */
export async function forgetAlerts(tx: ServiceTx, before: Date): Promise<void> {
  await tx.query("DELETE FROM alerts WHERE resolved_at < $1", [before]);
}
