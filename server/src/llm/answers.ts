/** What the endpoint answers by itself: errors in the form that OpenAI's clients know, and a tenant's sentence at a limit. */
import type { ServerResponse } from "node:http";

export interface LlmProblem {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

const problem = (status: number, code: string, message: string): LlmProblem => ({ status, code, message });

export const PROBLEMS = {
  noKey: problem(401, "invalid_api_key", "The call carries no key of a tenant's, or one that has ended."),
  suspended: problem(403, "tenant_suspended", "This account is suspended; its agent makes no calls."),
  noRoute: problem(
    404,
    "unknown_route",
    "Only chat/completions, embeddings and models are served: what can't be metered is refused.",
  ),
  noModel: problem(404, "model_not_found", "The operator offers no such model to this account."),
  tooLarge: problem(413, "payload_too_large", "The body has more than 10 MB."),
  unreachable: problem(
    502,
    "upstream_unreachable",
    "The model's endpoint can't be reached, or broke off before it answered.",
  ),
  refusesUs: problem(
    502,
    "upstream_refuses_operator",
    "The model's endpoint refuses the operator's key, or has no money of the operator's left.",
  ),
  late: problem(504, "upstream_timeout", "The model's endpoint did not answer in time."),
  database: problem(
    503,
    "database_unavailable",
    "What a call uses can't be written down now, so none is made.",
  ),
  broken: problem(
    500,
    "internal_error",
    "Something went wrong on our side. It is logged under the request's id.",
  ),
} as const;

export const badBody = (message: string): LlmProblem => problem(400, "invalid_request", message);

/** @param end whether somebody else ends the answer, which is whole by then */
export function sendProblem(
  response: ServerResponse,
  { status, code, message }: LlmProblem,
  end: "ends" | "stays open" = "ends",
): void {
  const type = status < 500 ? "invalid_request_error" : "api_error";
  if (status === 503) response.setHeader("Retry-After", "2");
  sendJson(response, status, { error: { message, type, param: null, code } }, end);
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: object,
  end: "ends" | "stays open" = "ends",
): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    "Content-Type": "application/json",
    "Content-Length": Buffer.byteLength(text),
  });
  if (end === "ends") response.end(text);
  else response.write(text);
}

export interface Courtesy {
  readonly id: string;
  readonly model: string;
  readonly text: string;
  readonly streamed: boolean;
  /** Whether the caller wants to be told the usage of a stream. */
  readonly wantsUsage: boolean;
  readonly now: Date;
}

const NO_USAGE = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 };

/** As a model would say it, so that whoever wrote is not left waiting. */
export function sendCourtesy(response: ServerResponse, courtesy: Courtesy): void {
  const { id, model, text, streamed, wantsUsage, now } = courtesy;
  const head = { id: `chatcmpl-${id}`, created: Math.floor(now.getTime() / 1000), model };
  if (!streamed) {
    const message = { role: "assistant", content: text };
    const choices = [{ index: 0, message, finish_reason: "stop" }];
    sendJson(response, 200, { ...head, object: "chat.completion", choices, usage: NO_USAGE });
    return;
  }
  const event = (rest: object) =>
    `data: ${JSON.stringify({ ...head, object: "chat.completion.chunk", ...rest })}\n\n`;
  const choice = (delta: object, reason: string | null) => ({
    choices: [{ index: 0, delta, finish_reason: reason }],
  });
  response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-cache" });
  response.end(
    event(choice({ role: "assistant", content: text }, null)) +
      event(choice({}, "stop")) +
      (wantsUsage ? event({ choices: [], usage: NO_USAGE }) : "") +
      "data: [DONE]\n\n",
  );
}
