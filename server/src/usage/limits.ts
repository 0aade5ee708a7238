/** What a tenant's agent may use: read, with how far it is used, and changed. */
import type { ChangeLimitsRequest, Limits } from "@cogni/contract";
import type { Principal } from "../auth/principal.ts";
import { append, type RequestMeta } from "../db/audit.ts";
import { changeLimits, isTimeZone, type LimitsRow, ownLimits, standingOf } from "../db/limits.ts";
import { notifyLlm } from "../db/notify.ts";
import type { Db } from "../db/pool.ts";
import { type TenantTx, withTenant } from "../db/tenant.ts";
import { AppError } from "../errors.ts";
import { dollars } from "./decimals.ts";

export interface TenantLimits {
  /** @throws AppError database_unavailable */
  read(principal: Principal): Promise<Limits>;
  /**
   * Replaces all of it, from the next call on. What stands already is done already.
   * @throws AppError invalid_request (a time zone that the database does not know), limits_changed (`version` is not the one that stands)
   */
  change(principal: Principal, request: ChangeLimitsRequest, meta: RequestMeta): Promise<Limits>;
}

export function createLimits(db: Db, clock: () => Date): TenantLimits {
  const told = async (tx: TenantTx, row: LimitsRow) => toLimits(row, await standingOf(tx, clock()));
  return {
    read: ({ billingAccountId }) =>
      withTenant(db, billingAccountId, async (tx) => told(tx, await ownLimits(tx))),

    change: ({ billingAccountId, actor }, wished, meta) =>
      withTenant(db, billingAccountId, async (tx) => {
        const before = await ownLimits(tx);
        const changes = changesBetween(before, wished);
        if (changes.length === 0) return told(tx, before);
        if (wished.timeZone !== before.timeZone && !(await isTimeZone(tx, wished.timeZone))) {
          const message = "must be a time zone's name, such as Europe/Berlin";
          throw new AppError("invalid_request", { errors: [{ path: "timeZone", message }] });
        }
        if (!(await changeLimits(tx, wished))) throw new AppError("limits_changed");
        const after = await ownLimits(tx);
        await append(tx, {
          billingAccountId,
          actor,
          action: "limits.change",
          channel: null,
          accountId: null,
          subject: `version ${after.version}: ${changes.join(", ")}`,
          outcome: "done",
          meta,
        });
        await notifyLlm(tx, billingAccountId);
        return told(tx, after);
      }),
  };
}

function toLimits(
  { changedAt, ...row }: LimitsRow,
  standing: Awaited<ReturnType<typeof standingOf>>,
): Limits {
  return {
    ...row,
    changedAt: changedAt?.toISOString() ?? null,
    standing: standing.map(({ reachedAt, resetsAt, ...limit }) => ({
      ...limit,
      reachedAt: reachedAt?.toISOString() ?? null,
      resetsAt: resetsAt.toISOString(),
    })),
  };
}

type Wished = Omit<ChangeLimitsRequest, "version">;

/** For the audit; of the tenant's sentence only that it is another. */
function changesBetween(before: Wished, after: Wished): string[] {
  const [from, to] = [flat(before), flat(after)];
  const changes = Object.keys(to)
    .filter((name) => from[name] !== to[name])
    .map((name) => `${name} ${inWords(name, from[name])} → ${inWords(name, to[name])}`);
  return before.reachedText === after.reachedText ? changes : [...changes, "reachedText"];
}

function flat(limits: Wished): Record<string, string | number | null> {
  const {
    dayBudget,
    monthBudget,
    callsPerMinute,
    tokensPerMinute,
    concurrentCalls,
    messagesPerDay,
    timeZone,
  } = limits;
  const { endUser } = limits;
  return {
    dayBudget,
    monthBudget,
    callsPerMinute,
    tokensPerMinute,
    concurrentCalls,
    messagesPerDay,
    "endUser.dayBudget": endUser.dayBudget,
    "endUser.callsPerMinute": endUser.callsPerMinute,
    "endUser.messagesPerDay": endUser.messagesPerDay,
    timeZone,
  };
}

function inWords(name: string, value: string | number | null | undefined): string {
  if (value === null || value === undefined) return "none";
  return name.endsWith("Budget") ? `${dollars(BigInt(value))} USD` : String(value);
}
