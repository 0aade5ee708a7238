/** Stands in for a collector of traces: keeps what it is sent, as OTLP's JSON, and finds spans in it. */
import { createServer } from "node:http";
import { json } from "node:stream/consumers";
import { z } from "zod";

const valueSchema = z.union([
  z.object({ stringValue: z.string() }).transform(({ stringValue }) => stringValue),
  z.object({ intValue: z.coerce.number() }).transform(({ intValue }) => intValue),
  z.object({ doubleValue: z.number() }).transform(({ doubleValue }) => doubleValue),
  z.object({ boolValue: z.boolean() }).transform(({ boolValue }) => boolValue),
]);
const attributesSchema = z
  .array(z.object({ key: z.string(), value: valueSchema }))
  .default([])
  .transform((pairs) => Object.fromEntries(pairs.map(({ key, value }) => [key, value])));
const spanSchema = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().default(""),
  name: z.string(),
  attributes: attributesSchema,
  links: z.array(z.object({ traceId: z.string(), spanId: z.string() })).default([]),
  status: z.object({ code: z.number().optional() }).default({}),
});
const exportSchema = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: attributesSchema }),
      scopeSpans: z.array(z.object({ spans: z.array(spanSchema) })),
    }),
  ),
});
export type CollectedSpan = z.infer<typeof spanSchema>;

export interface Collector {
  readonly url: string;
  readonly spans: readonly CollectedSpan[];
  /** All that was sent, as it came. */
  readonly bodies: readonly string[];
  readonly resources: readonly Record<string, unknown>[];
  /** The headers of what was sent last. */
  headers(): Readonly<Record<string, unknown>>;
  /** What it answers from now on; null: nothing, ever. */
  answerWith(status: number | null): void;
  close(): Promise<void>;
}

export async function startCollector(): Promise<Collector> {
  const spans: CollectedSpan[] = [];
  const bodies: string[] = [];
  const resources: Record<string, unknown>[] = [];
  let headers: Readonly<Record<string, unknown>> = {};
  let status: number | null = 200;
  const server = createServer(async (request, response) => {
    // For tests in other processes.
    if (request.method === "GET") return void response.end(JSON.stringify({ spans, bodies }));
    const body = await json(request);
    headers = request.headers;
    if (status === null) return;
    if (status === 200 && request.url === "/v1/traces") {
      bodies.push(JSON.stringify(body));
      for (const { resource, scopeSpans } of exportSchema.parse(body).resourceSpans) {
        resources.push(resource.attributes);
        spans.push(...scopeSpans.flatMap((scope) => scope.spans));
      }
    }
    response.writeHead(request.url === "/v1/traces" ? status : 404).end("{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the collector has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    spans,
    bodies,
    resources,
    headers: () => headers,
    answerWith(next) {
      status = next;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** What the collector of the shared world has by now. */
export async function collectedAt(url: string): Promise<{ spans: CollectedSpan[]; bodies: string[] }> {
  const schema = z.object({ spans: z.array(z.unknown()), bodies: z.array(z.string()) });
  const { bodies } = schema.parse(await (await fetch(url)).json());
  const spans = bodies.flatMap((body) =>
    exportSchema
      .parse(JSON.parse(body))
      .resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((one) => one.spans)),
  );
  return { spans, bodies };
}
