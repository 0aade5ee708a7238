/** The status as a stream, over real connections and with changes that the database tells of. */
import { once } from "node:events";
import { connect } from "node:net";
import { type BillingAccountId, TENANT_HEADER } from "@cogni/contract";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { revokeApiKey } from "../../src/db/api-keys.ts";
import { withTenant } from "../../src/db/tenant.ts";
import { Secret } from "../../src/secret.ts";
import { createVault } from "../../src/vault/vault.ts";
import { register } from "../support/connections.ts";
import { asSuperuser, type TestDatabase, tenants, testDatabase } from "../support/database.ts";
import { cookieOf, type Edge, newKey, problemOf, settings, signIn, startEdge } from "../support/edge.ts";
import { openStream, type TestStream } from "../support/event-stream.ts";
import { flakyDatabase } from "../support/flaky-database.ts";
import { streamedEvents } from "../support/status-document.ts";

const PATIENT = { timeout: 10_000 };
let database: TestDatabase;
let acme: BillingAccountId;
let bolt: BillingAccountId;
/** Two processes, as far as the database is concerned. */
let edges: [Edge, Edge];
let keys: Record<"acme" | "bolt", { authorization: string }>;
let streams: TestStream[] = [];

beforeAll(async () => {
  database = await testDatabase();
  [acme, bolt] = (await tenants(database.db, "acme", "bolt")) as [BillingAccountId, BillingAccountId];
  const key = new Secret(settings(database).CHANNEL_ENCRYPTION_KEY);
  const vault = createVault({ current: key, previous: [] });
  for (const tenant of [acme, bolt]) await register(database.db, tenant, { vault });
  edges = (await Promise.all([1, 2].map(() => startEdge(database, { principalCacheMs: 300 })))) as [
    Edge,
    Edge,
  ];
  keys = { acme: await bearer(acme), bolt: await bearer(bolt) };
});
afterEach(async () => {
  for (const stream of streams) await stream.close();
  streams = [];
});
afterAll(async () => {
  for (const edge of edges) await edge.close();
  await database.drop();
});

async function bearer(tenant: BillingAccountId): Promise<{ authorization: string }> {
  return { authorization: `Bearer ${(await newKey(edges[0], tenant)).key}` };
}

async function open(url: string, headers: Readonly<Record<string, string>>): Promise<TestStream> {
  const stream = await openStream(url, headers);
  streams.push(stream);
  if (stream.response.ok) await vi.waitFor(() => expect(stream.events().length).toBeGreaterThan(0), PATIENT);
  return stream;
}

const rename = (tenant: BillingAccountId, name: string) =>
  asSuperuser(database, "UPDATE connections SET display_name = $2 WHERE billing_account_id = $1", [
    tenant,
    name,
  ]);

const namesIn = (stream: TestStream) =>
  stream.events().flatMap((one) => (one.event === "channel" ? [one.data.displayName] : []));

test("what the database tells of reaches every viewer of the tenant, in every process, and nobody else", async () => {
  const ours = await Promise.all([edges[0], edges[0], edges[1]].map(({ url }) => open(url, keys.acme)));
  const theirs = await open(edges[1].url, keys.bolt);
  await rename(acme, "@acme");
  for (const stream of ours) await vi.waitFor(() => expect(namesIn(stream)).toEqual(["@acme"]), PATIENT);
  await rename(bolt, "@bolt");
  await vi.waitFor(() => expect(namesIn(theirs)).toEqual(["@bolt"]), PATIENT);
  expect(theirs.text()).not.toContain("acme");
  expect(ours.map((stream) => stream.text()).join()).not.toContain("bolt");
});

test("the snapshot is the document that the same address answers without a stream", async () => {
  const stream = await open(edges[0].url, keys.acme);
  const response = await fetch(`${edges[0].url}/api/v1/channels/status`, { headers: keys.acme });
  expect(response.headers.get("content-type")).toContain("application/json");
  expect(stream.events()[0]).toMatchObject({ event: "snapshot", data: await response.json() });
  const { headers } = stream.response;
  expect(headers.get("content-type")).toBe("text/event-stream");
  expect([headers.get("cache-control"), headers.get("x-accel-buffering")]).toEqual(["no-store", "no"]);
});

test("a reader that comes back to another process is told only what it missed", async () => {
  const first = await open(edges[0].url, keys.acme);
  const lastId = first.events().at(-1)?.id ?? "";
  await first.close();
  const resumed = await open(edges[1].url, { ...keys.acme, "last-event-id": lastId });
  expect(resumed.events().map(({ event }) => event)).toEqual(["gateway"]);
  await resumed.close();
  await rename(acme, "@acme_meanwhile");
  const late = await open(edges[1].url, { ...keys.acme, "last-event-id": lastId });
  expect(late.events().map(({ event }) => event)).toEqual(["snapshot"]);
});

test("the end of a key or session ends its streams, in every process, and no other's", async () => {
  const { id, key } = await newKey(edges[0], acme);
  const cookie = cookieOf(await signIn(edges[0], acme, "ann@acme.test"));
  const other = await open(edges[0].url, keys.acme);
  const byKey = await Promise.all(edges.map(({ url }) => open(url, { authorization: `Bearer ${key}` })));
  const bySession = await Promise.all(edges.map(({ url }) => open(url, { cookie })));
  const begun = performance.now();
  await withTenant(database.db, acme, (tx) => revokeApiKey(tx, id));
  await fetch(`${edges[0].url}/api/auth/sign-out`, { method: "POST", headers: { cookie } });
  for (const { ended } of [...byKey, ...bySession]) expect(await ended).toBe(true);
  expect(performance.now() - begun).toBeLessThan(2_000);
  await rename(acme, "@still");
  await vi.waitFor(() => expect(namesIn(other)).toEqual(["@still"]), PATIENT);
  const again = await open(edges[0].url, { authorization: `Bearer ${key}` });
  expect(again.response.status).toBe(401);
});

test("whoever is put out of a tenant loses its stream, though they named no tenant and are in another", async () => {
  const cookie = cookieOf(await signIn(edges[0], acme, "both@acme.test"));
  const [person] = await asSuperuser(database, `SELECT id FROM auth."user" WHERE email = 'both@acme.test'`);
  await asSuperuser(database, "INSERT INTO members VALUES ($1, $2, 'owner', now() + interval '1 hour')", [
    bolt,
    person?.id,
  ]);
  const [unnamed, named] = await Promise.all([
    open(edges[1].url, { cookie }),
    open(edges[1].url, { cookie, [TENANT_HEADER]: bolt }),
  ]);
  await asSuperuser(database, "DELETE FROM members WHERE billing_account_id = $1 AND user_id = $2", [
    acme,
    person?.id,
  ]);
  expect(await unnamed.ended).toBe(true);
  await rename(bolt, "@open");
  await vi.waitFor(() => expect(namesIn(named)).toEqual(["@open"]), PATIENT);
});

test("too many streams are refused with 429, and the address goes on answering without one", async () => {
  const edge = await startEdge(database, { env: { MAX_STREAMS_PER_TENANT: "2", MAX_STREAMS: "3" } });
  try {
    const [first] = [await open(edge.url, keys.acme), await open(edge.url, keys.acme)];
    const refused = (await open(edge.url, keys.acme)).response;
    expect(refused.headers.get("retry-after")).toBe("30");
    expect(refused.headers.get("content-type")).toBe("application/problem+json");
    expect(refused.status).toBe(429);
    await open(edge.url, keys.bolt);
    expect((await open(edge.url, keys.bolt)).response.status).toBe(429);
    const plain = await fetch(`${edge.url}/api/v1/channels/status`, { headers: keys.acme });
    expect(plain.status).toBe(200);
    await first.close();
    await vi.waitFor(
      async () => expect((await open(edge.url, keys.acme)).response.status).toBe(200),
      PATIENT,
    );
  } finally {
    await edge.close();
  }
});

test("a reader that does not read keeps nothing waiting, and then gets the newest state", async () => {
  const { hostname, port } = new URL(edges[0].url);
  const socket = connect(Number(port), hostname);
  await once(socket, "connect");
  const { authorization } = keys.acme;
  socket.write(
    `GET /api/v1/channels/status HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\nAuthorization: ${authorization}\r\n\r\n`,
  );
  await once(socket, "readable");
  const viewer = await open(edges[0].url, keys.acme);
  const sizes = Array.from({ length: 30 }, (_, index) => `${index}:${"x".repeat(1024 * 1024)}`);
  for (const name of sizes) {
    await rename(acme, name);
    await vi.waitFor(() => expect(viewer.text().includes(`"${name.slice(0, 9)}`)).toBe(true), PATIENT);
  }
  await rename(acme, "@newest");
  await vi.waitFor(() => expect(namesIn(viewer).at(-1)).toBe("@newest"), PATIENT);
  let text = "";
  socket.on("data", (chunk) => {
    text += chunk.toString("latin1");
  });
  await vi.waitFor(() => expect(text).toContain("@newest"), PATIENT);
  expect(text.split("event: ").length).toBeLessThan(sizes.length);
  socket.destroy();
});

test("without the database streams end; whoever comes back hears 503, and is not told twice what it has", async () => {
  const flaky = await flakyDatabase(database);
  const env = {
    DATABASE_URL: flaky.urls.apiUrl,
    DATABASE_SERVICE_URL: flaky.urls.serviceUrl,
    DATABASE_OWNER_URL: flaky.urls.ownerUrl,
  };
  const edge = await startEdge(database, { principalCacheMs: 300, env });
  try {
    const stream = await open(edge.url, keys.bolt);
    const lastId = stream.events().at(-1)?.id ?? "";
    await flaky.cut();
    expect(await stream.ended).toBe(true);
    const refused = (await open(edge.url, keys.bolt)).response;
    expect(await problemOf(refused)).toMatchObject({ status: 503, code: "database_unavailable" });
    await flaky.restore();
    const resume = () => open(edge.url, { ...keys.bolt, "last-event-id": lastId });
    const resumed = await vi.waitFor(async () => {
      const again = await resume();
      expect(again.response.status).toBe(200);
      return again;
    }, PATIENT);
    expect(resumed.events().map(({ event }) => event)).toEqual(["gateway"]);
    await rename(bolt, "@after");
    await vi.waitFor(() => expect(namesIn(resumed)).toEqual(["@after"]), PATIENT);
  } finally {
    await edge.close();
    await flaky.cut();
  }
});

test("the end of a process ends its streams in order, and does not wait for them", async () => {
  const edge = await startEdge(database);
  const stream = await open(edge.url, keys.acme);
  const begun = performance.now();
  edge.ctx.statusHub.close();
  const closing = edge.close();
  expect(await stream.ended).toBe(true);
  await closing;
  expect(performance.now() - begun).toBeLessThan(3_000);
  // Whatever was told was told whole.
  expect(stream.text()).toBe(stream.text().slice(0, stream.text().lastIndexOf("\n\n") + 2));
  expect(streamedEvents(stream.text()).length).toBe(1);
});
