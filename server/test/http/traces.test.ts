import type { BillingAccountId } from "@cogni/contract";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { type Collector, startCollector } from "../../../test/support/collector.ts";
import { AppError } from "../../src/errors.ts";
import { type TestDatabase, tenants, testDatabase } from "../support/database.ts";
import { type Edge, newKey, postJson, startEdge } from "../support/edge.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT = "00f067aa0ba902b7";

let database: TestDatabase;
let acme: BillingAccountId;
let collector: Collector;
let edge: Edge | null = null;
beforeAll(async () => {
  database = await testDatabase();
  [acme] = await tenants(database.db, "acme");
});
afterAll(() => database.drop());
beforeEach(async () => {
  collector = await startCollector();
});
afterEach(async () => {
  await edge?.close();
  edge = null;
  await collector.close();
});

async function start(env: Readonly<Record<string, string>> = {}): Promise<Edge> {
  const timing = { tracing: { gatherMs: 20, exportMs: 300, flushMs: 500 } };
  edge = await startEdge(database, {
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, TIMING: JSON.stringify(timing), ...env },
    channels: {
      connect: async () => {
        throw new AppError("gateway_unreachable");
      },
    },
  });
  return edge;
}

const arrived = (name: string) =>
  vi.waitFor(() => {
    const span = collector.spans.find((one) => one.name === name);
    if (!span) throw new Error(`no span ${name} among ${collector.spans.map((one) => one.name).join(", ")}`);
    return span;
  });

test("a request goes on with its caller's trace, is found by its id, and so are its lines in the log", async () => {
  const { url, ctx, logged } = await start();
  const { key } = await newKey({ ctx } as Edge, acme);
  const response = await fetch(`${url}/api/v1/me`, {
    headers: {
      authorization: `Bearer ${key}`,
      traceparent: `00-${TRACE}-${PARENT}-01`,
      "x-request-id": "request-4711",
    },
  });
  expect(response.status).toBe(200);
  const span = await arrived("GET /api/v1/me");
  expect(span).toMatchObject({
    traceId: TRACE,
    parentSpanId: PARENT,
    attributes: {
      "http.request.method": "GET",
      "http.route": "/api/v1/me",
      "http.response.status_code": 200,
      "cogni.request_id": "request-4711",
    },
  });
  expect(await arrived("transaction")).toMatchObject({ traceId: TRACE, parentSpanId: span.spanId });
  expect(collector.resources[0]).toMatchObject({ "service.name": "cogni-channels" });

  await postJson(
    `${url}/api/v1/channels/connect`,
    { channel: "pigeon", credential: "some-token" },
    { authorization: `Bearer ${key}` },
  );
  const failed = await arrived("POST /api/v1/channels/connect");
  expect(failed).toMatchObject({ parentSpanId: "", status: { code: 2 } });
  const line = logged()
    .split("\n")
    .find((one) => one.includes("request failed"));
  expect(JSON.parse(line ?? "{}")).toMatchObject({ trace_id: failed.traceId, code: "gateway_unreachable" });
});

test("nothing of what is in a request but its id reaches a trace", async () => {
  const { url, ctx } = await start();
  const { key } = await newKey({ ctx } as Edge, acme);
  const canary = "canary-4711";
  const headers = { authorization: `Bearer ${key}`, cookie: `session=${canary}`, "user-agent": canary };
  await fetch(`${url}/api/v1/me?token=${canary}`, { headers });
  await fetch(`${url}/api/v1/${canary}`, { headers });
  await postJson(`${url}/api/auth/sign-in/email`, { email: `${canary}@example.com`, password: canary });
  await postJson(`${url}/api/v1/channels/connect`, { channel: canary, credential: canary }, headers);
  await fetch(`${url}/api/v1/me`, { headers: { ...headers, traceparent: canary } });
  await arrived("GET unmatched");
  await arrived("POST /api/auth/sign-in/email");
  await vi.waitFor(() =>
    expect(collector.spans.filter(({ name }) => name === "GET /api/v1/me")).toHaveLength(2),
  );
  const sent = collector.bodies.join();
  for (const secret of [canary, key, acme]) expect(sent).not.toContain(secret);
});

test("a caller that keeps no trace gets none, and nobody who asks whether we live does", async () => {
  const { url } = await start();
  await fetch(`${url}/healthz`);
  await fetch(`${url}/api/v1/me`, { headers: { traceparent: `00-${TRACE}-${PARENT}-00` } });
  await fetch(`${url}/api/openapi.json`);
  await arrived("GET /api/openapi.json");
  expect(collector.spans.map(({ name }) => name)).toEqual(["GET /api/openapi.json"]);
});

test("a collector that is away, refuses or never answers disturbs no request, and keeps no process from ending", async () => {
  for (const status of [503, null]) {
    collector.answerWith(status);
    const { url, logged, close } = await start();
    for (let request = 0; request < 20; request += 1) {
      expect((await fetch(`${url}/api/openapi.json`)).status).toBe(200);
    }
    await vi.waitFor(() => expect(logged()).toContain("traces could not be sent"));
    const endedAt = Date.now();
    await close();
    edge = null;
    expect(Date.now() - endedAt).toBeLessThan(4_000);
    expect(logged().split("traces could not be sent")).toHaveLength(2);
  }
});

test("what is left of traces is sent before the process ends, with the headers that the collector asks for", async () => {
  const timing = JSON.stringify({ tracing: { gatherMs: 60_000 } });
  const { url, close } = await start({
    TIMING: timing,
    OTEL_EXPORTER_OTLP_HEADERS: "x-key=a%20b,x-tenant=c",
  });
  await fetch(`${url}/api/openapi.json`);
  expect(collector.spans).toEqual([]);
  await close();
  edge = null;
  expect(collector.spans.map(({ name }) => name)).toEqual(["GET /api/openapi.json"]);
  expect(collector.headers()).toMatchObject({ "x-key": "a b", "x-tenant": "c" });
});

test("without a collector no trace is made, and OpenTelemetry reads no setting by itself", async () => {
  vi.stubEnv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url);
  vi.stubEnv("OTEL_EXPORTER_OTLP_HEADERS", "x-leaked=1");
  vi.stubEnv("OTEL_RESOURCE_ATTRIBUTES", "leaked=1");
  try {
    const off = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: "" });
    await fetch(`${off.url}/api/openapi.json`, { headers: { traceparent: `00-${TRACE}-${PARENT}-01` } });
    await off.close();
    expect(collector.bodies).toEqual([]);
    const on = await start();
    await fetch(`${on.url}/api/openapi.json`);
    await arrived("GET /api/openapi.json");
    expect(collector.headers()).not.toHaveProperty("x-leaked");
    expect(collector.resources[0]).not.toHaveProperty("leaked");
  } finally {
    vi.unstubAllEnvs();
  }
});
