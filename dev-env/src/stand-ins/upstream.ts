/**
 * An OpenAI-compatible upstream that misbehaves to order, for whoever stands in front of one. A call that carries a script's token
 * anywhere in its body gets what the script says; any other gets a plain answer with usage. So tests disturb each other in nothing,
 * whatever headers come along. It answers in this process: steps may wait for promises of the test.
 */
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import type { Loopback } from "./loopback.ts";
import { plainAnswer } from "./upstream/plain.ts";
import { type Answer, play } from "./upstream/steps.ts";

export interface UpstreamCall {
  /** From 1, of those that carry the same token. */
  readonly nth: number;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** As it came. */
  readonly body: Buffer;
  /** The connection ended before the answer did, and not by the script. */
  hungUp: boolean;
  /** All that there was to send is sent, or the script has cut it off. */
  finished: boolean;
}

export interface Script {
  /** To be put anywhere into the body of a call. */
  readonly token: string;
  /** Those that carried it, in the order in which they came. */
  readonly calls: readonly UpstreamCall[];
}

export interface Upstream extends Loopback {
  /** What goes into `LLM_BASE_URL`. */
  readonly baseUrl: string;
  /** Those without a script, in the order in which they came, at most 10,000. */
  readonly calls: readonly UpstreamCall[];
  /** The first call gets the first answer, and so on; those after them the last one again. */
  script(...answers: (Answer | ((call: UpstreamCall) => Answer))[]): Script;
}

const KEPT_CALLS = 10_000;
const MARK = Buffer.from("script:");
const TOKEN_LENGTH = MARK.length + randomUUID().length;

interface Running extends Script {
  readonly calls: UpstreamCall[];
  readonly answers: readonly (Answer | ((call: UpstreamCall) => Answer))[];
}

/** @param keep false: calls without a script are not written down, for what is to be fast */
export async function startUpstream({
  port = 0,
  keep = true,
}: {
  port?: number;
  keep?: boolean;
} = {}): Promise<Upstream> {
  const scripts = new Map<string, Running>();
  const plain: UpstreamCall[] = [];

  function answer(request: IncomingMessage, response: ServerResponse, body: Buffer): void {
    const at = body.indexOf(MARK);
    const running = at < 0 ? undefined : scripts.get(body.toString("latin1", at, at + TOKEN_LENGTH));
    const call = running || keep ? written(running?.calls ?? plain, request, response, body) : null;
    const next = call && running?.answers[Math.min(call.nth, running.answers.length) - 1];
    if (!call || !next) {
      plainAnswer(request, response, body);
      return;
    }
    void play(packed(typeof next === "function" ? next(call) : next, request), response, () => {
      call.finished = true;
    });
  }

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => answer(request, response, Buffer.concat(chunks)));
    // Whoever hangs up while sending has asked nothing.
    request.on("error", () => response.destroy());
  });
  server.keepAliveTimeout = 60_000;
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the upstream has no port");
  const url = `http://127.0.0.1:${address.port}`;
  return {
    url,
    port: address.port,
    baseUrl: `${url}/v1`,
    calls: plain,
    script(...answers) {
      const running: Running = { token: `${MARK}${randomUUID()}`, calls: [], answers };
      scripts.set(running.token, running);
      return running;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function written(
  calls: UpstreamCall[],
  { method = "", url: path = "", headers }: IncomingMessage,
  response: ServerResponse,
  body: Buffer,
): UpstreamCall {
  const nth = (calls.at(-1)?.nth ?? 0) + 1;
  const call: UpstreamCall = { nth, method, path, headers, body, hungUp: false, finished: false };
  if (calls.push(call) > KEPT_CALLS) calls.shift();
  response.once("finish", () => {
    call.finished = true;
  });
  response.once("close", () => {
    call.hungUp = !call.finished;
  });
  return call;
}

/** Only what is sent at once is ever packed: a stream would wait for it. */
function packed(answer: Answer, { headers }: IncomingMessage): Answer {
  const accepted = /\bgzip\b/.test([headers["accept-encoding"]].flat().join());
  if (answer.gzip !== "always" && !(answer.gzip === "asked" && accepted)) return answer;
  const body = Buffer.concat(
    answer.steps.flatMap((step) => ("send" in step ? [Buffer.from(step.send)] : [])),
  );
  return {
    ...answer,
    headers: { ...answer.headers, "content-encoding": "gzip" },
    steps: [{ send: gzipSync(body) }],
  };
}
