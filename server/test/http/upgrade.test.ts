import { randomBytes } from "node:crypto";
import { type BillingAccountId, problemSchema } from "@cogni/contract";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { tenantStatus } from "../../src/db/status.ts";
import { Secret } from "../../src/secret.ts";
import { createVault } from "../../src/vault/vault.ts";
import { asSuperuser, CHANNEL, type TestDatabase, tenants, testDatabase } from "../support/database.ts";
import { type Edge, newKey, settings, startEdge } from "../support/edge.ts";
import { addOldRow, migrateToOldSchema } from "../support/old-registrations.ts";

const vaultOf = (database: TestDatabase) =>
  createVault({ current: new Secret(settings(database).CHANNEL_ENCRYPTION_KEY), previous: [] });

let database: TestDatabase;
let acme: BillingAccountId;
const edges: Edge[] = [];
beforeEach(async () => {
  database = await testDatabase();
  [acme] = await tenants(database.db, "acme");
});
afterEach(async () => {
  for (const edge of edges.splice(0)) await edge.close();
  await database.drop();
});

async function start(roles: string, where = database): Promise<Edge> {
  const edge = await startEdge(where, {
    env: {
      ROLES: roles,
      ...(roles === "api" ? { DATABASE_SERVICE_URL: "", DATABASE_OWNER_URL: "" } : {}),
    },
  });
  edges.push(edge);
  return edge;
}

test("a process that serves the API alone says that it is being upgraded, and not that nothing is connected, until a worker has moved everything", async () => {
  // So that there is a key of the fingerprints.
  await (await start("api,worker")).close();
  edges.pop();
  await addOldRow(database, vaultOf(database), acme);
  const api = await start("api");
  const headers = { authorization: `Bearer ${(await newKey(api, acme)).key}` };
  const paths = ["/api/v1/channels/status", "/api/v1/me", "/api/v1/channels/senders"];
  for (const path of paths) {
    const answer = await fetch(`${api.url}${path}`, { headers });
    expect([answer.status, problemSchema.parse(await answer.json()).code], path).toEqual([503, "upgrading"]);
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
  }
  const wish = await fetch(`${api.url}/api/v1/channels/connect`, {
    method: "POST",
    headers: { ...headers, "content-type": "application/json" },
    body: JSON.stringify({ channel: CHANNEL, credential: "1:A" }),
  });
  expect(wish.status).toBe(503);
  const ready = await fetch(`${api.url}/readyz`);
  expect(ready.status).toBe(503);
  expect(await ready.text()).toContain("connections: 1 are yet to be moved");
  expect((await fetch(`${api.url}/healthz`)).status).toBe(200);

  const worker = await start("api,worker");
  expect((await tenantStatus(database.db, acme)).connections).toMatchObject([{ channel: CHANNEL }]);
  expect(worker.logged()).toContain("moving connections");
  for (const { url } of [api, worker]) {
    expect((await fetch(`${url}/api/v1/channels/status`, { headers })).status).toBe(200);
    // What it tells may be half a second old.
    await vi.waitFor(async () => expect((await fetch(`${url}/readyz`)).status).toBe(200), 5_000);
  }
});

test("a worker on a database of the version before brings the schema and every connection to this one before it answers", async () => {
  const old = await testDatabase(null);
  try {
    await migrateToOldSchema(old);
    await asSuperuser(old, "INSERT INTO billing_accounts (id, name) VALUES ('acme', 'Acme')");
    const rows = await Promise.all(
      Array.from({ length: 250 }, (_, index) =>
        addOldRow(old, vaultOf(old), acme, {
          channel: `channel-${index}`,
          credential: { botToken: randomBytes(8).toString("hex") },
        }),
      ),
    );
    const edge = await start("api,worker", old);
    expect(edge.logged()).toContain('"moved":250,"unreadable":0');
    const moved = await asSuperuser(old, "SELECT id, encrypted_credentials AS sealed FROM connections");
    for (const { id, billingAccountId, channel, credential } of rows) {
      const sealed = moved.find((row) => row.id === id)?.sealed as Uint8Array;
      const aad = { billingAccountId, connectionId: id, provider: `openclaw:${channel}` };
      expect(vaultOf(old).open(sealed, aad)).toEqual(credential);
    }
    expect(await asSuperuser(old, "SELECT FROM channel_registrations")).toEqual([]);
    await edge.close();
    edges.pop();
  } finally {
    await old.drop();
  }
}, 60_000);
