import { expect, test } from "vitest";
import { clockTime, isWarned, secondsLeft, shareLeft } from "../src/login/countdown.ts";

const end = "2027-01-01T00:01:00.000Z";

test("what is left counts down to nothing, and never below", () => {
  const left = ["00:00:00", "00:00:59.5", "00:01:00", "00:05:00"].map((time) =>
    secondsLeft(end, new Date(`2027-01-01T${time}Z`)),
  );
  expect(left).toEqual([60, 1, 0, 0]);
});

test("it reads as a clock does", () => {
  expect([125, 60, 9, 0].map(clockTime)).toEqual(["2:05", "1:00", "0:09", "0:00"]);
});

test("a ring is full at first, empty at the end, and never more than full", () => {
  expect([
    shareLeft(60, 60),
    shareLeft(15, 60),
    shareLeft(0, 60),
    shareLeft(70, 60),
    shareLeft(0, 0),
  ]).toEqual([1, 0.25, 0, 1, 0]);
});

test("a screen reader is warned once of a long wait's end, and never of a code that rotates every 20 s", () => {
  expect([90, 30, 1, 0].map((seconds) => isWarned(seconds, 180))).toEqual([false, true, true, false]);
  expect([20, 10].map((seconds) => isWarned(seconds, 20))).toEqual([false, false]);
});
