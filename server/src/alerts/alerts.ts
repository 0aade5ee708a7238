/** What people and programs do with alerts: read them, say that one was seen, and whether they are told by mail. */
import {
  type AcknowledgedAlert,
  type Alert,
  type Alerts as AlertList,
  type AlertMail,
  type AlertsQuery,
  channelProblem,
} from "@cogni/contract";
import { makerOf } from "../auth/authorize.ts";
import type { Principal } from "../auth/principal.ts";
import { recordAct } from "../auth/record-act.ts";
import {
  type AlertRow,
  acknowledgeAlert,
  acknowledgePlatformAlert,
  alertMails,
  listAlerts,
  listPlatformAlerts,
  platformAlertMails,
  setAlertMails,
} from "../db/alert-list.ts";
import type { RequestMeta } from "../db/audit.ts";
import type { OwnSession } from "../db/own-sessions.ts";
import { recordPlatformAct } from "../db/platform-audit.ts";
import type { Db } from "../db/pool.ts";
import { withNoTenant, withTenant } from "../db/tenant.ts";
import { AppError } from "../errors.ts";

export interface Alerts {
  /** @throws AppError database_unavailable */
  list(principal: Principal, query: AlertsQuery): Promise<AlertList>;
  /** @throws AppError unknown_alert (over, or another's), database_unavailable */
  acknowledge(principal: Principal, id: string, meta: RequestMeta): Promise<AcknowledgedAlert>;
  /** Of the person. @throws AppError forbidden (no member), database_unavailable */
  mails(principal: Principal): Promise<AlertMail>;
  setMails(principal: Principal, wish: AlertMail): Promise<AlertMail>;
  /** The platform's, for its administrators. */
  readonly platform: {
    list(session: OwnSession, query: AlertsQuery): Promise<AlertList>;
    /** @throws AppError unknown_alert, database_unavailable */
    acknowledge(session: OwnSession, id: string, meta: RequestMeta): Promise<AcknowledgedAlert>;
    /** @param wish null: as it is. @throws AppError forbidden, database_unavailable */
    mails(session: OwnSession, wish: AlertMail | null): Promise<AlertMail>;
  };
}

export function createAlerts(db: Db): Alerts {
  return {
    list: ({ billingAccountId }, query) =>
      withTenant(db, billingAccountId, async (tx) => pageOf(await listAlerts(tx, oneMore(query)), query)),

    acknowledge: ({ billingAccountId, actor }, id, meta) =>
      withTenant(db, billingAccountId, async (tx) => {
        if (!(await acknowledgeAlert(tx, id, makerOf(actor)))) throw new AppError("unknown_alert");
        await recordAct(tx, actor, { action: "alert.acknowledge", subject: id, meta });
        return { id, status: "acknowledged" };
      }),

    mails: ({ billingAccountId, actor }) =>
      withTenant(db, billingAccountId, async (tx) => {
        const mails = await alertMails(tx, actor.id);
        if (mails === null) throw new AppError("forbidden");
        return { mails };
      }),

    setMails: ({ billingAccountId, actor }, { mails }) =>
      withTenant(db, billingAccountId, async (tx) => {
        if (!(await setAlertMails(tx, actor.id, mails))) throw new AppError("forbidden");
        return { mails };
      }),

    platform: {
      list: ({ id }, query) =>
        withNoTenant(db, async (tx) => pageOf(await listPlatformAlerts(tx, id, oneMore(query)), query)),

      acknowledge: ({ id: session, userId }, id, meta) =>
        withNoTenant(db, async (tx) => {
          const actor = { kind: "person", id: userId } as const;
          if (!(await acknowledgePlatformAlert(tx, session, id, actor))) throw new AppError("unknown_alert");
          await recordPlatformAct(tx, { actor, action: "alert.acknowledge", subject: id, meta });
          return { id, status: "acknowledged" };
        }),

      mails: ({ id }, wish) =>
        withNoTenant(db, async (tx) => {
          const mails = await platformAlertMails(tx, id, wish?.mails ?? null);
          if (mails === null) throw new AppError("forbidden");
          return { mails };
        }),
    },
  };
}

const oneMore = (query: AlertsQuery): AlertsQuery => ({ ...query, limit: query.limit + 1 });

function pageOf(rows: readonly AlertRow[], { limit }: AlertsQuery): AlertList {
  const open = rows.filter(({ resolvedAt }) => resolvedAt === null);
  const over = rows.slice(open.length);
  const page = over.slice(0, limit);
  return {
    alerts: [...open, ...page].map(toAnswer),
    next: over.length > limit ? (page.at(-1)?.id ?? null) : null,
  };
}

function toAnswer(row: AlertRow): Alert {
  const { id, kind, channel, label, accountId, subject, code, needsPerson, resolution } = row;
  const { acknowledgedAt, acknowledgedBy } = row;
  return {
    id,
    kind,
    channel,
    label,
    accountId,
    subject: subject === null ? null : { id: subject, name: row.subjectName },
    problem: channelProblem(code),
    needsPerson,
    since: row.beganAt.toISOString(),
    endsAt: row.endsAt?.toISOString() ?? null,
    openedAt: row.openedAt.toISOString(),
    resolvedAt: row.resolvedAt?.toISOString() ?? null,
    resolution,
    acknowledged:
      acknowledgedAt && acknowledgedBy
        ? { at: acknowledgedAt.toISOString(), by: { ...acknowledgedBy, name: row.acknowledgedName } }
        : null,
  };
}
