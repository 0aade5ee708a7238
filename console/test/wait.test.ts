import { expect, test } from "vitest";
import { secondsToWait, waitTime } from "../src/parts/wait.ts";

test.each([
  [1, "1 sec"],
  [59, "59 sec"],
  [60, "1 min"],
  [61, "2 min"],
  [3_541, "60 min"],
  [3_600, "1 hr"],
  [80_000, "23 hr"],
])("a wait of %d seconds is told so that nobody comes too early", (seconds, words) => {
  expect(waitTime(seconds, "en")).toBe(words);
});

test("a wait ends at 0, and lasts no longer than was said when this machine's clock is set back", () => {
  expect([0, 39_001, 40_000, 99_000].map((now) => secondsToWait(40_000, 40, now))).toEqual([40, 1, 0, 0]);
  expect(secondsToWait(40_000, 40, -3_600_000)).toBe(40);
});
