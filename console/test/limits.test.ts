import { changeLimitsRequestSchema, type Limits, REACHED_TEXT } from "@cogni/contract";
import { expect, test } from "vitest";
import {
  draftFrom,
  isSame,
  MOST,
  MOST_CHARACTERS,
  meantBy,
  OUR_SENTENCE,
} from "../src/limits/limits-draft.ts";

const NOTHING: Limits = {
  dayBudget: null,
  monthBudget: null,
  callsPerMinute: null,
  tokensPerMinute: null,
  concurrentCalls: null,
  messagesPerDay: null,
  endUser: { dayBudget: null, callsPerMinute: null, messagesPerDay: null },
  reachedText: "",
  timeZone: "UTC",
  operatorMonthBudget: null,
  version: 3,
  changedAt: null,
  standing: [],
};
const SOME: Limits = {
  ...NOTHING,
  dayBudget: "12500000000",
  tokensPerMinute: 90_000,
  endUser: { dayBudget: "1", callsPerMinute: 3, messagesPerDay: null },
  reachedText: "Back tomorrow.",
  timeZone: "Europe/Berlin",
};

test.each(["en", "de", "zh"])("limits that nobody changed are meant as they were saved, in %s", (locale) => {
  for (const limits of [NOTHING, SOME]) {
    const { operatorMonthBudget, changedAt, standing, ...set } = limits;
    const { request } = meantBy(draftFrom(limits, locale), locale);
    expect(request).toEqual(set);
    expect(changeLimitsRequestSchema.parse(request)).toEqual(set);
  }
});

test("what can't be meant is named by its field, and nothing is sent", () => {
  const draft = draftFrom(NOTHING, "en");
  const fields = {
    ...draft.fields,
    dayBudget: "0",
    monthBudget: "1,000",
    callsPerMinute: "1.5",
    concurrentCalls: "0",
    messagesPerDay: "ten",
    "endUser.callsPerMinute": "-1",
  };
  const { request, wrong } = meantBy(
    { ...draft, fields, reachedText: "x".repeat(MOST_CHARACTERS + 1), timeZone: "Mars/Base" },
    "en",
  );
  expect(request).toBeNull();
  expect([...wrong].toSorted()).toEqual([
    "callsPerMinute",
    "concurrentCalls",
    "dayBudget",
    "endUser.callsPerMinute",
    "messagesPerDay",
    "monthBudget",
    "reachedText",
    "timeZone",
  ]);
});

test("the most that the page takes is the most that the API takes, and its sentence is the API's", () => {
  const draft = draftFrom(NOTHING, "en");
  const counts = (more: number) =>
    Object.fromEntries(Object.entries(MOST).map(([name, most]) => [name, String(most + more)]));
  const most = meantBy({ ...draft, fields: { ...draft.fields, ...counts(0) } }, "en").request;
  expect(changeLimitsRequestSchema.parse(most)).toEqual(most);
  for (const [name, value] of Object.entries(MOST))
    expect(changeLimitsRequestSchema.safeParse({ ...most, [name]: value + 1 }).success, name).toBe(false);
  expect(meantBy({ ...draft, fields: { ...draft.fields, ...counts(1) } }, "en").wrong.size).toBe(4);
  const long = { ...NOTHING, reachedText: "x".repeat(MOST_CHARACTERS) };
  const { request } = meantBy(draftFrom(long, "en"), "en");
  expect(changeLimitsRequestSchema.safeParse(request).success).toBe(true);
  expect(OUR_SENTENCE).toBe(REACHED_TEXT);
});

test("a space more is no change, and a digit is", () => {
  const draft = draftFrom(SOME, "en");
  const typed = (dayBudget: string) => ({ ...draft, fields: { ...draft.fields, dayBudget } });
  expect(isSame(draft, typed(" 12.5 "))).toBe(true);
  expect(isSame(draft, typed("12.51"))).toBe(false);
});
