import { pino } from "pino";
import { expect, onTestFinished, test, vi } from "vitest";
import { createGatewayClient, type GatewayClient } from "../../src/gateway/client.ts";
import { Secret } from "../../src/secret.ts";
import { GREETING, scriptedGateway } from "./scripted-gateway.ts";

function clientOf(url: string): GatewayClient {
  const client = createGatewayClient({
    url,
    token: new Secret("token"),
    device: null,
    clientVersion: "0.0.0",
    timeouts: { connectMs: 1_000, callMs: 300, writeMs: 300, silentMs: 500 },
    backoff: { firstMs: 10, maxMs: 40 },
    log: pino({ level: "silent" }),
  });
  onTestFinished(() => client.close());
  return client;
}
const greetingWith = (change: object) => ({ payload: { ...GREETING.payload, ...change } });
const config = { payload: { hash: "h", sourceConfig: { a: 1 }, addedLater: true } };

test("a call is answered with what we use of the answer, whatever a later gateway adds to it", async () => {
  const gateway = await scriptedGateway();
  gateway.answer = () => config;
  const client = clientOf(gateway.url);
  await client.ready(5_000);
  expect(await client.configGet()).toMatchObject({ hash: "h", sourceConfig: { a: 1 } });
});

test("an answer of another form is our error, not a wrong value", async () => {
  const gateway = await scriptedGateway();
  gateway.answer = () => ({ payload: { hash: 7 } });
  const client = clientOf(gateway.url);
  await client.ready(5_000);
  await expect(client.configGet()).rejects.toMatchObject({ code: "internal_error" });
});

test("a gateway that falls silent ends the call in its time, and later calls go through", async () => {
  const gateway = await scriptedGateway();
  gateway.answer = () => "silence";
  const client = clientOf(gateway.url);
  await client.ready(5_000);
  await expect(client.configGet()).rejects.toMatchObject({ code: "gateway_timeout" });
  gateway.answer = () => config;
  await client.configGet();
});

test("a connection that says nothing any more is given up, one that still answers somebody is not", async () => {
  const gateway = await scriptedGateway();
  gateway.answer = (method) => (method === "config.get" ? "silence" : { payload: { plugins: [] } });
  const client = clientOf(gateway.url);
  await client.ready(5_000);
  const ask = () => expect(client.configGet()).rejects.toMatchObject({ code: "gateway_timeout" });
  for (let asked = 1; asked <= 3; asked++) await Promise.all([ask(), client.pluginsList()]);
  expect(gateway.connections()).toBe(1);

  for (let asked = 1; asked <= 2; asked++) await ask();
  gateway.answer = () => config;
  await vi.waitFor(() => client.configGet());
  expect(gateway.connections()).toBe(2);
});

test("a lost connection fails what is under way, is told, and comes back by itself", async () => {
  const gateway = await scriptedGateway();
  gateway.answer = () => "hang up";
  const client = clientOf(gateway.url);
  const events: string[] = [];
  client.onConnected(() => events.push("connected"));
  client.onDisconnected(() => events.push("disconnected"));
  await client.ready(5_000);
  await expect(client.configGet()).rejects.toMatchObject({ code: "gateway_unreachable" });
  await client.ready(5_000);
  expect(events.slice(0, 3)).toEqual(["connected", "disconnected", "connected"]);
});

test("without a connection a call fails at once", async () => {
  const client = clientOf("ws://127.0.0.1:1");
  await expect(client.configGet()).rejects.toMatchObject({ code: "gateway_unreachable" });
  await expect(client.ready(100)).rejects.toMatchObject({ code: "gateway_unreachable" });
});

test("a gateway that is still starting is waited for, at connect and in a call", async () => {
  const starting = {
    error: {
      code: "UNAVAILABLE",
      message: "gateway starting; retry shortly",
      retryable: true,
      retryAfterMs: 100,
      details: { reason: "startup-sidecars" },
    },
  };
  const gateway = await scriptedGateway();
  gateway.greet = [starting, starting, GREETING];
  gateway.answer = () => (gateway.calls.length < 2 ? starting : config);
  const client = clientOf(gateway.url);
  await client.ready(5_000);
  await client.configGet();
  expect(gateway.calls).toEqual(["config.get", "config.get"]);
});

test.each([
  ["server_too_old", greetingWith({ server: { version: "2026.1.1", connId: "c" } })],
  ["admin_scope_missing", greetingWith({ auth: { role: "operator", scopes: [] } })],
])("a gateway is refused as %s at once, and taken when that is cured", async (reason, greeting) => {
  const gateway = await scriptedGateway();
  gateway.greet = [greeting];
  const client = clientOf(gateway.url);
  await expect(client.ready(5_000)).rejects.toMatchObject({ reason, code: "gateway_unreachable" });
  gateway.greet = [GREETING];
  await expect.poll(() => client.connected()).toBe(true);
});

test("an unknown device is told the request to approve, and how", async () => {
  const gateway = await scriptedGateway();
  gateway.greet = [
    {
      error: {
        code: "NOT_PAIRED",
        message: "pairing required",
        details: { code: "PAIRING_REQUIRED", reason: "not-paired", requestId: "req-42" },
      },
    },
  ];
  await expect(clientOf(gateway.url).ready(5_000)).rejects.toMatchObject({
    reason: "pairing_required",
    message: expect.stringContaining("openclaw devices approve req-42"),
  });
});

test.each([
  ["INVALID_REQUEST", "config changed since last load; re-run config.get and retry", "conflict"],
  ["UNAVAILABLE", "rate limit exceeded for config.patch; retry after 35s", "rate_limited"],
  ["UNAVAILABLE", "Error: Config write rejected: /state/openclaw.json (size-drop:18755->8318).", "shrinks"],
  ["UNAVAILABLE", "the gateway is restarting", "unavailable"],
  ["INVALID_REQUEST", "invalid config", "invalid"],
])("%s “%s” is told as %s, and the gateway's words stay out of the message", async (code, message, kind) => {
  const gateway = await scriptedGateway();
  gateway.answer = () => ({ error: { code, message, retryAfterMs: 35_000 } });
  const client = clientOf(gateway.url);
  await client.ready(5_000);
  const error = await client.configPatch({ patch: {}, baseHash: "h" }).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ kind, retryAfterMs: 35_000 });
  expect((error as Error).message).not.toContain(message);
});

test("a closed client leaves no connection and dials no more", async () => {
  const gateway = await scriptedGateway();
  const client = clientOf(gateway.url);
  await client.ready(5_000);
  await client.close();
  expect(client.connected()).toBe(false);
  await expect(client.configGet()).rejects.toMatchObject({ code: "gateway_unreachable" });
  expect(gateway.connections()).toBe(1);
});
