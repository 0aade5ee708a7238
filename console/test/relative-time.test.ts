import { expect, test } from "vitest";
import {
  duration,
  elapsed,
  relativeTime,
  sinceTime,
  timeLocale,
  timeUntil,
} from "../src/parts/relative-time.ts";

const now = new Date("2026-05-04T12:00:00Z");
const before = (seconds: number) => new Date(now.getTime() - seconds * 1000);

test.each([
  [0, { value: 0, unit: "second" }],
  [9.9, { value: 0, unit: "second" }],
  [59, { value: 50, unit: "second" }],
  [60, { value: 1, unit: "minute" }],
  [3_599, { value: 59, unit: "minute" }],
  [86_399, { value: 23, unit: "hour" }],
  [86_400, { value: 1, unit: "day" }],
  [29 * 86_400, { value: 29, unit: "day" }],
  [364 * 86_400, { value: 12, unit: "month" }],
  [365 * 86_400, { value: 1, unit: "year" }],
])("%d seconds ago is told in the largest whole unit", (seconds, expected) => {
  expect(elapsed(before(seconds), now)).toEqual(expected);
});

test("a server whose clock runs ahead is never told as the future", () => {
  expect(elapsed(before(-30), now)).toEqual({ value: 0, unit: "second" });
});

test("twenty-five hours ago is not called yesterday", () => {
  expect(relativeTime(elapsed(before(25 * 3_600), now), "en")).toBe("1 day ago");
});

test("a beginning is told by its time today, by its day this year, else by its date", () => {
  const noon = new Date(2026, 4, 4, 12, 0);
  expect(sinceTime(new Date(2026, 4, 4, 9, 5), noon, "en-GB")).toBe("09:05");
  expect(sinceTime(new Date(2026, 4, 3, 23, 59), noon, "en-GB")).toBe("3 May");
  expect(sinceTime(new Date(2025, 11, 31, 9, 5), noon, "en-GB")).toBe("31 Dec 2025");
});

test("times follow the person's variety of the catalog's language", () => {
  expect(timeLocale(["de-DE", "en-GB", "en"], "en")).toBe("en-GB");
  expect(timeLocale(["de-DE"], "en")).toBe("en");
});

test("times are never told in another script than the page", () => {
  expect(timeLocale(["zh-TW", "zh-HK", "zh-SG"], "zh")).toBe("zh-SG");
  expect(timeLocale(["zh-Hant-TW"], "zh")).toBe("zh");
});

test("a locale that Intl refuses is passed over", () => {
  expect(timeLocale(["en-US@posix", "en-GB"], "en")).toBe("en-GB");
});

test("how long something lasted is told in its largest whole unit, and never as nothing", () => {
  const from = new Date("2027-01-01T00:00:00Z");
  const after = [0, 4, 90, 3 * 3600, 50 * 3600].map((seconds) => new Date(from.getTime() + seconds * 1000));
  expect(after.map((to) => duration(from, to, "en"))).toEqual(["1 sec", "4 sec", "1 min", "3 hr", "2 days"]);
});

test("a time to come is told in its largest whole unit, and one that has come as about to", () => {
  const now = new Date("2026-05-04T12:00:00Z");
  const inMs = (ms: number) => timeUntil(new Date(now.getTime() + ms), now, "en");
  expect(inMs(89.5 * 86_400_000)).toBe("in 89 days");
  expect(inMs(23.9 * 3_600_000)).toBe("in 23 hr.");
  expect(inMs(4_000)).toBe("in 10 sec.");
  expect(inMs(-4_000)).toBe("in 10 sec.");
});
