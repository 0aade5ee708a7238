/** What operators are told of a real connect: its trace, from the request to the gateway's own log, and its metrics. */
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { beforeAll, expect, inject, test, vi } from "vitest";
import { joinWorld } from "../../dev-env/src/world-client.ts";
import { seriesOf } from "../../server/test/support/metrics.ts";
import { disconnectAll, makeAccount, PATIENCE_MS } from "../support/accounts.ts";
import { type CollectedSpan, collectedAt } from "../support/collector.ts";
import { gatewayLog } from "../support/gateway.ts";

const world = joinWorld(inject("world"));
const BOUND = { timeout: PATIENCE_MS, interval: 200 };
vi.setConfig({ testTimeout: 180_000 });

const setting = (name: string) => world.env[name] ?? "";
const scrape = async () => (await fetch(`http://127.0.0.1:${setting("METRICS_PORT")}/metrics`)).text();
const newTraceparent = (traceId: string) => `00-${traceId}-${randomBytes(8).toString("hex")}-01`;

/** From the span up to the one that nothing of ours is above, by name. */
function pathOf(span: CollectedSpan, spans: readonly CollectedSpan[]): string[] {
  const parent = spans.find(({ spanId }) => spanId === span.parentSpanId);
  return parent ? [span.name, ...pathOf(parent, spans)] : [span.name];
}

/** Of a fresh account, in a trace of its own. */
async function connectTraced() {
  const account = await makeAccount(world);
  const [traceId, since] = [randomBytes(16).toString("hex"), Date.now()];
  const { status, body } = await account.api.request(
    "POST",
    "/api/v1/channels/connect",
    { channel: "telegram", credential: account.token },
    { traceparent: newTraceparent(traceId) },
  );
  expect([status, body]).toEqual([200, expect.objectContaining({ error: null })]);
  await account.api.reaches("telegram", ["connected"], PATIENCE_MS);
  const goesOn = () => gatewayLog(world, since).some(({ line }) => line.includes(traceId));
  return { account, traceId, goesOn };
}

let traced: Awaited<ReturnType<typeof connectTraced>>;
beforeAll(async () => {
  traced = await connectTraced();
});

test("a connect is one trace from the request through the wish to the gateway, which goes on with it in its log", async () => {
  const { account, traceId, goesOn } = traced;
  const POST = "POST /api/v1/channels/connect";
  const sent = await vi.waitFor(async () => {
    const { spans, bodies } = await collectedAt(setting("OTEL_EXPORTER_OTLP_ENDPOINT"));
    const own = spans.filter((span) => span.traceId === traceId);
    const names = own.map(({ name }) => name);
    for (const name of [POST, "await outcome", "reconcile account", "gateway cogni.start"]) {
      expect(names).toContain(name);
    }
    for (const span of own) expect(pathOf(span, own).at(-1), span.name).toBe(POST);
    const start = own.find(({ name }) => name === "gateway cogni.start");
    expect(start && pathOf(start, own)).toEqual([
      "gateway cogni.start",
      "reconcile account",
      "transaction",
      "connect",
      POST,
    ]);
    return bodies.join();
  }, BOUND);
  for (const secret of [account.token, account.id, account.accountId, account.username]) {
    expect(sent).not.toContain(secret);
  }
  // The gateway logs no start that was quick, and a write of the config that several shared is in the trace of the first.
  let found = goesOn();
  for (let left = 5; !found && left > 0; left -= 1) {
    const another = await connectTraced();
    found = another.goesOn();
    await disconnectAll([another.account]);
  }
  expect(found).toBe(true);
});

test("an account that is connected shows in the metrics of its gateway and channel, and they are of Prometheus's form", async () => {
  const { account } = traced;
  const text = await vi.waitFor(async () => {
    const body = await scrape();
    const accounts = seriesOf(body, "cogni_gateway_accounts");
    expect(accounts.get('gateway="shared",channel="telegram",state="connected"')).toBeGreaterThan(0);
    return body;
  }, BOUND);
  const read = (name: string) => [...seriesOf(text, name).values()];
  expect(read("cogni_gateway_up")).toEqual([1]);
  expect(read("cogni_gateway_lease_held")).toEqual([1]);
  expect(Date.now() / 1_000 - (read("cogni_gateway_last_seen_timestamp_seconds")[0] ?? 0)).toBeLessThan(60);
  const calls = seriesOf(text, "cogni_gateway_rpc_duration_seconds_count");
  for (const method of ["channels.status", "config.patch", "cogni.start"]) {
    expect(calls.get(`gateway="shared",method="${method}",outcome="ok"`), method).toBeGreaterThan(0);
  }
  expect(seriesOf(text, "cogni_account_up").size).toBe(1);
  expect(text).not.toContain(account.token);

  const checked = spawnSync("promtool", ["check", "metrics"], { input: text, encoding: "utf8" });
  // Where there is no promtool, the form was read above.
  if (!checked.error) expect([checked.status, checked.stderr]).toEqual([0, ""]);
});
