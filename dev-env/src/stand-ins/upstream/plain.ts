/** What a call without a script is answered: the same words and usage each time, streamed if asked; as fast as may be. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";

/** What every plain answer tells of its usage. */
export const PLAIN_USAGE = { prompt_tokens: 12, completion_tokens: 5, total_tokens: 17 };
export const PLAIN_TEXT = "Good morning to you.";
export const PLAIN_EMBEDDING = { prompt_tokens: 7, total_tokens: 7 };

const requestSchema = z.object({
  model: z.string().default("echo"),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
});

const HEAD = { id: "chatcmpl-plain", created: 1_767_225_600 };
const message = { role: "assistant", content: PLAIN_TEXT };

export function plainAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  body: Buffer,
): ServerResponse {
  if (request.url?.startsWith("/v1/models")) {
    return json(response, 200, {
      object: "list",
      data: [{ id: "echo", object: "model", created: HEAD.created, owned_by: "upstream" }],
    });
  }
  const { model, stream, stream_options } = requestSchema.parse(JSON.parse(body.toString()));
  if (request.url?.startsWith("/v1/embeddings")) {
    const data = [{ object: "embedding", index: 0, embedding: [0.25, -0.5] }];
    return json(response, 200, { object: "list", data, model, usage: PLAIN_EMBEDDING });
  }
  if (!request.url?.startsWith("/v1/chat/completions")) {
    return json(response, 404, { error: { message: "no such path", type: "invalid_request_error" } });
  }
  if (!stream) {
    const choices = [{ index: 0, message, finish_reason: "stop" }];
    return json(response, 200, { ...HEAD, object: "chat.completion", model, choices, usage: PLAIN_USAGE });
  }
  const lines = [
    { choices: [{ index: 0, delta: { role: "assistant", content: "" }, finish_reason: null }] },
    ...PLAIN_TEXT.split(/(?<= )/).map((content) => ({
      choices: [{ index: 0, delta: { content }, finish_reason: null }],
    })),
    { choices: [{ index: 0, delta: {}, finish_reason: "stop" }] },
    ...(stream_options?.include_usage ? [{ choices: [], usage: PLAIN_USAGE }] : []),
  ].map(
    (rest) => `data: ${JSON.stringify({ ...HEAD, object: "chat.completion.chunk", model, ...rest })}\n\n`,
  );
  response.writeHead(200, { "content-type": "text/event-stream" });
  return response.end(`${lines.join("")}data: [DONE]\n\n`);
}

function json(response: ServerResponse, status: number, body: object): ServerResponse {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
  });
  return response.end(text);
}
