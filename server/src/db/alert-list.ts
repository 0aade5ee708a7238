/** Alerts as people and programs read them: a tenant its own, the platform's administrators the platform's. */
import type { AlertKind, AlertsQuery, ChannelId, ErrorCode } from "@cogni/contract";
import { LABEL } from "./catalogs.ts";
import type { TenantTx, Tx } from "./tenant.ts";

export interface AlertRow {
  readonly id: string;
  readonly kind: AlertKind;
  readonly channel: ChannelId | null;
  readonly label: string | null;
  readonly accountId: string | null;
  readonly subject: string | null;
  readonly subjectName: string | null;
  readonly code: ErrorCode;
  readonly needsPerson: boolean;
  readonly beganAt: Date;
  readonly endsAt: Date | null;
  readonly openedAt: Date;
  readonly resolvedAt: Date | null;
  readonly resolution: "recovered" | "withdrawn" | null;
  readonly acknowledgedAt: Date | null;
  readonly acknowledgedBy: { readonly kind: "person" | "key"; readonly id: string } | null;
  /** Of whoever acknowledged it, while there is such a one. */
  readonly acknowledgedName: string | null;
}

const COLUMNS = `a.id, a.kind, a.channel, ${LABEL} AS label, a.account_id AS "accountId", a.subject,
    a.subject_name AS "subjectName", a.code, a.needs_person AS "needsPerson", a.began_at AS "beganAt",
    a.ends_at AS "endsAt", a.opened_at AS "openedAt", a.resolved_at AS "resolvedAt", a.resolution, a.acknowledged_at AS "acknowledgedAt",
    a.acknowledged_by AS "acknowledgedBy"`;
const PERSON = `LEFT JOIN auth."user" u ON a.acknowledged_by->>'kind' = 'person' AND u.id = a.acknowledged_by->>'id'`;
const IN_ORDER = `ORDER BY a.resolved_at IS NOT NULL, coalesce(a.resolved_at, a.opened_at) DESC, a.id DESC`;

/** All that are open, unless it is a later page; then at most `limit` that are over. */
export function listAlerts(tx: TenantTx, { after, limit }: AlertsQuery): Promise<AlertRow[]> {
  return tx.query<AlertRow & Record<string, unknown>>(
    `SELECT ${COLUMNS}, coalesce(u.name, k.name) AS "acknowledgedName" FROM (
       (SELECT * FROM alerts WHERE opened_at IS NOT NULL AND resolved_at IS NULL AND $1::uuid IS NULL)
       UNION ALL
       (SELECT * FROM alerts WHERE resolved_at IS NOT NULL AND ($1::uuid IS NULL
          OR (resolved_at, id) < (SELECT b.resolved_at, b.id FROM alerts b WHERE b.id = $1))
        ORDER BY resolved_at DESC, id DESC LIMIT $2)
     ) a ${PERSON}
     LEFT JOIN api_keys k ON a.acknowledged_by->>'kind' = 'key' AND k.id::text = a.acknowledged_by->>'id' ${IN_ORDER}`,
    [after ?? null, limit],
  );
}

/** One that stands counts as seen from now on; who saw it first did. False where there is no such one. */
export async function acknowledgeAlert(tx: TenantTx, id: string, by: object): Promise<boolean> {
  const rows = await tx.query(
    `UPDATE alerts SET acknowledged_at = coalesce(acknowledged_at, now()), acknowledged_by = coalesce(acknowledged_by, $2)
     WHERE id = $1 AND opened_at IS NOT NULL AND resolved_at IS NULL RETURNING id`,
    [id, JSON.stringify(by)],
  );
  return rows.length > 0;
}

/** Whether the member gets mail about alerts; null for one who is none. */
export async function alertMails(tx: TenantTx, userId: string): Promise<boolean | null> {
  const rows = await tx.query<{ mails: boolean }>(
    "SELECT alert_mails AS mails FROM members WHERE user_id = $1",
    [userId],
  );
  return rows[0]?.mails ?? null;
}

export async function setAlertMails(tx: TenantTx, userId: string, mails: boolean): Promise<boolean> {
  const rows = await tx.query("UPDATE members SET alert_mails = $2 WHERE user_id = $1 RETURNING user_id", [
    userId,
    mails,
  ]);
  return rows.length > 0;
}

/** The same for an administrator, by the functions of access.sql; nothing for anyone else. No key acts for the platform. */
export function listPlatformAlerts(
  tx: Tx,
  sessionId: string,
  { after, limit }: AlertsQuery,
): Promise<AlertRow[]> {
  return tx.query<AlertRow & Record<string, unknown>>(
    `SELECT ${COLUMNS}, u.name AS "acknowledgedName" FROM operator_alerts($1, $2, $3) a ${PERSON} ${IN_ORDER}`,
    [sessionId, after ?? null, limit],
  );
}

export async function acknowledgePlatformAlert(
  tx: Tx,
  sessionId: string,
  id: string,
  by: object,
): Promise<boolean> {
  const rows = await tx.query<{ found: boolean }>("SELECT operator_acknowledge_alert($1, $2, $3) AS found", [
    sessionId,
    id,
    JSON.stringify(by),
  ]);
  return rows[0]?.found ?? false;
}

/** @param wanted null: as it is. Null: no administrator */
export async function platformAlertMails(
  tx: Tx,
  sessionId: string,
  wanted: boolean | null,
): Promise<boolean | null> {
  const rows = await tx.query<{ mails: boolean | null }>("SELECT operator_alert_mails($1, $2) AS mails", [
    sessionId,
    wanted,
  ]);
  return rows[0]?.mails ?? null;
}
