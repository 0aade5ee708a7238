/**
 * An OpenAI-compatible endpoint on loopback. Left alone it is the echo model that answers in development: the same
 * words back, with usage. A test can put words and tool calls into its mouth, make it slow or rude, and read who
 * called it with what.
 */
import type { ServerResponse } from "node:http";
import { lastWords } from "@cogni/contract";
import { z } from "zod";
import { type EpochMs, type Incoming, type Loopback, sendJson, serveLoopback } from "./loopback.ts";

/** What the model says: text, or calls of tools that it was offered. */
export type Reply = { text: string } | { toolCalls: { name: string; arguments: Record<string, unknown> }[] };

/** How the endpoint misbehaves: late, an HTTP error, an answer that is no JSON, cut off in the middle. */
export type Mood =
  | { kind: "slow"; ms: number }
  | { kind: "status"; status: number }
  | { kind: "garbage" }
  | { kind: "cut" };

export interface LlmCall {
  at: EpochMs;
  /** `x-litellm-end-user-id`: whose call this is. */
  endUserId: string | null;
  headers: Record<string, string | string[] | undefined>;
  model: string;
  /** Names of the tools that were offered. */
  tools: string[];
  messages: { role: string; text: string }[];
  /** The last words that a person wrote, without what the gateway puts around them. */
  lastUserText: string;
  /** What was answered: 200, or 400 for a call that carried no tenant. */
  status: number;
}

export interface LlmControl {
  /** The latest calls, oldest first, at most 10,000. */
  calls(): LlmCall[];
  /** The next calls of this tenant get these answers, one each; after them the script (or the echo) goes on. */
  answerNext(endUserId: string, replies: Reply[]): void;
  /** Misbehaves until `null` is passed; with `endUserId`, towards this tenant's calls alone. */
  mood(mood: Mood | null, endUserId?: string): void;
}

export interface LlmStandIn extends LlmControl, Loopback {
  /** What goes into `LLM_BASE_URL`. */
  baseUrl: string;
}

/** Text, or parts of which some are text. */
const content = z
  .union([z.string(), z.array(z.object({ text: z.string().optional() })), z.null()])
  .default(null)
  .transform((value) => (typeof value === "string" ? [value] : (value ?? []).map((part) => part.text ?? "")));
const chatRequest = z.object({
  model: z.string(),
  stream: z.boolean().default(false),
  messages: z.array(z.object({ role: z.string(), content })),
  tools: z.array(z.object({ function: z.object({ name: z.string() }) })).default([]),
});
type ChatRequest = z.infer<typeof chatRequest>;

const KEPT_CALLS = 10_000;

/** The echo model: says what it was told. */
const echo = (call: LlmCall): Reply => ({ text: call.lastUserText });

/**
 * @param script answers each call; the echo by default.
 * @param requireTenant refuse a call that says not whose it is, with 400.
 */
export async function startLlm(
  options: { script?: (call: LlmCall) => Reply; requireTenant?: boolean; port?: number } = {},
): Promise<LlmStandIn> {
  const calls: LlmCall[] = [];
  const scripted = new Map<string, Reply[]>();
  const moods = new Map<string | null, Mood>();
  const control: LlmControl = {
    calls: () => calls,
    answerNext: (endUserId, replies) =>
      void scripted.set(endUserId, [...(scripted.get(endUserId) ?? []), ...replies]),
    mood(mood, endUserId) {
      if (mood) moods.set(endUserId ?? null, mood);
      else moods.delete(endUserId ?? null);
    },
  };

  async function handle(request: Incoming, response: ServerResponse): Promise<void> {
    if (request.path === "/v1/models") {
      return sendJson(response, 200, { object: "list", data: [{ id: "echo", object: "model" }] });
    }
    if (request.path !== "/v1/chat/completions") return fail(response, 404, "no such path");
    const body = chatRequest.parse(request.params);
    const call = record(request, body);
    if (calls.push(call) > KEPT_CALLS) calls.shift();
    if (options.requireTenant && call.endUserId === null) {
      call.status = 400;
      return fail(response, 400, "the call carries no x-litellm-end-user-id");
    }
    const mood = moods.get(call.endUserId) ?? moods.get(null);
    if (mood?.kind === "slow") await new Promise((resolve) => setTimeout(resolve, mood.ms));
    if (mood?.kind === "status") {
      call.status = mood.status;
      return fail(response, mood.status, "as asked for");
    }
    if (mood?.kind === "garbage") return void response.end("<html>not what you expected");
    const reply = scripted.get(call.endUserId ?? "")?.shift() ?? (options.script ?? echo)(call);
    answer(response, body, reply, mood?.kind === "cut");
  }

  const server = await serveLoopback({
    control,
    handle,
    ...(options.port === undefined ? {} : { port: options.port }),
  });
  return { ...control, ...server, baseUrl: `${server.url}/v1` };
}

function record(request: Incoming, body: ChatRequest): LlmCall {
  const fromUser = body.messages.filter(({ role }) => role === "user");
  return {
    at: Date.now(),
    endUserId: [request.headers["x-litellm-end-user-id"]].flat()[0] ?? null,
    headers: request.headers,
    model: body.model,
    tools: body.tools.map((tool) => tool.function.name),
    messages: body.messages.map(({ role, content }) => ({ role, text: content.join("") })),
    lastUserText: lastWords(fromUser.flatMap(({ content }) => content)),
    status: 200,
  };
}

function answer(response: ServerResponse, body: ChatRequest, reply: Reply, cut: boolean): void {
  const words = (text: string): number => text.split(/\s+/).filter(Boolean).length;
  const prompt = body.messages.reduce((sum, message) => sum + words(message.content.join(" ")), 0);
  const completion = words(JSON.stringify(reply));
  const usage = { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
  const message =
    "text" in reply
      ? { role: "assistant", content: reply.text }
      : {
          role: "assistant",
          content: null,
          tool_calls: reply.toolCalls.map((call, index) => ({
            index,
            id: `call_${Date.now()}_${index}`,
            type: "function",
            function: { name: call.name, arguments: JSON.stringify(call.arguments) },
          })),
        };
  const finish = "text" in reply ? "stop" : "tool_calls";
  const head = { id: "chatcmpl-1", created: Math.floor(Date.now() / 1000), model: body.model };
  if (!body.stream) {
    const choices = [{ index: 0, message, finish_reason: finish }];
    if (cut) response.destroy();
    else sendJson(response, 200, { ...head, object: "chat.completion", choices, usage });
    return;
  }
  response.writeHead(200, { "content-type": "text/event-stream" });
  const send = (rest: object): void =>
    void response.write(`data: ${JSON.stringify({ ...head, object: "chat.completion.chunk", ...rest })}\n\n`);
  send({ choices: [{ index: 0, delta: message, finish_reason: null }] });
  if (cut) {
    response.destroy();
    return;
  }
  send({ choices: [{ index: 0, delta: {}, finish_reason: finish }] });
  send({ choices: [], usage });
  response.end("data: [DONE]\n\n");
}

function fail(response: ServerResponse, status: number, message: string): void {
  sendJson(response, status, { error: { message, type: "invalid_request_error" } });
}
