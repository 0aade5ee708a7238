/**
 * Spans, as every room makes them. On OpenTelemetry's own interface, which does nothing unless tracing.ts has been started: then no
 * span is made, no context kept, and work is called as if this were not here. What is put on a span names methods, channels
 * and outcomes; never a credential, a person, a tenant, or what someone wrote.
 */

import { ERRORS } from "@cogni/contract";
import {
  type Attributes,
  context,
  isSpanContextValid,
  type Link,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from "@opentelemetry/api";
import { AppError } from "../errors.ts";

export { type Span, SpanKind, SpanStatusCode } from "@opentelemetry/api";

/** Where a trace goes on, as W3C writes it; null: nowhere. */
export type Traceparent = string | null;

export interface SpanOptions {
  readonly kind?: SpanKind;
  readonly attributes?: Attributes;
  /** Traces that this is also a part of. */
  readonly links?: readonly Traceparent[];
}

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

const tracer = () => trace.getTracer("cogni-channels");

/** A part of what is being traced; where nothing is, just the work. Long after the answer, nothing is. */
export function traced<T>(name: string, options: SpanOptions, work: () => Promise<T>): Promise<T> {
  return activeSpan() ? run(name, options, work) : work();
}

/** The beginning of a trace in this process: of `parent` a part, where that can be read, else a new one. */
export function traceFrom<T>(
  parent: Traceparent | undefined,
  name: string,
  options: SpanOptions,
  work: (span: Span) => Promise<T>,
): Promise<T> {
  const remote = parseTraceparent(parent);
  const from = remote ? trace.setSpanContext(ROOT_CONTEXT, remote) : ROOT_CONTEXT;
  return context.with(from, () => run(name, options, work));
}

/** Outside of any trace: work that goes on for others, whoever began it. */
export function untraced<T>(work: () => T): T {
  return context.with(ROOT_CONTEXT, work);
}

async function run<T>(
  name: string,
  { kind = SpanKind.INTERNAL, attributes = {}, links = [] }: SpanOptions,
  work: (span: Span) => Promise<T>,
): Promise<T> {
  const linked = links.map(parseTraceparent).filter((one) => one !== null);
  const options = { kind, attributes, links: linked.map((one): Link => ({ context: one })) };
  const span = tracer().startSpan(name, options, context.active());
  try {
    return await context.with(trace.setSpan(context.active(), span), () => work(span));
  } catch (error) {
    fail(span, error);
    throw error;
  } finally {
    span.end();
  }
}

/** By its code alone: a message may quote what it is about. What the caller has to mend is no failure of ours. */
function fail(span: Span, error: unknown): void {
  const code = error instanceof AppError ? error.code : "internal_error";
  span.setAttribute("error.type", code);
  if (ERRORS[code].status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
}

/** To be handed on to whoever carries the work further. */
export function currentTraceparent(): Traceparent {
  const span = activeSpan();
  if (!span) return null;
  const { traceId, spanId, traceFlags } = span.spanContext();
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, "0")}`;
}

/** Null where it is of no form that we know. */
export function parseTraceparent(text: Traceparent | undefined): SpanContext | null {
  const [, version, traceId = "", spanId = "", flags = "", more] = TRACEPARENT.exec(text ?? "") ?? [];
  if (version === undefined || version === "ff" || (version === "00" && more !== undefined)) return null;
  const parsed = {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16) & TraceFlags.SAMPLED,
    isRemote: true,
  };
  return isSpanContextValid(parsed) ? parsed : null;
}

/** Added to each line of the log. */
export function traceOfLog(): object {
  const span = activeSpan()?.spanContext();
  return span ? { trace_id: span.traceId, span_id: span.spanId } : {};
}

/** One that is kept, and has not ended. */
function activeSpan(): Span | undefined {
  const span = trace.getActiveSpan();
  return span?.isRecording() ? span : undefined;
}
