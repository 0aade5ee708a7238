/**
 * Answers that upstreams are known to give, for scripts. Each is plain data, so that a test changes what it is about and leaves the rest.
 */
import { PLAIN_TEXT, PLAIN_USAGE } from "./plain.ts";
import { sseAnswer } from "./sse.ts";
import type { Answer, Step } from "./steps.ts";

const HEAD = { id: "chatcmpl-script", created: 1_767_225_600 };

export const jsonAnswer = (body: unknown, rest: Partial<Answer> = {}): Answer => ({
  ...rest,
  headers: { "content-type": "application/json", ...rest.headers },
  steps: [{ send: typeof body === "string" ? body : JSON.stringify(body) }],
});

/** What one answer says; `null` for `usage`: nothing is told of it. */
export interface Said {
  readonly model?: string;
  /** One for each choice. */
  readonly texts?: readonly string[];
  readonly toolCalls?: readonly { readonly name: string; readonly arguments: string }[];
  readonly usage?: object | null;
}

/** Not streamed. */
export function completion(said: Said = {}, rest: Partial<Answer> = {}): Answer {
  const { model = "echo", texts = [PLAIN_TEXT], toolCalls = [], usage = PLAIN_USAGE } = said;
  const tool_calls = toolCalls.map(({ name, arguments: text }, index) => ({
    id: `call_${index}`,
    type: "function",
    function: { name, arguments: text },
  }));
  const choices = texts.map((content, index) => ({
    index,
    message: { role: "assistant", content, ...(tool_calls.length > 0 && { tool_calls }) },
    finish_reason: tool_calls.length > 0 ? "tool_calls" : "stop",
  }));
  return jsonAnswer({ ...HEAD, object: "chat.completion", model, choices, ...(usage && { usage }) }, rest);
}

/** One chunk of a stream, as an object. */
export const chunk = (choices: readonly object[], rest: object = {}): object => ({
  ...HEAD,
  object: "chat.completion.chunk",
  model: "echo",
  choices,
  ...rest,
});

/** The words of one choice. */
export const delta = (content: string, index = 0): object =>
  chunk([{ index, delta: { content }, finish_reason: null }]);

export const finish = (reason = "stop", index = 0): object =>
  chunk([{ index, delta: {}, finish_reason: reason }]);

/** As OpenAI sends it after all others. */
export const usageChunk = (usage: object = PLAIN_USAGE): object => chunk([], { usage });

/** A call of a tool as it is streamed: its name first, its arguments in pieces. */
export const toolDeltas = (name: string, pieces: readonly string[], index = 0): object[] =>
  ["", ...pieces].map((text, nth) =>
    chunk([
      {
        index: 0,
        delta: {
          tool_calls: [
            {
              index,
              ...(nth === 0 && { id: `call_${index}`, type: "function" }),
              function: { ...(nth === 0 && { name }), arguments: text },
            },
          ],
        },
        finish_reason: null,
      },
    ]),
  );

/** The usual stream: the words one by one, an end, usage, `[DONE]`. */
export const stream = (said: Said = {}, rest: Partial<Answer> = {}): Answer => {
  const { model = "echo", texts = [PLAIN_TEXT], usage = PLAIN_USAGE } = said;
  const told = texts.flatMap((text, index) => [
    ...text.split(/(?<= )/).map((word) => delta(word, index)),
    finish("stop", index),
  ]);
  const chunks = [...told, ...(usage ? [usageChunk(usage)] : [])].map((each) => ({ ...each, model }));
  return sseAnswer(chunks, rest);
};

/** An HTTP error in OpenAI's form. */
export const refusal = (status: number, headers: Readonly<Record<string, string | number>> = {}): Answer =>
  jsonAnswer(
    { error: { message: "as the script says", type: "server_error", code: `refused_${status}` } },
    { status, headers },
  );

/** The end of the connection before anything, or after these steps. */
export const death = (steps: readonly Step[] = [], rest: Partial<Answer> = {}): Answer => ({
  ...rest,
  steps: [...steps, { die: true, reset: true }],
});

/** A promised length of which the first half comes. */
export function halfBody(body: object): Answer {
  const text = JSON.stringify(body);
  return {
    headers: { "content-type": "application/json", "content-length": Buffer.byteLength(text) },
    steps: [{ send: text.slice(0, text.length >> 1) }, { die: true }],
  };
}
