/** API keys over HTTP: told once, never beyond their maker, rotated with an overlap, ended for good. */
import {
  type ApiKeys,
  apiKeysSchema,
  type BillingAccountId,
  type CreatedKey,
  createdKeySchema,
  MAX_KEYS,
  type Scope,
  TENANT_HEADER,
} from "@cogni/contract";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { asSuperuser, type TestDatabase, tenants, testDatabase } from "../support/database.ts";
import { cookieOf, type Edge, newKey, postJson, problemOf, signIn, startEdge } from "../support/edge.ts";

let database: TestDatabase;
let edge: Edge;
let acme: BillingAccountId;
let umbrella: BillingAccountId;
let admin: Record<string, string>;

beforeAll(async () => {
  database = await testDatabase();
  [acme, umbrella] = await tenants(database.db, "acme", "umbrella");
  edge = await startEdge(database, { principalCacheMs: 1 });
  admin = { cookie: cookieOf(await signIn(edge, acme, "ada@acme.test", "admin")), [TENANT_HEADER]: acme };
});
afterAll(async () => {
  await edge.close();
  await database.drop();
});

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const post = (path: string, body: object, headers: Readonly<Record<string, string>> = admin) =>
  postJson(`${edge.url}/api/v1/keys${path}`, body, headers);
const create = async (scopes: readonly Scope[], more: object = {}): Promise<CreatedKey> =>
  createdKeySchema.parse(await (await post("", { name: "ci", scopes, ...more })).json());
const list = async (headers = admin): Promise<ApiKeys["keys"]> =>
  apiKeysSchema.parse(await (await fetch(`${edge.url}/api/v1/keys`, { headers })).json()).keys;
const asks = async (key: string) => (await fetch(`${edge.url}/api/v1/me`, { headers: bearer(key) })).status;

describe("an API key over HTTP", () => {
  test("is told once, listed without itself, and does what its scopes say", async () => {
    const made = await create(["account:read", "account:read"], { name: "  deploy  " });
    expect(made).toMatchObject({
      name: "deploy",
      scopes: ["account:read"],
      createdBy: { kind: "person", name: "Ann" },
      lastUsedAt: null,
      expiresAt: null,
    });
    expect(await asks(made.key)).toBe(200);
    expect((await postJson(`${edge.url}/api/v1/channels/connect`, {}, bearer(made.key))).status).toBe(403);
    const { key: _, ...listed } = made;
    await vi.waitFor(async () => {
      const found = (await list()).find(({ id }) => id === made.id);
      expect(found).toEqual({ ...listed, lastUsedAt: expect.any(String) });
    });
    expect(JSON.stringify(await list())).not.toContain(made.key);
    expect(edge.logged()).not.toContain(made.key);
  });

  test("never does more than its maker may, whoever makes it or rotates it", async () => {
    const maker = (await newKey(edge, acme, ["keys:write", "channels:read"])).key;
    const beyond = await post("", { name: "more", scopes: ["channels:write"] }, bearer(maker));
    expect(await problemOf(beyond)).toMatchObject({ code: "forbidden" });
    const strong = await create(["channels:write"]);
    expect((await post("/rotate", { id: strong.id }, bearer(maker))).status).toBe(403);
    expect((await post("", { name: "as much", scopes: ["channels:read"] }, bearer(maker))).status).toBe(200);
  });

  test("that is rotated lives on for the overlap beside its successor, and not a moment longer than it was to", async () => {
    const before = await create(["account:read"]);
    const after = createdKeySchema.parse(
      await (await post("/rotate", { id: before.id, overlapSeconds: 3_600 })).json(),
    );
    expect(after).toMatchObject({ name: before.name, scopes: before.scopes });
    expect([await asks(before.key), await asks(after.key)]).toEqual([200, 200]);
    const inAnHour = Date.parse((await list()).find(({ id }) => id === before.id)?.expiresAt ?? "");
    expect(Math.abs(inAnHour - Date.now() - 3_600_000)).toBeLessThan(60_000);

    expect((await post("/rotate", { id: after.id, overlapSeconds: 0 })).status).toBe(200);
    await vi.waitFor(async () => expect(await asks(after.key)).toBe(401));
    expect(await problemOf(await post("/rotate", { id: after.id }))).toMatchObject({ code: "unknown_key" });
  });

  test("ends when it is revoked or its time is over, and can't be made for a time that is over", async () => {
    const [revoked, short] = [await create(["account:read"]), await create(["account:read"])];
    expect(await (await post("/revoke", { id: revoked.id })).json()).toEqual({
      id: revoked.id,
      status: "revoked",
    });
    await asSuperuser(database, `UPDATE api_keys SET expires_at = now() WHERE id = '${short.id}'`);
    for (const { key, id } of [revoked, short]) {
      await vi.waitFor(async () => expect(await asks(key)).toBe(401));
      expect((await list()).some((one) => one.id === id)).toBe(false);
    }
    expect(await problemOf(await post("/revoke", { id: revoked.id }))).toMatchObject({ code: "unknown_key" });
    const past = await post("", {
      name: "late",
      scopes: ["account:read"],
      expiresAt: "2020-01-01T00:00:00Z",
    });
    expect(await problemOf(past)).toMatchObject({ code: "invalid_request" });
  });

  test("of another tenant is neither listed, rotated nor revoked", async () => {
    const theirs = await newKey(edge, umbrella);
    expect((await list()).some(({ id }) => id === theirs.id)).toBe(false);
    for (const path of ["/rotate", "/revoke"]) {
      expect(await problemOf(await post(path, { id: theirs.id }))).toMatchObject({ code: "unknown_key" });
    }
    expect(await asks(theirs.key)).toBe(200);
  });

  test("in an address is refused, and so are names that can't be read for what they are", async () => {
    const { key } = await create(["account:read"]);
    const inAddress = await fetch(`${edge.url}/api/v1/me?api_key=${key}`, { headers: bearer(key) });
    expect(await problemOf(inAddress)).toMatchObject({ code: "invalid_request" });
    for (const name of ["", "   ", "x".repeat(81), "ci\u202Eyek", "a\u0000b", "zero\u200Bwidth"]) {
      expect((await post("", { name, scopes: ["account:read"] })).status, JSON.stringify(name)).toBe(400);
    }
    for (const scopes of [[], ["everything"], "account:read"]) {
      expect((await post("", { name: "n", scopes })).status, JSON.stringify(scopes)).toBe(400);
    }
  });

  test("is one of a hundred at most, however many are asked for at once", async () => {
    const headers = bearer((await newKey(edge, umbrella)).key);
    const answers = await Promise.all(
      Array.from({ length: MAX_KEYS + 20 }, () =>
        post("", { name: "one more", scopes: ["account:read"] }, headers),
      ),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 409]));
    expect(await list(headers)).toHaveLength(MAX_KEYS);
  });

  test("is told apart among ten thousand that have ended, of which none is listed or counted", async () => {
    const ended = `INSERT INTO api_keys (billing_account_id, name, prefix, key_hash, scopes, expires_at, revoked_at)
      SELECT '${acme}', 'old ' || n, 'cck_old', sha256(n::text::bytea), '{account:read}',
        CASE WHEN n % 2 = 0 THEN now() END, CASE WHEN n % 2 = 1 THEN now() END FROM generate_series(1, 10000) n`;
    const ids = async () => (await list()).map(({ id }) => id);
    const before = await ids();
    await asSuperuser(database, ended);
    expect(await ids()).toEqual(before);
    const made = await create(["account:read"]);
    expect(await ids()).toEqual([made.id, ...before]);
    expect(await asks(made.key)).toBe(200);
  });

  test("names who made it: a member, another key, or the operator", async () => {
    const operators = await newKey(edge, acme);
    const body = { name: "by a key", scopes: ["account:read"] };
    const byKey = createdKeySchema.parse(await (await post("", body, bearer(operators.key))).json());
    const byPerson = await create(["account:read"]);
    const makers = new Map((await list()).map(({ id, createdBy }) => [id, createdBy]));
    expect(makers.get(operators.id)).toBeNull();
    expect(makers.get(byKey.id)).toEqual({ kind: "key", name: "test key" });
    expect(makers.get(byPerson.id)).toEqual({ kind: "person", name: "Ann" });
  });

  test("leaves a row in the audit log when it is made, rotated and revoked", async () => {
    const made = await create(["account:read"]);
    await post("/rotate", { id: made.id });
    await post("/revoke", { id: made.id });
    const rows = await asSuperuser(
      database,
      `SELECT action, actor->>'kind' AS kind FROM audit_log WHERE subject = '${made.id}' ORDER BY id`,
    );
    expect(rows).toEqual(
      ["key.create", "key.rotate", "key.revoke"].map((action) => ({ action, kind: "person" })),
    );
  });
});
