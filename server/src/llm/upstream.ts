/** What answers: an OpenAI-compatible endpoint, reached without a layer in between that would cost five times as much CPU. */
import { type Dispatcher, Pool } from "undici";
import type { Secret } from "../secret.ts";

export type Headers = Readonly<Record<string, string | string[] | undefined>>;

export interface UpstreamCall {
  /** Below the base URL, such as `/chat/completions`. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | string;
}

/** What is told of an answer, in this order; `onEnd` or `onError` comes last, once. */
export interface AnswerHandler {
  onStart(status: number, headers: Headers, flow: Flow): void;
  onData(chunk: Buffer): void;
  onEnd(): void;
  /** `begun`: its head had been told. */
  onError(error: Error): void;
}

export interface Flow {
  pause(): void;
  resume(): void;
  /** Ends it; `onError` follows. */
  abort(): void;
}

export interface Upstream {
  send(call: UpstreamCall, handler: AnswerHandler): void;
  close(): Promise<void>;
}

export interface UpstreamOptions {
  readonly baseUrl: string;
  readonly apiKey: Secret | null;
  readonly timing: { readonly connectMs: number; readonly headMs: number; readonly bodyMs: number };
}

/** As many as a process may have open; a provider's own limit is lower. */
const CONNECTIONS = 2_048;

export function createUpstream({ baseUrl, apiKey, timing }: UpstreamOptions): Upstream {
  const { origin, pathname } = new URL(baseUrl);
  const base = pathname.replace(/\/$/, "");
  const pool = new Pool(origin, {
    connections: CONNECTIONS,
    pipelining: 1,
    connect: { timeout: timing.connectMs },
    headersTimeout: timing.headMs,
    bodyTimeout: timing.bodyMs,
  });
  const authorization = apiKey && `Bearer ${apiKey.reveal()}`;
  return {
    send({ path, headers, body }, handler) {
      pool.dispatch(
        {
          method: "POST",
          path: base + path,
          headers: authorization ? { ...headers, authorization } : headers,
          body,
        },
        asDispatchHandler(handler),
      );
    },
    close: () => pool.destroy(),
  };
}

function asDispatchHandler(handler: AnswerHandler): Dispatcher.DispatchHandler {
  return {
    onRequestStart: () => undefined,
    onResponseStart(controller, status, headers) {
      // Such as 103: the answer proper follows.
      if (status < 200) return;
      handler.onStart(status, headers, {
        pause: () => controller.pause(),
        resume: () => controller.resume(),
        abort: () => controller.abort(new Error("nobody waits for it any more")),
      });
    },
    onResponseData: (_, chunk) => handler.onData(chunk),
    onResponseEnd: () => handler.onEnd(),
    onResponseError: (_, error) => handler.onError(error),
  };
}
