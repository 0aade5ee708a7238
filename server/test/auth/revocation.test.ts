import type { BillingAccountId } from "@cogni/contract";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createExpiringCache } from "../../src/auth/expiring-cache.ts";
import { revokeApiKey } from "../../src/db/api-keys.ts";
import { withTenant } from "../../src/db/tenant.ts";
import { asSuperuser, type TestDatabase, tenants, testDatabase } from "../support/database.ts";
import { cookieOf, type Edge, newKey, problemOf, signIn, startEdge } from "../support/edge.ts";
import { flakyDatabase } from "../support/flaky-database.ts";

let database: TestDatabase;
let acme: BillingAccountId;
/** Two processes, as far as the database is concerned. */
let edges: Edge[] = [];

beforeAll(async () => {
  database = await testDatabase();
  [acme] = await tenants(database.db, "acme");
  edges = await Promise.all([1, 2].map(() => startEdge(database, { principalCacheMs: 300 })));
});
afterAll(async () => {
  for (const edge of edges) await edge.close();
  await database.drop();
});

const statusOf = async (edge: Edge, headers: Record<string, string>) =>
  (await fetch(`${edge.url}/api/v1/me`, { headers })).status;

test("a revoked key is refused in every process once the time for which it is believed is over", async () => {
  const { id, key } = await newKey(edges[0] as Edge, acme);
  const headers = { authorization: `Bearer ${key}` };
  for (const edge of edges) expect(await statusOf(edge, headers)).toBe(200);
  await withTenant(database.db, acme, (tx) => revokeApiKey(tx, id));
  for (const edge of edges) {
    await vi.waitFor(async () => expect(await statusOf(edge, headers)).toBe(401), { timeout: 2_000 });
  }
});

test("a session that was ended elsewhere is refused here too", async () => {
  const [here, elsewhere] = edges as [Edge, Edge];
  const cookie = cookieOf(await signIn(elsewhere, acme, "ann@acme.test"));
  expect(await statusOf(here, { cookie })).toBe(200);
  await fetch(`${elsewhere.url}/api/auth/sign-out`, { method: "POST", headers: { cookie } });
  expect(await statusOf(elsewhere, { cookie })).toBe(401);
  await vi.waitFor(async () => expect(await statusOf(here, { cookie })).toBe(401), { timeout: 2_000 });
});

test("without its database the API says 503, and works again without a restart", async () => {
  const flaky = await flakyDatabase(database);
  const edge = await startEdge(database, {
    principalCacheMs: 1,
    env: {
      DATABASE_URL: flaky.urls.apiUrl,
      DATABASE_SERVICE_URL: flaky.urls.serviceUrl,
      DATABASE_OWNER_URL: flaky.urls.ownerUrl,
    },
  });
  try {
    const { key } = await newKey(edge, acme);
    const cookie = cookieOf(await signIn(edge, acme, "bea@acme.test"));
    const asked = () => fetch(`${edge.url}/api/v1/me`, { headers: { authorization: `Bearer ${key}` } });
    expect((await asked()).status).toBe(200);

    await flaky.cut();
    expect(await problemOf(await asked())).toMatchObject({ status: 503, code: "database_unavailable" });
    expect(await statusOf(edge, { cookie })).toBe(503);
    // It must not say “signed out” while the session lives.
    const out = await fetch(`${edge.url}/api/auth/sign-out`, { method: "POST", headers: { cookie } });
    expect([out.status, out.headers.get("set-cookie")]).toEqual([503, null]);
    const wrong = await fetch(`${edge.url}/api/auth/sign-in/email`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ email: "bea@acme.test", password: "x" }),
    });
    expect(wrong.status).toBe(503);
    expect((await fetch(`${edge.url}/readyz`)).status).toBe(503);
    expect((await fetch(`${edge.url}/healthz`)).status).toBe(200);

    await flaky.restore();
    await vi.waitFor(async () => expect((await asked()).status).toBe(200), { timeout: 10_000 });
    await vi.waitFor(async () => expect((await fetch(`${edge.url}/readyz`)).status).toBe(200));
    expect(await statusOf(edge, { cookie })).toBe(200);
  } finally {
    await edge.close();
    await flaky.cut();
  }
});

test("the API's database user cannot read a key's hash or a tenant without naming the tenant", async () => {
  await newKey(edges[0] as Edge, acme);
  const { rows } = await database.db.api.query("SELECT key_hash FROM api_keys");
  expect(rows).toEqual([]);
  expect((await database.db.api.query("SELECT id FROM billing_accounts")).rows).toEqual([]);
  expect((await asSuperuser(database, "SELECT id FROM api_keys")).length).toBeGreaterThan(0);
});

test("a look-up is remembered for its time, misses too, failures never, and no more of them than fit", async () => {
  let now = 0;
  const cache = createExpiringCache<string | null>({ ttlMs: 100, maxEntries: 2 }, () => now);
  const lookUp = vi.fn(async (): Promise<string | null> => null);
  expect(await Promise.all([cache.get("a", lookUp), cache.get("a", lookUp)])).toEqual([null, null]);
  expect(lookUp).toHaveBeenCalledTimes(1);
  now = 100;
  lookUp.mockRejectedValueOnce(new Error("down"));
  await expect(cache.get("a", lookUp)).rejects.toThrow("down");
  await cache.get("a", lookUp);
  expect(lookUp).toHaveBeenCalledTimes(3);
  for (const key of ["b", "c", "a"]) await cache.get(key, lookUp);
  expect(lookUp).toHaveBeenCalledTimes(6);
  cache.delete("a");
  await cache.get("a", lookUp);
  expect(lookUp).toHaveBeenCalledTimes(7);
});

test("what was looked up before a revocation and came back after it is not remembered", async () => {
  const cache = createExpiringCache<string>({ ttlMs: 100, maxEntries: 2 }, () => 0);
  const slow = Promise.withResolvers<string>();
  const first = cache.get("a", () => slow.promise);
  cache.delete("a");
  slow.resolve("old");
  expect(await first).toBe("old");
  expect(await cache.get("a", async () => "new")).toBe("new");
});
