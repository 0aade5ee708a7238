/**
 * Turns tracing on: spans are gathered and sent to a collector. OpenTelemetry's tracer is one for the process, so that any room can
 * make a span without being handed one; it is started once, and stopped before another may be.
 */
import { context, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import { createSpanExporter, type SpanExporterOptions } from "./span-exporter.ts";

export interface TracingOptions extends Omit<SpanExporterOptions, "timeoutMs" | "ending"> {
  /** Of the traces that begin here, from 0 to 1; one that a caller began is kept if the caller keeps it. */
  readonly share: number;
  readonly version: string;
  /** Names this process among others. */
  readonly instance: string;
  /** In milliseconds: spans are gathered for so long, one batch may take so long, and so long all that is left at the end. */
  readonly timing: { readonly gatherMs: number; readonly exportMs: number; readonly flushMs: number };
}

/** None are made, and nothing is waited for at the end. */
const OFF: Tracing = { stop: async () => undefined };

export interface Tracing {
  /** Sends what is left, as far as that can be done in time. */
  stop(): Promise<void>;
}

/** More than these wait for no collector: the memory is for tenants. */
const MAX_WAITING = 2_048;
const LIMITS = { attributeCountLimit: 32, attributeValueLengthLimit: 256, linkCountLimit: 128 };

/** @param options null: no traces are made */
export function startTracing(options: TracingOptions | null): Tracing {
  if (options === null) return OFF;
  const { share, version, instance, timing, ...exporter } = options;
  const ending = new AbortController();
  const processor = new BatchSpanProcessor({
    exporter: createSpanExporter({ ...exporter, timeoutMs: timing.exportMs, ending: ending.signal }),
    maxQueueSize: MAX_WAITING,
    scheduledDelayMillis: timing.gatherMs,
    exportTimeoutMillis: timing.exportMs,
  });
  const root = share === 1 ? new AlwaysOnSampler() : new TraceIdRatioBasedSampler(share);
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      "service.name": "cogni-channels",
      "service.version": version,
      "service.instance.id": instance,
    }),
    sampler: new ParentBasedSampler({ root }),
    spanLimits: LIMITS,
    spanProcessors: [processor],
  });
  const contexts = new AsyncLocalStorageContextManager().enable();
  context.setGlobalContextManager(contexts);
  trace.setGlobalTracerProvider(provider);
  return {
    async stop() {
      trace.disable();
      context.disable();
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, timing.flushMs);
      });
      // What the collector did not take is told by the exporter.
      await Promise.race([provider.shutdown().catch(() => undefined), late]);
      clearTimeout(timer);
      ending.abort();
    },
  };
}
