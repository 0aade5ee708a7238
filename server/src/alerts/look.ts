/**
 * One look at what is wrong on a gateway, by the holder of its lease: what is new, what is over, and who is told. All of it in
 * one transaction: what was told stands in the database, and what stands there is told.
 */
import {
  downAccounts,
  expiredLogins,
  expiringCredentials,
  expiringKeys,
  gatewayToLookAt,
  mailKeptWaiting,
  pausedEndpoints,
  provenAccounts,
} from "../db/alert-facts.ts";
import { announceOpened, announceRecovered, announceWorse, dropNotices } from "../db/alert-notices.ts";
import {
  type AlertNews,
  beginAlerts,
  changeAlerts,
  forgetUntold,
  holdAlerts,
  openAlerts,
  resolveAlerts,
  standingAlerts,
} from "../db/alerts.ts";
import { nearlyUsedUp } from "../db/limits.ts";
import type { Db } from "../db/pool.ts";
import { type ServiceTx, withService } from "../db/tenant.ts";
import { publishEvents, type WebhookEvent } from "../db/webhook-events.ts";
import type { Timing } from "../timing.ts";
import { factsOf, type Seen } from "./facts.ts";
import { type Decisions, decide } from "./rules.ts";

export interface LookDeps {
  readonly db: Db;
  readonly gatewayId: string;
  /** Of the gateway's lease. */
  readonly holder: string;
  readonly clock: () => Date;
  readonly timing: Timing["alerts"];
  /** So long before its end is told of a key. */
  readonly expiryDays: number;
  /** Accounts without a registration that run on until an operator has looked. */
  readonly leftovers: () => number;
}

/** What came of a look; null: it was not this process's. */
export type Looked = {
  readonly opened: readonly AlertNews[];
  readonly resolved: readonly AlertNews[];
} | null;

const DAY_MS = 86_400_000;
/** As long as this an expired login is worth a word. */
const LOGIN_MS = DAY_MS;
/** A look that comes later than this many pauses after the last one was kept from it. */
const LONGEST_STEP = 4;
/** One mail that is late is no trouble yet. */
const VAIN_ATTEMPTS = 3;

/** @throws AppError database_unavailable: the next look finds the same */
export function look(deps: LookDeps): Promise<Looked> {
  return withService(deps.db, async (tx) => {
    const now = deps.clock();
    const seen = await see(tx, deps, now);
    if (!seen) return null;
    const standing = await standingAlerts(tx, deps.gatewayId);
    const facts = factsOf(seen, deps.timing, deps.expiryDays);
    const decisions = decide(facts, standing, now, LONGEST_STEP * deps.timing.everyMs);
    return carryOut(tx, deps, decisions, now);
  });
}

async function see(
  tx: ServiceTx,
  { gatewayId, holder, expiryDays, leftovers }: LookDeps,
  now: Date,
): Promise<Seen | null> {
  const gateway = await gatewayToLookAt(tx, gatewayId, holder);
  if (!gateway) return null;
  const soon = new Date(now.getTime() + (expiryDays + 1) * DAY_MS);
  const accounts = await downAccounts(tx, gatewayId);
  return {
    gatewayId,
    gateway,
    accounts,
    proven: accounts.length > 0 ? await provenAccounts(tx, gatewayId) : new Map(),
    logins: await expiredLogins(tx, gatewayId, new Date(now.getTime() - LOGIN_MS)),
    credentials: await expiringCredentials(tx, gatewayId, soon),
    keys: await expiringKeys(tx, gatewayId, now, soon),
    endpoints: await pausedEndpoints(tx, gatewayId),
    budgets: await nearlyUsedUp(tx, gatewayId, now),
    leftovers: leftovers(),
    mailWaitsSince: await mailKeptWaiting(tx, VAIN_ATTEMPTS),
    now,
  };
}

async function carryOut(
  tx: ServiceTx,
  { timing }: LookDeps,
  decisions: Decisions,
  now: Date,
): Promise<Looked> {
  const { begin, hold, open, change, resolve, forget } = decisions;
  await forgetUntold(tx, forget);
  await holdAlerts(tx, hold, now);
  await changeAlerts(tx, change);
  const opened = [...(await beginAlerts(tx, begin, now)), ...(await openAlerts(tx, open, now))];
  const resolved = await resolveAlerts(tx, resolve, now);
  const ended = (how: AlertNews["resolution"]) =>
    resolved.filter(({ resolution }) => resolution === how).map(({ id }) => id);
  await announceOpened(tx, now, timing);
  await announceWorse(tx, now, timing.gatherMs);
  await announceRecovered(tx, ended("recovered"), now, timing.gatherMs);
  await dropNotices(tx, ended("withdrawn"));
  await publishEvents(tx, [
    ...opened.flatMap(eventOf("alert.opened")),
    ...resolved.flatMap(eventOf("alert.resolved")),
  ]);
  return { opened, resolved };
}

/** The platform's are told to no tenant. */
function eventOf(type: "alert.opened" | "alert.resolved") {
  return (news: AlertNews): WebhookEvent[] => {
    const { id, billingAccountId, kind, channel, accountId, code, openedAt, resolvedAt } = news;
    if (billingAccountId === null) return [];
    const data = {
      alertId: id,
      kind,
      channel,
      accountId,
      code,
      openedAt: openedAt.toISOString(),
      resolvedAt: resolvedAt?.toISOString() ?? null,
    };
    return [{ billingAccountId, type, channel, accountId, at: resolvedAt ?? openedAt, data }];
  };
}
