import { nanoSchema } from "@cogni/contract";
import fc from "fast-check";
import { expect, test } from "vitest";
import { costScale, percentUsed } from "../src/usage/cost-scale.ts";
import { dayName, daysOf, todayIn } from "../src/usage/span.ts";

test("a span of days begins and ends where people say so, also over a year's and a short month's end", () => {
  expect(daysOf("7d", "2026-03-03")).toEqual({ from: "2026-02-25", to: null });
  expect(daysOf("month", "2026-11-01")).toEqual({ from: "2026-11-01", to: null });
  expect(daysOf("last-month", "2027-01-31")).toEqual({ from: "2026-12-01", to: "2026-12-31" });
  expect(daysOf("last-month", "2028-03-31")).toEqual({ from: "2028-02-01", to: "2028-02-29" });
  expect(daysOf("30d", "2026-11-28")).toEqual({ from: null, to: null });
});

test("today is the tenant's, wherever the browser is, and a day keeps its name everywhere", () => {
  const moment = new Date("2026-11-30T23:30:00Z");
  expect(todayIn("UTC", moment)).toBe("2026-11-30");
  expect(todayIn("Pacific/Kiritimati", moment)).toBe("2026-12-01");
  expect(todayIn("America/Los_Angeles", new Date("2026-12-01T05:00:00Z"))).toBe("2026-11-30");
  expect(dayName("2026-11-28", "en")).toBe("Sat, Nov 28");
});

test("no bar is higher than the chart, whose top is a round amount, and what costs most fills two fifths of it at least", () => {
  expect(costScale(["0", "0"])).toEqual({ top: "0", shares: [0, 0] });
  expect(costScale(["130", "65"])).toEqual({ top: "200", shares: [0.65, 0.325] });
  const costs = fc.array(fc.bigInt({ min: 0n, max: 10n ** 17n }).map(String), { minLength: 1 });
  fc.assert(
    fc.property(costs, (nano) => {
      const { top, shares } = costScale(nano);
      const highest = Math.max(...shares);
      expect(nanoSchema.safeParse(top).success && top.replace(/0+$/, "").length <= 1).toBe(true);
      expect(highest === 0 ? top : highest <= 1 && highest >= 0.39).toBe(highest === 0 ? "0" : true);
    }),
  );
});

test("only what is used up reads as 100 percent", () => {
  expect(percentUsed("999999999999999999", "1000000000000000000")).toBe(99);
  expect([percentUsed("8", "10"), percentUsed("12", "10"), percentUsed("0", "10")]).toEqual([80, 100, 0]);
});
