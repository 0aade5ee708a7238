/** The limits as they are typed, and what is meant by it. */
import type { ChangeLimitsRequest, Limits } from "@cogni/contract";
import { moneyInput, parseMoney } from "../parts/money.ts";

/** Where they are in the contract, by their paths there. */
export const BUDGETS = ["dayBudget", "monthBudget"] as const;
export const COUNTS = ["callsPerMinute", "tokensPerMinute", "concurrentCalls", "messagesPerDay"] as const;
export const USER_FIELDS = ["dayBudget", "callsPerMinute", "messagesPerDay"] as const;
type UserField = (typeof USER_FIELDS)[number];
type NumberField = (typeof BUDGETS)[number] | (typeof COUNTS)[number] | `endUser.${UserField}`;
export type FieldName = NumberField | "reachedText" | "timeZone";

/** As the contract has them, which is not loaded this early; a test holds the two together. */
export const MOST = {
  callsPerMinute: 1_000_000,
  tokensPerMinute: 1_000_000_000,
  concurrentCalls: 100_000,
  messagesPerDay: 10_000_000,
} as const;
export const MOST_CHARACTERS = 500;
export const OUR_SENTENCE = "I can't answer any more just now. Please try again later.";

/** Numbers as they are typed: empty is not limited. */
export interface Draft {
  readonly fields: Readonly<Record<NumberField, string>>;
  readonly reachedText: string;
  readonly timeZone: string;
  readonly version: number;
}

export function draftFrom(limits: Limits, locale: string): Draft {
  const { endUser, reachedText, timeZone, version } = limits;
  const money = (nano: string | null) => (nano === null ? "" : moneyInput(nano, locale));
  const count = (number: number | null) => (number === null ? "" : String(number));
  return {
    fields: {
      dayBudget: money(limits.dayBudget),
      monthBudget: money(limits.monthBudget),
      callsPerMinute: count(limits.callsPerMinute),
      tokensPerMinute: count(limits.tokensPerMinute),
      concurrentCalls: count(limits.concurrentCalls),
      messagesPerDay: count(limits.messagesPerDay),
      "endUser.dayBudget": money(endUser.dayBudget),
      "endUser.callsPerMinute": count(endUser.callsPerMinute),
      "endUser.messagesPerDay": count(endUser.messagesPerDay),
    },
    reachedText,
    timeZone,
    version,
  };
}

export function isSame(one: Draft, other: Draft): boolean {
  const told = ({ fields, reachedText, timeZone }: Draft) =>
    JSON.stringify([
      Object.keys(fields).map((name) => fields[name as NumberField].trim()),
      reachedText.trim(),
      timeZone.trim(),
    ]);
  return told(one) === told(other);
}

export interface Meant {
  /** Null where something can't be meant. */
  readonly request: ChangeLimitsRequest | null;
  readonly wrong: ReadonlySet<FieldName>;
}

export function meantBy({ fields, reachedText, timeZone, version }: Draft, locale: string): Meant {
  const wrong = new Set<FieldName>();
  const read = <Value>(name: NumberField, parse: (typed: string) => Value | null): Value | null => {
    const typed = fields[name].trim();
    if (typed === "") return null;
    const value = parse(typed);
    if (value === null) wrong.add(name);
    return value;
  };
  const budget = (name: NumberField) =>
    read(name, (typed) => {
      const nano = parseMoney(typed, locale);
      return nano !== null && BigInt(nano) > 0n ? nano : null;
    });
  const count = (name: NumberField, most: number) => read(name, (typed) => countOf(typed, most));
  if (reachedText.trim().length > MOST_CHARACTERS) wrong.add("reachedText");
  if (!isTimeZone(timeZone.trim())) wrong.add("timeZone");
  const request = {
    dayBudget: budget("dayBudget"),
    monthBudget: budget("monthBudget"),
    callsPerMinute: count("callsPerMinute", MOST.callsPerMinute),
    tokensPerMinute: count("tokensPerMinute", MOST.tokensPerMinute),
    concurrentCalls: count("concurrentCalls", MOST.concurrentCalls),
    messagesPerDay: count("messagesPerDay", MOST.messagesPerDay),
    endUser: {
      dayBudget: budget("endUser.dayBudget"),
      callsPerMinute: count("endUser.callsPerMinute", MOST.callsPerMinute),
      messagesPerDay: count("endUser.messagesPerDay", MOST.messagesPerDay),
    },
    reachedText: reachedText.trim(),
    timeZone: timeZone.trim(),
    version,
  };
  return { request: wrong.size > 0 ? null : request, wrong };
}

/** Thousands may stand apart: 10 000. */
function countOf(typed: string, most: number): number | null {
  const digits = typed.replace(/\s/g, "");
  const value = /^\d{1,10}$/.test(digits) ? Number(digits) : 0;
  return value >= 1 && value <= most ? value : null;
}

function isTimeZone(name: string): boolean {
  try {
    return name !== "" && new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions() !== null;
  } catch {
    // A RangeError is how Intl says no.
    return false;
  }
}
