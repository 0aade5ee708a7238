import { expect, test } from "vitest";
import { safeReturnPath, signInPath } from "../src/session/return-path.ts";

test.each(["/channels", "/channels?open=telegram", "/channels#top", "/a/b%20c"])(
  "%s is returned to",
  (path) => {
    expect(safeReturnPath(path)).toBe(path);
  },
);

test.each([
  "https://evil.example/",
  "//evil.example",
  "///evil.example",
  "/\\evil.example",
  "\\\\evil.example",
  "/\t/evil.example",
  "/\n/evil.example",
  " //evil.example",
  "javascript:alert(1)",
  "channels",
  "",
  null,
  undefined,
])("%j never leads away from our own pages", (path) => {
  expect(safeReturnPath(path)).toBe("/channels");
});

test("a path that climbs is resolved before it is judged", () => {
  expect(safeReturnPath("/x/..//evil.example")).toBe("/channels");
});

test("signing in never leads back to signing in", () => {
  expect(safeReturnPath("/sign-in?next=/channels")).toBe("/channels");
});

test("the sign-in address carries where the person was, and reads back the same", () => {
  expect(signInPath("/channels")).toBe("/sign-in");
  const query = new URL(signInPath("/audit?x=1&y=2"), "http://here.invalid").searchParams;
  expect(safeReturnPath(query.get("next"))).toBe("/audit?x=1&y=2");
});
