import fc from "fast-check";
import { expect, test } from "vitest";
import {
  createMergePatch,
  isObject,
  type Json,
  type JsonObject,
  replacedArrays,
  withValue,
} from "../../src/gateway/json.ts";

/** RFC 7396, as the gateway applies it. */
function applied(target: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const result: Record<string, Json> = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = applied(result[key], value);
  }
  return result;
}

/** Configs hold no null: in a merge patch it could not be told from “delete”. */
const { config } = fc.letrec<{ config: JsonObject; value: Json }>((tie) => ({
  config: fc.dictionary(fc.constantFrom("a", "b", "c"), tie("value"), { noNullPrototype: true }),
  value: fc.oneof({ depthSize: "small" }, fc.boolean(), fc.nat(3), fc.array(fc.nat(3)), tie("config")),
}));

test("the patch between two configs, applied to the first, gives the second", () => {
  fc.assert(
    fc.property(config, config, (from, to) => {
      const patch = createMergePatch(from, to);
      expect(patch === null ? from : applied(from, patch)).toEqual(to);
    }),
  );
});

test("equal configs need no patch", () => {
  fc.assert(fc.property(config, (one) => createMergePatch(one, structuredClone(one)) === null));
});

test("every array that a patch replaces, and every one inside of what it deletes, is named", () => {
  const current = {
    bindings: [1],
    channels: { a: { allowFrom: ["*"], deep: { list: [] } }, b: { list: [2] } },
  };
  expect(replacedArrays(current, { bindings: [1, 2], channels: { a: null } })).toEqual([
    "bindings",
    "channels.a.allowFrom",
    "channels.a.deep.list",
  ]);
  expect(replacedArrays(current, { channels: { c: { list: [3] } }, other: [4] })).toEqual([]);
});

test("setting a value makes the steps that lead to it and changes nothing else", () => {
  const before = { a: { b: 1 } };
  expect(withValue(before, ["a", "c", "d"], true)).toEqual({ a: { b: 1, c: { d: true } } });
  expect(withValue(before, ["x", "y"], undefined)).toBe(before);
  expect(withValue(before, ["a", "b"], undefined)).toEqual({ a: {} });
  expect(before).toEqual({ a: { b: 1 } });
});
