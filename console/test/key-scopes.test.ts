import { KEY_SCOPES } from "@cogni/contract";
import { expect, test } from "vitest";
import { PRESET_NAMES, PRESETS, presetOf } from "../src/keys/scope-words.ts";

test("a choice of scopes is known by its name, in whatever order it is told", () => {
  for (const name of PRESET_NAMES) expect(presetOf(PRESETS[name].toReversed())).toBe(name);
  expect(presetOf(["account:read"])).toBeNull();
  expect(presetOf([])).toBeNull();
});

test("what is called everything is everything, and what is called read only changes nothing", () => {
  expect(PRESETS.all).toEqual(KEY_SCOPES);
  expect(PRESETS.read.filter((scope) => !scope.endsWith(":read"))).toEqual([]);
});
