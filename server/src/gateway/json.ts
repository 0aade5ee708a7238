/** JSON merge patch (RFC 7396), by which the gateway's config is read and written. Pure. */
import { isDeepStrictEqual } from "node:util";
import type { Json, JsonObject } from "@cogni/contract";

export type { Json, JsonObject };
/** `null` deletes a key, an object is merged, anything else replaces. */
export type MergePatch = JsonObject;

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value at a path of keys, or undefined when a step is missing. */
export function at(value: Json | undefined, ...path: string[]): Json | undefined {
  return path.reduce<Json | undefined>((inner, key) => (isObject(inner) ? inner[key] : undefined), value);
}

/** The same with one value replaced, or removed when `value` is undefined; missing steps are made only for a value. */
export function withValue(target: JsonObject, path: readonly string[], value: Json | undefined): JsonObject {
  const [key, ...rest] = path;
  if (key === undefined) return target;
  const child = target[key];
  if (rest.length > 0) {
    if (!isObject(child) && value === undefined) return target;
    return { ...target, [key]: withValue(isObject(child) ? child : {}, rest, value) };
  }
  if (value !== undefined) return { ...target, [key]: value };
  const { [key]: _, ...others } = target;
  return others;
}

/** The smallest patch that turns `from` into `to`, or null when they are equal. */
export function createMergePatch(from: JsonObject, to: JsonObject): MergePatch | null {
  const patch: Record<string, Json> = {};
  for (const key of Object.keys(from)) if (!(key in to)) patch[key] = null;
  for (const [key, wanted] of Object.entries(to)) {
    const present = from[key];
    if (isDeepStrictEqual(present, wanted)) continue;
    const inner = isObject(present) && isObject(wanted) ? createMergePatch(present, wanted) : wanted;
    if (inner !== null) patch[key] = inner;
  }
  return Object.keys(patch).length > 0 ? patch : null;
}

/**
 * The paths of all arrays that a patch replaces or deletes, those inside of deleted objects included. The gateway
 * refuses to drop array entries unless each such path is named.
 */
export function replacedArrays(current: Json | undefined, patch: Json | undefined, path = ""): string[] {
  if (patch === undefined || current === undefined) return [];
  if (Array.isArray(current)) return [path];
  if (!isObject(current)) return [];
  const inner = (key: string): string => (path === "" ? key : `${path}.${key}`);
  if (isObject(patch)) {
    return Object.entries(patch).flatMap(([key, value]) => replacedArrays(current[key], value, inner(key)));
  }
  return Object.entries(current).flatMap(([key, value]) => replacedArrays(value, null, inner(key)));
}
