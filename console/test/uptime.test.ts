import { expect, test } from "vitest";
import { barsOf, percentUp } from "../src/timeline/up-share.ts";

test("only what was always up reads as 100 %", () => {
  expect([1, 0.99999, 0.998, 0].map((share) => percentUp(share, "en"))).toEqual([
    "100%",
    "99.9%",
    "99.8%",
    "0%",
  ]);
});

test("a day that nobody watched is drawn as neither up nor down", () => {
  expect(barsOf([{ from: "a", upShare: null }])).toEqual([{ from: "a", up: 0, down: 0 }]);
});

test("an outage of minutes can be seen, and a whole one is nothing but down", () => {
  const bars = barsOf([
    { from: "a", upShare: 1 },
    { from: "b", upShare: 0.999 },
    { from: "c", upShare: 0 },
  ]);
  expect(bars.map(({ down }) => down)).toEqual([0, expect.closeTo(0.18), 1]);
  expect(bars.map(({ up, down }) => up + down)).toEqual([1, 1, 1]);
});
