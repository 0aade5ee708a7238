/**
 * Sends spans to a collector, as OTLP's JSON over HTTP. OpenTelemetry's own exporter is not used: it reads the environment by itself,
 * and adds what it finds there to what it is told. A batch that does not arrive is dropped and counted; nothing waits for it.
 */
import { JsonTraceSerializer } from "@opentelemetry/otlp-transformer";
import type { ReadableSpan, SpanExporter } from "@opentelemetry/sdk-trace";
import type { Secret } from "../secret.ts";

export interface SpanExporterOptions {
  /** The collector's address, to which `/v1/traces` is added. */
  readonly endpoint: string;
  readonly headers: Secret<Readonly<Record<string, string>>> | null;
  readonly timeoutMs: number;
  /** Aborted: what is under way is given up. */
  readonly ending: AbortSignal;
  readonly log: {
    warn(details: object, message: string): void;
    info(details: object, message: string): void;
  };
}

/** As the interface has them, which exports no names for them. */
const [SUCCESS, FAILED] = [0, 1] as const;

export function createSpanExporter(options: SpanExporterOptions): SpanExporter {
  const url = `${options.endpoint.replace(/\/+$/, "")}/v1/traces`;
  const underWay = new Set<Promise<void>>();
  /** Spans that did not arrive since the collector last took any. */
  let lost = 0;

  async function send(spans: ReadableSpan[]): Promise<void> {
    const response = await fetch(url, {
      method: "POST",
      headers: { ...options.headers?.reveal(), "Content-Type": "application/json" },
      body: JsonTraceSerializer.serializeRequest(spans) ?? "",
      redirect: "error",
      signal: AbortSignal.any([AbortSignal.timeout(options.timeoutMs), options.ending]),
    });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`the collector answered ${response.status}`);
  }

  function arrived(): void {
    if (lost > 0) options.log.info({ lost }, "the collector takes traces again");
    lost = 0;
  }

  /** One line when it begins, not one for each batch. */
  function missed(spans: number, error: unknown): void {
    if (lost === 0)
      options.log.warn(
        { err: error },
        "traces could not be sent; they are dropped until the collector takes them",
      );
    lost += spans;
  }

  return {
    export(spans, done) {
      const sending = send(spans).then(
        () => {
          arrived();
          done({ code: SUCCESS });
        },
        (error: unknown) => {
          missed(spans.length, error);
          done({ code: FAILED });
        },
      );
      underWay.add(sending);
      void sending.then(() => underWay.delete(sending));
    },
    forceFlush: async () => void (await Promise.all(underWay)),
    shutdown: async () => void (await Promise.all(underWay)),
  };
}
