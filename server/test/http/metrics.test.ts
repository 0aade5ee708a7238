import type { BillingAccountId } from "@cogni/contract";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Listening, listen } from "../../src/http/listen.ts";
import { createMetricsListener } from "../../src/http/metrics.ts";
import { type TestDatabase, tenants, testDatabase } from "../support/database.ts";
import { type Edge, newKey, postJson, startEdge } from "../support/edge.ts";
import { seriesOf } from "../support/metrics.ts";

let database: TestDatabase;
let edge: Edge;
let port: Listening;
let acme: BillingAccountId;
beforeAll(async () => {
  database = await testDatabase();
  [acme] = await tenants(database.db, "acme");
  edge = await startEdge(database, { env: { METRICS_PORT: "0" } });
  port = await listen(createMetricsListener(edge.ctx), {
    host: "127.0.0.1",
    port: 0,
    setting: "METRICS_PORT",
  });
});
afterAll(async () => {
  await port.close(AbortSignal.abort());
  await edge.close();
  await database.drop();
});

const ask = (path = "/metrics", init?: RequestInit) => fetch(`http://127.0.0.1:${port.port}${path}`, init);
const scrape = async () => (await ask()).text();

test("a request is counted under its route's template, and no label holds what a client made up", async () => {
  const { key } = await newKey(edge, acme);
  const headers = { authorization: `Bearer ${key}` };
  for (let request = 0; request < 3; request += 1) {
    expect((await fetch(`${edge.url}/api/v1/me`, { headers })).status).toBe(200);
  }
  expect((await fetch(`${edge.url}/api/v1/channels/status`)).status).toBe(401);
  for (const made of ["/api/v1/canary-path", "/api/canary/../canary", "/canary-page"]) {
    await fetch(edge.url + made, { headers });
  }
  await fetch(`${edge.url}/api/v1/me`, { method: "CANARY", headers });
  await fetch(`${edge.url}/api/v1/me?token=canary-query`, { headers: { "x-request-id": "canary-request" } });
  await postJson(`${edge.url}/api/v1/channels/connect`, { channel: "canary-channel" }, headers);
  await postJson(`${edge.internalUrl}/internal/v1/secrets`, { ids: [] });

  const text = await scrape();
  const counts = seriesOf(text, "cogni_http_request_duration_seconds_count");
  expect(counts.get('method="GET",route="/api/v1/me",status="200"')).toBe(3);
  expect(counts.get('method="GET",route="/api/v1/channels/status",status="401"')).toBe(1);
  expect(counts.get('method="POST",route="/internal/v1/secrets",status="401"')).toBe(1);
  expect(counts.get('method="GET",route="pages",status="404"')).toBe(1);
  expect(counts.get('method="GET",route="unmatched",status="404"')).toBe(2);
  expect(text).not.toMatch(/canary/i);
  expect(text).not.toContain(acme);
  expect(seriesOf(text, "cogni_http_requests_in_flight").get("")).toBe(0);
});

test("what a process is, its event loop, its pools and its streams are told", async () => {
  const text = await scrape();
  expect(text).toMatch(/^cogni_build_info\{version="[\d.]+",node="[\d.]+",roles="api,worker,llm"\} 1$/m);
  expect([...seriesOf(text, "cogni_db_pool_connections_max").keys()]).toEqual([
    'pool="api"',
    'pool="service"',
  ]);
  expect(seriesOf(text, "cogni_http_streams_open").get("")).toBe(0);
  for (const name of ["nodejs_eventloop_lag_p99_seconds", "process_resident_memory_bytes"]) {
    expect(seriesOf(text, name).size, name).toBe(1);
  }
});

test("nothing but the metrics answers on their port, and they answer on no other", async () => {
  const { status, headers } = await ask();
  expect([status, headers.get("content-type")]).toEqual([200, "text/plain; version=0.0.4; charset=utf-8"]);
  for (const path of ["/", "/api/v1/me", "/healthz", "/metrics/x", "/internal/v1/secrets"]) {
    expect((await ask(path)).status, path).toBe(404);
  }
  expect((await ask("/metrics", { method: "POST" })).status).toBe(405);
  for (const url of [edge.url, edge.internalUrl]) expect((await fetch(`${url}/metrics`)).status).toBe(404);
});
