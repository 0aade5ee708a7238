/** What an upstream answers, as far as it is looked into. */
import type { Headers } from "./upstream.ts";

/** Of the upstream's own head, what concerns that connection alone or would let the caller in. */
const NOT_PASSED = new Set([
  "connection",
  "keep-alive",
  "transfer-encoding",
  "trailer",
  "upgrade",
  "set-cookie",
  "content-length",
  "date",
  "x-request-id",
]);

/** @param whole whether its body goes on byte for byte, so that its length holds */
export function passedHead(headers: Headers, whole: boolean): Record<string, string | string[]> {
  const passed: Record<string, string | string[]> = {};
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined && !NOT_PASSED.has(name)) passed[name] = value;
  }
  const length = headers["content-length"];
  if (whole && typeof length === "string") passed["content-length"] = length;
  return passed;
}

/** Undefined: it is no JSON. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The last object called “usage” in a text that was cut at its beginning. */
export function lastUsage(text: string): unknown {
  const at = text.lastIndexOf('"usage"');
  if (at < 0) return undefined;
  const from = text.indexOf("{", at);
  for (let depth = 0, end = from; end >= 0 && end < text.length; end += 1) {
    if (text[end] === "{") depth += 1;
    if (text[end] === "}") depth -= 1;
    if (depth === 0) return parsed(text.slice(from, end + 1));
  }
  return undefined;
}
