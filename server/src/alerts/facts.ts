/** What is wrong now, in the form that the rules decide on: which states count, since when, and what is meant to be so. */
import { type ChannelId, ERRORS, type ErrorCode } from "@cogni/contract";
import type {
  DownAccount,
  ExpiredLogin,
  ExpiringCredential,
  ExpiringKey,
  GatewayCondition,
  PausedEndpoint,
} from "../db/alert-facts.ts";
import type { UsedUp } from "../db/limits.ts";
import type { Timing } from "../timing.ts";
import type { Fact } from "./rules.ts";

export interface Seen {
  readonly gatewayId: string;
  readonly gateway: GatewayCondition;
  readonly accounts: readonly DownAccount[];
  /** By channel, of accounts that were up at some time. */
  readonly proven: ReadonlyMap<ChannelId, number>;
  readonly logins: readonly ExpiredLogin[];
  readonly credentials: readonly ExpiringCredential[];
  readonly keys: readonly ExpiringKey[];
  readonly endpoints: readonly PausedEndpoint[];
  readonly budgets: readonly UsedUp[];
  /** Accounts without a registration that run on until an operator has looked. */
  readonly leftovers: number;
  readonly mailWaitsSince: Date | null;
  readonly now: Date;
}

export type FactTiming = Pick<
  Timing["alerts"],
  "downMs" | "actionMs" | "loginMs" | "gatewayMs" | "operatorMs"
>;

/** Fewer accounts of a channel than this are no outage of it. */
const OUTAGE_ACCOUNTS = 5;
const DAY_MS = 86_400_000;

/** @param expiryDays so long before its end is told of a credential or a key */
export function factsOf(seen: Seen, timing: FactTiming, expiryDays: number): Fact[] {
  const limit = { now: seen.now, days: expiryDays };
  return [
    ...seen.accounts.map((account) => accountFact(account, seen, timing)),
    ...loginFacts(seen, timing),
    ...seen.credentials.map(({ billingAccountId, channel, accountId, id, name, expiresAt }) =>
      expiryFact(
        // Of a channel there is one; replaced, its alert is about nothing any more.
        { billingAccountId, channel, accountId, subject: channel ? null : id, subjectName: name },
        "credential_expiring",
        expiresAt,
        limit,
      ),
    ),
    ...seen.keys.map(({ billingAccountId, id, name, expiresAt }) =>
      expiryFact(
        { billingAccountId, channel: null, accountId: null, subject: id, subjectName: name },
        "key_expiring",
        expiresAt,
        limit,
      ),
    ),
    ...seen.endpoints.map(endpointFact),
    ...seen.budgets.flatMap((budget) => budgetFacts(budget, seen, timing)),
    ...platformFacts(seen, timing),
  ];
}

/** Whether it is a person's to mend, by what is offered to do. */
function needsPerson(code: ErrorCode): boolean {
  return !["wait", "none"].includes(ERRORS[code].action);
}

const NOTHING_ELSE = {
  billingAccountId: null,
  channel: null,
  subject: null,
  subjectName: null,
  accountId: null,
  endsAt: null,
} as const;

/** As planned: what is down meanwhile is down for that. A window that begins later by the clock was another clock's. */
function isPlanned({ gateway: { plannedFrom, plannedUntil }, now }: Seen): boolean {
  return plannedFrom !== null && plannedUntil !== null && plannedFrom <= now && now < plannedUntil;
}

function accountFact(account: DownAccount, seen: Seen, { downMs, actionMs }: FactTiming): Fact {
  const { billingAccountId, channel, accountId, since, state, wasUp, loggingIn } = account;
  const fell = state === "connecting" || state === "reconnecting" || state === "action_required";
  // On a credential that was never up, and during a login, its tenant is at it.
  const clear = fell && wasUp && !loggingIn && seen.gateway.reachable && !isPlanned(seen);
  const code = account.code ?? "account_down";
  return {
    ...NOTHING_ELSE,
    billingAccountId,
    channel,
    accountId,
    since,
    kind: "account_down",
    code,
    needsPerson: needsPerson(code),
    phase: clear ? "wrong" : "unclear",
    waitMs: needsPerson(code) ? actionMs : downMs,
  };
}

function loginFacts({ accounts, logins }: Seen, { loginMs }: FactTiming): Fact[] {
  // One that was up before is down, which says it all.
  const down = new Set(
    accounts
      .filter(({ wasUp }) => wasUp)
      .map(({ billingAccountId, channel }) => `${billingAccountId}/${channel}`),
  );
  return logins
    .filter(({ billingAccountId, channel }) => !down.has(`${billingAccountId}/${channel}`))
    .map(({ endedAt, ...login }) => ({
      ...NOTHING_ELSE,
      ...login,
      kind: "login_expired",
      code: "login_expired",
      needsPerson: true,
      since: endedAt,
      phase: "wrong",
      waitMs: loginMs,
    }));
}

/** It is over only a day beyond the limit: a clock that is set a little back takes nothing back. */
function expiryFact(
  about: Pick<Fact, "billingAccountId" | "channel" | "accountId" | "subject" | "subjectName">,
  kind: "credential_expiring" | "key_expiring",
  endsAt: Date,
  { now, days }: { readonly now: Date; readonly days: number },
): Fact {
  const since = new Date(endsAt.getTime() - days * DAY_MS);
  const phase = since <= now ? "wrong" : "unclear";
  return { ...about, kind, code: kind, needsPerson: true, since, endsAt, phase, waitMs: 0 };
}

/** It was waited long enough before it was paused. */
function endpointFact({ billingAccountId, id, name, pausedAt }: PausedEndpoint): Fact {
  return {
    ...NOTHING_ELSE,
    billingAccountId,
    subject: id,
    subjectName: name,
    kind: "webhook_paused",
    code: "webhook_paused",
    needsPerson: true,
    since: pausedAt,
    phase: "wrong",
    waitMs: 0,
  };
}

/** After so long without another refusal, and with enough left again, it was a rush. */
const RUSH_MS = 600_000;

/**
 * What calls under way may use at most is taken, and some of it given back unused. So only what stays taken for a while is told,
 * and counts until it is well below; but a refusal is told at once.
 */
function budgetFacts(
  { billingAccountId, limit, percent, reachedAt, refusedAt }: UsedUp,
  { now }: Seen,
  { downMs }: FactTiming,
): Fact[] {
  const usual = { ...NOTHING_ELSE, billingAccountId, subject: limit };
  const fact = (kind: "budget_near" | "budget_reached", phase: Fact["phase"], waitMs: number): Fact => ({
    ...usual,
    kind,
    code: kind,
    needsPerson: needsPerson(kind),
    since: reachedAt ?? now,
    phase,
    waitMs,
  });
  const refuses = refusedAt !== null && (percent >= 80 || now.getTime() - refusedAt.getTime() < RUSH_MS);
  if (refuses) return [fact("budget_reached", "wrong", 0)];
  return [
    ...(percent >= 70 ? [fact("budget_near", percent >= 80 ? "wrong" : "unclear", downMs)] : []),
    ...(percent >= 100 ? [fact("budget_reached", "wrong", downMs)] : []),
  ];
}

function platformFacts(seen: Seen, { downMs, gatewayMs, operatorMs }: FactTiming): Fact[] {
  const { gatewayId, gateway, accounts, leftovers, mailWaitsSince, now } = seen;
  const usual = {
    ...NOTHING_ELSE,
    needsPerson: true,
    phase: "wrong",
    waitMs: operatorMs,
    since: now,
  } as const;
  const ofGateway = { ...usual, subject: gatewayId };
  const facts: Fact[] = [];
  if (!gateway.reachable) {
    const phase = isPlanned(seen) ? "unclear" : "wrong";
    const since = gateway.observedAt ?? now;
    facts.push({
      ...ofGateway,
      kind: "gateway_unreachable",
      code: "gateway_down",
      since,
      phase,
      waitMs: gatewayMs,
    });
  }
  // As long as an account has to come back by itself.
  facts.push(...outages(seen, { ...ofGateway, waitMs: downMs }));
  if (leftovers > 0) facts.push({ ...ofGateway, kind: "leftovers_waiting", code: "leftovers_waiting" });
  const unreadable = accounts.filter(({ code }) => code === "credential_unreadable");
  if (unreadable.length > 0) {
    facts.push({
      ...ofGateway,
      kind: "credentials_unreadable",
      code: "credentials_unreadable",
      since: earliest(unreadable, now),
    });
  }
  if (mailWaitsSince)
    facts.push({ ...usual, kind: "mail_undeliverable", code: "mail_undeliverable", since: mailWaitsSince });
  return facts;
}

type OfGateway = Omit<Fact, "kind" | "code">;

function outages(seen: Seen, ofGateway: OfGateway): Fact[] {
  const { accounts, proven, now } = seen;
  // While the gateway is away of course they all are.
  const phase = seen.gateway.reachable && !isPlanned(seen) ? "wrong" : "unclear";
  return [...Map.groupBy(accounts, ({ channel }) => channel)].flatMap(([channel, of]): Fact[] => {
    const down = of.filter(({ wasUp }) => wasUp);
    const many = down.length >= OUTAGE_ACCOUNTS && down.length * 2 >= (proven.get(channel) ?? 0);
    if (!many) return [];
    const since = earliest(down, now);
    return [{ ...ofGateway, kind: "channel_outage", channel, code: "channel_outage", since, phase }];
  });
}

function earliest(accounts: readonly DownAccount[], now: Date): Date {
  return new Date(Math.min(now.getTime(), ...accounts.map(({ since }) => since.getTime())));
}
