/** Server-sent events as upstreams write them: well, oddly, and cut anywhere. */
import type { Answer, Step } from "./steps.ts";

export const STREAM_HEADERS = { "content-type": "text/event-stream; charset=utf-8" };

export interface Writing {
  readonly newline?: "\n" | "\r\n" | "\r";
  /** An `event:` line before each. */
  readonly event?: string;
  /** A comment before each, as proxies send to keep a connection open. */
  readonly comment?: string;
  /** The JSON over several lines, each of which is a `data:` of its own. */
  readonly lines?: boolean;
  /** `data:{…}` without a blank. */
  readonly tight?: boolean;
}

/** One event, its blank line with it. */
export function event(data: object | string, writing: Writing = {}): string {
  const { newline = "\n", event: name, comment, lines, tight } = writing;
  const text = typeof data === "string" ? data : JSON.stringify(data, null, lines ? 1 : undefined);
  return [
    ...(comment === undefined ? [] : [`: ${comment}`]),
    ...(name === undefined ? [] : [`event: ${name}`]),
    ...text.split("\n").map((line) => `data:${tight ? "" : " "}${line}`),
    "",
    "",
  ].join(newline);
}

/** All of a stream as one text, `[DONE]` with it. */
export const events = (chunks: readonly object[], writing: Writing = {}): string =>
  [...chunks.map((each) => event(each, writing)), event("[DONE]", writing)].join("");

/** Cut after each of these bytes, in the midst of characters as well. */
export function cut(text: string, at: readonly number[]): Step[] {
  const bytes = Buffer.from(text);
  const ends = [...new Set(at)].filter((end) => end > 0 && end < bytes.length).sort((a, b) => a - b);
  return [0, ...ends].map((begin, index) => ({ send: bytes.subarray(begin, ends[index] ?? bytes.length) }));
}

/** Each event a write of its own, `[DONE]` the last one. */
export const sseAnswer = (chunks: readonly object[], rest: Partial<Answer> = {}): Answer => ({
  ...rest,
  headers: { ...STREAM_HEADERS, ...rest.headers },
  steps: [...chunks.map((each) => ({ send: event(each) })), { send: event("[DONE]") }],
});

/** Exactly these steps, as a stream. */
export const rawStream = (steps: readonly Step[], rest: Partial<Answer> = {}): Answer => ({
  ...rest,
  headers: { ...STREAM_HEADERS, ...rest.headers },
  steps,
});
