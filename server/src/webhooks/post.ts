/**
 * One request to an endpoint, which may be slow, wrong or rude. It goes to an address that was just checked, and to no other: the
 * check stands where the connection is made, so that a name can't change its mind in between. No redirect is followed, no
 * connection kept, no proxy of the environment asked.
 */
import {
  type ClientRequest,
  Agent as HttpAgent,
  type IncomingMessage,
  request as requestHttp,
} from "node:http";
import { Agent as HttpsAgent, request as requestHttps } from "node:https";
import { isIPv6, type LookupFunction } from "node:net";
import type { TLSSocket } from "node:tls";
import type { WebhookFailure } from "@cogni/contract";
import { literalOf, mayReach, type Reach, type Resolve, refusalOf } from "./addresses.ts";

export interface PostDeps {
  readonly resolve: Resolve;
  readonly reach: Reach;
  /** Until the answer's head is there; and how much longer its body may take. */
  readonly headMs: number;
  readonly bodyMs: number;
  /** Certificates to trust instead of the usual ones, for tests. */
  readonly ca?: string;
}

export interface Message {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What came of it. */
export interface Answer {
  /** Null: none came. */
  readonly status: number | null;
  /** Null for a success. */
  readonly failure: WebhookFailure | null;
  /** Those of the answer that help to find out what happened. */
  readonly headers: Readonly<Record<string, string>>;
  /** How its body begins. */
  readonly body: string;
}

const KEPT_BYTES = 1_024;
const KEPT_HEADERS = [
  "content-type",
  "content-length",
  "date",
  "location",
  "retry-after",
  "server",
  "x-request-id",
];
const KEPT_HEADER_LENGTH = 300;
const MAX_HEAD_BYTES = 16 * 1_024;

const agents = {
  "http:": new HttpAgent({ keepAlive: false }),
  "https:": new HttpsAgent({ keepAlive: false }),
};

type Phase = "resolving" | "refused" | "connecting" | "securing" | "waiting" | "late";
/** What it means that a request broke off, by how far it had come. */
const BROKEN: Readonly<Record<Phase, WebhookFailure>> = {
  resolving: "name_not_found",
  refused: "address_refused",
  connecting: "connection_failed",
  securing: "tls_failed",
  waiting: "connection_lost",
  late: "timed_out",
};

/** @param giveUp ends it at once, as broken off */
export function post(deps: PostDeps, { url, headers, body }: Message, giveUp: AbortSignal): Promise<Answer> {
  // Again: the rules may have become stricter since it was written down.
  if (refusalOf(url, deps.reach) !== null) return Promise.resolve(broken("address_refused"));
  const target = new URL(url);
  const secure = target.protocol === "https:";
  let phase: Phase = literalOf(target) === null ? "resolving" : "connecting";
  const lookup: LookupFunction = (host, options, callback) => {
    deps.resolve(host).then(
      (found) => {
        const addresses = found.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }));
        const [first] = addresses;
        if (first) phase = found.every((address) => mayReach(address, deps.reach)) ? "connecting" : "refused";
        if (phase !== "connecting" || !first) callback(new Error(phase), "", 0);
        else if (options.all) callback(null, addresses);
        else callback(null, first.address, first.family);
      },
      (error: Error) => callback(error, "", 0),
    );
  };

  return new Promise((resolve) => {
    const request: ClientRequest = (secure ? requestHttps : requestHttp)(target, {
      method: "POST",
      headers: { ...headers, "content-length": Buffer.byteLength(body) },
      agent: agents[secure ? "https:" : "http:"],
      lookup,
      maxHeaderSize: MAX_HEAD_BYTES,
      rejectUnauthorized: true,
      ...(deps.ca !== undefined && { ca: deps.ca }),
    });
    const late = setTimeout(() => {
      phase = "late";
      end(broken("timed_out"));
    }, deps.headMs);
    const end = (answer: Answer) => {
      clearTimeout(late);
      giveUp.removeEventListener("abort", interrupt);
      request.destroy();
      resolve(answer);
    };
    const interrupt = () => end(broken("interrupted"));
    if (giveUp.aborted) return interrupt();
    giveUp.addEventListener("abort", interrupt, { once: true });
    request.on("socket", (socket) => {
      socket.once("connect", () => {
        phase = secure ? "securing" : "waiting";
      });
      (socket as TLSSocket).once("secureConnect", () => {
        phase = "waiting";
      });
    });
    request.on("error", (error: NodeJS.ErrnoException) =>
      end(broken(error.code?.startsWith("HPE_") ? "answer_invalid" : BROKEN[phase])),
    );
    request.on("response", (response) => {
      clearTimeout(late);
      void beginningOf(response, deps.bodyMs).then((beginning) => end(answerOf(response, beginning)));
    });
    request.end(body);
  });
}

function broken(failure: WebhookFailure): Answer {
  return { status: null, failure, headers: {}, body: "" };
}

/** What it answered counts from its head on: a body that breaks off, drips or never ends changes nothing of it. */
function answerOf({ statusCode = 0, headers }: IncomingMessage, body: string): Answer {
  const kept = KEPT_HEADERS.flatMap((name) => {
    const value = headers[name];
    return value === undefined ? [] : [[name, String(value).slice(0, KEPT_HEADER_LENGTH)] as const];
  });
  return { status: statusCode, failure: failureOf(statusCode), headers: Object.fromEntries(kept), body };
}

function failureOf(status: number): WebhookFailure | null {
  if (status >= 200 && status < 300) return null;
  if (status >= 300 && status < 400) return "redirected";
  return status === 410 ? "gone" : "refused";
}

/** Reads no more than is kept. */
function beginningOf(response: IncomingMessage, patienceMs: number): Promise<string> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const end = () => {
      clearTimeout(late);
      const text = new TextDecoder().decode(Buffer.concat(chunks).subarray(0, KEPT_BYTES));
      // PostgreSQL keeps every character but this one.
      resolve(text.replaceAll("\0", "\uFFFD"));
    };
    const late = setTimeout(end, patienceMs);
    response.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      bytes += chunk.byteLength;
      if (bytes >= KEPT_BYTES) end();
    });
    for (const event of ["end", "error", "close"]) response.once(event, end);
  });
}
