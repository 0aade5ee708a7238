/**
 * One call on its way: forwarded as it comes, metered as it passes, and counted once, however it ends. Whoever called may hang up:
 * the rest is then read for what it used, within a cap. Nothing is ever sent twice.
 */
import type { ServerResponse } from "node:http";
import type { CallOutcome } from "@cogni/contract";
import { type LlmProblem, PROBLEMS, sendProblem } from "./answers.ts";
import { createMeter, type Meter, type Used } from "./meter.ts";
import { lastUsage, parsed, passedHead } from "./payload.ts";
import type { Asked } from "./prompt.ts";
import { createSseSplitter, dataOf, type SseSplitter } from "./sse.ts";
import type { AnswerHandler, Flow, Headers, Upstream, UpstreamCall } from "./upstream.ts";

export interface CallEnd {
  readonly outcome: CallOutcome;
  /** What the caller was answered with. */
  readonly status: number;
  readonly used: Used;
  readonly answeredBy: string | null;
  /** Until the first byte of the answer, by the clock of `startedAt`; null: there was none. */
  readonly firstByteAt: number | null;
  readonly error: Error | null;
}

export interface CallOptions {
  readonly upstream: Upstream;
  readonly call: UpstreamCall;
  readonly response: ServerResponse;
  readonly asked: Asked;
  /** Whether the rest may be read after the caller has hung up, and for how long. */
  readonly drains: Drains;
  readonly onEnd: (end: CallEnd) => void;
}

/** How many answers are read to their end for nobody but us, at once. */
export interface Drains {
  underWay: number;
  readonly max: number;
  readonly ms: number;
}

/** An answer in one piece is kept so far, to be read for its usage; of a longer one the end is enough. */
const KEPT = 1024 * 1024;
/**
 * What the upstream says of our key and our money is nothing of the caller's. A gateway that is told so makes no calls of that agent
 * for a minute, and of all agents where all of them are told (measured, OpenClaw 2026.9.6).
 */
const OPERATORS_OWN = new Set([401, 402, 403, 407]);
/** With which an object in JSON begins, and no event. */
const BRACE = 0x7b;

export function startCall(options: CallOptions): void {
  new Call(options).start();
}

class Call implements AnswerHandler {
  readonly #o: CallOptions;
  readonly #meter: Meter;
  #flow: Flow | null = null;
  #status = 0;
  #splitter: SseSplitter | null = null;
  #kept: Buffer[] = [];
  #keptBytes = 0;
  /** Of the whole body: more than are kept, where it is long. */
  #bodyBytes = 0;
  #firstByteAt: number | null = null;
  #hungUp = false;
  #drain: NodeJS.Timeout | null = null;
  #toldError = false;
  #ended = false;

  constructor(options: CallOptions) {
    this.#o = options;
    this.#meter = createMeter(options.asked);
  }

  start(): void {
    const { response, upstream, call } = this.#o;
    response.on("close", () => {
      if (!response.writableFinished) this.#hangUp();
    });
    upstream.send(call, this);
  }

  onStart(status: number, headers: Headers, flow: Flow): void {
    const { response, asked } = this.#o;
    this.#flow = flow;
    this.#status = status;
    if (this.#hungUp) {
      this.#drainOrAbort();
      return;
    }
    if (OPERATORS_OWN.has(status)) {
      this.#status = PROBLEMS.refusesUs.status;
      sendProblem(response, PROBLEMS.refusesUs);
      this.#end("upstream_refused", new Error(`the upstream refuses us with ${status}`));
      flow.abort();
      return;
    }
    const type = String(headers["content-type"] ?? "");
    const isStream = status < 300 && type.startsWith("text/event-stream");
    // Some call a stream by another name: its first byte tells.
    const mayBeStream = status < 300 && asked.streamed;
    if (isStream) this.#splitter = createSseSplitter();
    response.writeHead(status, passedHead(headers, !isStream && !mayBeStream));
    // So that whoever reads a stream knows at once that it began.
    if (isStream) response.flushHeaders();
    response.on("drain", () => flow.resume());
  }

  onData(chunk: Buffer): void {
    if (this.#ended) return;
    if (this.#firstByteAt === null) {
      this.#firstByteAt = performance.now();
      if (this.#o.asked.streamed && this.#status < 300 && chunk[0] !== BRACE)
        this.#splitter ??= createSseSplitter();
    }
    if (this.#splitter) this.#passEvents(this.#splitter, chunk);
    else {
      this.#keep(chunk);
      this.#pass(chunk);
    }
  }

  onEnd(): void {
    if (this.#ended) return;
    const { response } = this.#o;
    if (this.#splitter) {
      const rest = this.#splitter.rest();
      if (rest.length > 0 && this.#read(rest)) this.#pass(rest);
    } else if (this.#status < 300) this.#readWhole();
    if (!this.#hungUp) response.end();
    this.#end(this.#hungUp ? "aborted" : this.#outcome(), null);
  }

  onError(error: Error): void {
    if (this.#ended) return;
    const { response } = this.#o;
    if (this.#status === 0 && !this.#hungUp) {
      const problem: LlmProblem = isLate(error) ? PROBLEMS.late : PROBLEMS.unreachable;
      sendProblem(response, problem);
      this.#end("broken", error, problem.status);
      return;
    }
    if (!this.#splitter && this.#status < 300) this.#readWhole();
    // Cut off, so that the caller can tell it from an end.
    if (!this.#hungUp) response.destroy();
    this.#end(this.#hungUp ? "aborted" : "broken", error);
  }

  #outcome(): CallOutcome {
    if (this.#status >= 400) return "upstream_refused";
    return this.#toldError ? "broken" : "completed";
  }

  /** What came together goes on together, but for what the caller did not ask for. */
  #passEvents(splitter: SseSplitter, chunk: Buffer): void {
    const events: Buffer[] = [];
    splitter.push(chunk, (event) => {
      if (this.#read(event)) events.push(event);
    });
    if (events.length === 1) this.#pass(events[0] as Buffer);
    else if (events.length > 1) this.#pass(Buffer.concat(events));
  }

  /** Whether the caller is to have it. */
  #read(event: Buffer): boolean {
    const data = dataOf(event);
    if (data === null || data === "" || data === "[DONE]") return true;
    const payload = parsed(data);
    if (payload === undefined) {
      this.#meter.takeUnread(data.length);
      return true;
    }
    const { onlyUsage, isError } = this.#meter.take(payload);
    this.#toldError ||= isError;
    return !onlyUsage || this.#o.asked.wantsUsage;
  }

  #readWhole(): void {
    const text = Buffer.concat(this.#kept).toString();
    const payload = this.#bodyBytes > this.#keptBytes ? { usage: lastUsage(text) } : parsed(text);
    if (payload === undefined) this.#meter.takeUnread(this.#bodyBytes);
    else this.#toldError ||= this.#meter.take(payload).isError;
  }

  #keep(chunk: Buffer): void {
    this.#kept.push(chunk);
    this.#keptBytes += chunk.length;
    this.#bodyBytes += chunk.length;
    // Its usage stands at the end of a long one.
    while (this.#kept.length > 1 && this.#keptBytes > KEPT)
      this.#keptBytes -= this.#kept.shift()?.length ?? 0;
  }

  #pass(chunk: Buffer): void {
    if (this.#hungUp) return;
    if (!this.#o.response.write(chunk)) this.#flow?.pause();
  }

  #hangUp(): void {
    if (this.#ended || this.#hungUp) return;
    this.#hungUp = true;
    // Else when its head is there: what has been sent can't be taken back.
    if (this.#flow) this.#drainOrAbort();
  }

  #drainOrAbort(): void {
    const { drains } = this.#o;
    if (drains.underWay >= drains.max) {
      this.#flow?.abort();
      return;
    }
    drains.underWay += 1;
    this.#drain = setTimeout(() => this.#flow?.abort(), drains.ms);
    this.#flow?.resume();
  }

  #end(outcome: CallOutcome, error: Error | null, status = this.#status): void {
    if (this.#ended) return;
    this.#ended = true;
    if (this.#drain) {
      clearTimeout(this.#drain);
      this.#o.drains.underWay -= 1;
    }
    this.#o.onEnd({
      outcome,
      status,
      used: this.#meter.used(this.#status > 0 && this.#status < 300),
      answeredBy: this.#meter.answeredBy(),
      firstByteAt: this.#firstByteAt,
      error,
    });
  }
}

const isLate = (error: Error): boolean =>
  "code" in error && (error.code === "UND_ERR_HEADERS_TIMEOUT" || error.code === "UND_ERR_BODY_TIMEOUT");
