/**
 * The model that answers in development where no upstream is set: the same words back, at once, the same each time, with a usage of a
 * token for each word. So the whole loop can be seen, up to the bill, without an account anywhere.
 */
import { lastWords } from "@cogni/contract";
import { z } from "zod";
import type { AnswerHandler, Upstream, UpstreamCall } from "./upstream.ts";

const content = z
  .union([z.string(), z.array(z.looseObject({ text: z.string().optional() })), z.null()])
  .default(null)
  .transform((value) => (typeof value === "string" ? [value] : (value ?? []).map((part) => part.text ?? "")));
const chatSchema = z.object({
  model: z.string(),
  stream: z.boolean().nullish(),
  messages: z.array(z.object({ role: z.string(), content })),
});
const embeddingSchema = z.object({ model: z.string(), input: z.union([z.string(), z.array(z.string())]) });

const wordsIn = (text: string): number => text.split(/\s+/).filter(Boolean).length;

export function createEcho(): Upstream {
  return {
    send({ path, body }: UpstreamCall, handler) {
      const payload: unknown = JSON.parse(body.toString());
      // As over a wire: not before the caller has what `send` gives.
      setImmediate(() => (path === "/embeddings" ? embed(payload, handler) : chat(payload, handler)));
    },
    close: async () => undefined,
  };
}

function chat(payload: unknown, handler: AnswerHandler): void {
  const parsed = chatSchema.safeParse(payload);
  if (!parsed.success) {
    refuse(handler);
    return;
  }
  const { model, stream, messages } = parsed.data;
  const said = lastWords(
    messages.filter(({ role }) => role === "user").flatMap((message) => message.content),
  );
  const prompt = messages.reduce((sum, message) => sum + wordsIn(message.content.join(" ")), 0);
  const completion = wordsIn(said);
  const usage = { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
  const head = { id: "chatcmpl-echo", created: 0, model };
  if (!stream) {
    const message = { role: "assistant", content: said };
    const choices = [{ index: 0, message, finish_reason: "stop" }];
    answerJson(handler, { ...head, object: "chat.completion", choices, usage });
    return;
  }
  const event = (rest: object) =>
    `data: ${JSON.stringify({ ...head, object: "chat.completion.chunk", ...rest })}\n\n`;
  const pieces = said.match(/\S+\s*/g) ?? [];
  handler.onStart(200, { "content-type": "text/event-stream" }, UNSTOPPED);
  for (const [index, piece] of pieces.entries()) {
    const delta = { ...(index === 0 && { role: "assistant" }), content: piece };
    handler.onData(Buffer.from(event({ choices: [{ index: 0, delta, finish_reason: null }] })));
  }
  handler.onData(Buffer.from(event({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] })));
  handler.onData(Buffer.from(`${event({ choices: [], usage })}data: [DONE]\n\n`));
  handler.onEnd();
}

/** The same text has the same vector. */
function embed(payload: unknown, handler: AnswerHandler): void {
  const parsed = embeddingSchema.safeParse(payload);
  if (!parsed.success) {
    refuse(handler);
    return;
  }
  const { model, input } = parsed.data;
  const texts = [input].flat();
  const data = texts.map((text, index) => ({
    object: "embedding",
    index,
    embedding: Array.from(
      { length: 8 },
      (_, part) => ((text.charCodeAt(part % (text.length || 1)) || 0) % 100) / 100,
    ),
  }));
  const prompt = texts.reduce((sum, text) => sum + wordsIn(text), 0);
  answerJson(handler, {
    object: "list",
    model,
    data,
    usage: { prompt_tokens: prompt, total_tokens: prompt },
  });
}

function answerJson(handler: AnswerHandler, body: object, status = 200): void {
  handler.onStart(status, { "content-type": "application/json" }, UNSTOPPED);
  handler.onData(Buffer.from(JSON.stringify(body)));
  handler.onEnd();
}

function refuse(handler: AnswerHandler): void {
  const error = { message: "messages are malformed", type: "invalid_request_error", code: "invalid_request" };
  answerJson(handler, { error }, 400);
}

/** It is over before anybody could. */
const UNSTOPPED = { pause: () => undefined, resume: () => undefined, abort: () => undefined };
