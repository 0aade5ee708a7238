import { randomBytes } from "node:crypto";
import { type BillingAccountId, TENANT_HEADER } from "@cogni/contract";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { suspendByOperator } from "../../src/auth/suspension.ts";
import { resolveCredentials } from "../../src/channels/resolve-credentials.ts";
import { addMember } from "../../src/db/members.ts";
import { withService } from "../../src/db/tenant.ts";
import { Secret } from "../../src/secret.ts";
import { createLlmKeys } from "../../src/vault/llm-keys.ts";
import { createVault } from "../../src/vault/vault.ts";
import { register } from "../support/connections.ts";
import { asSuperuser, GATEWAY, type TestDatabase, tenants, testDatabase } from "../support/database.ts";
import { cookieOf, type Edge, newKey, problemOf, signIn, startEdge } from "../support/edge.ts";

const vault = createVault({ current: new Secret(Buffer.alloc(32, 7).toString("base64")), previous: [] });
let database: TestDatabase;
let edge: Edge;
let acme: BillingAccountId;
let umbrella: BillingAccountId;
const callers: Record<string, Record<string, string>> = {};

beforeAll(async () => {
  database = await testDatabase();
  [acme, umbrella] = await tenants(database.db, "acme", "umbrella");
  edge = await startEdge(database);
  callers.person = { cookie: cookieOf(await signIn(edge, acme, "ann@acme.test")) };
  callers.key = { authorization: `Bearer ${(await newKey(edge, acme)).key}` };
  callers.neighbour = { authorization: `Bearer ${(await newKey(edge, umbrella)).key}` };
});
afterAll(async () => {
  await edge.close();
  await database.drop();
});
beforeEach(async () => {
  await asSuperuser(database, "TRUNCATE audit_log, platform_audit_log");
  await asSuperuser(database, "UPDATE billing_accounts SET status = 'active'");
  edge.ctx.principals.forget();
});

const suspend = (suspended = true, billingAccountId = acme) =>
  suspendByOperator(database.db, { billingAccountId, suspended });
const ask = (caller: string, path = "/api/v1/me", headers = {}) =>
  fetch(edge.url + path, { headers: { ...callers[caller], ...headers } });
const told = async (caller: string, path?: string, headers?: Record<string, string>) => {
  const response = await ask(caller, path, headers);
  return response.ok ? "welcome" : (await problemOf(response)).code;
};

describe("a suspended tenant", () => {
  test("has its people and keys told so, at once and whatever they ask, and no neighbour's", async () => {
    expect([await told("person"), await told("key")]).toEqual(["welcome", "welcome"]);
    await suspend();
    // In processes that have not heard of it yet, as long as they remember.
    await vi.waitFor(async () => expect(await told("key")).toBe("tenant_suspended"));
    for (const path of ["/api/v1/me", "/api/v1/keys", "/api/v1/channels/status", "/api/v1/members"]) {
      expect([path, await told("person", path), await told("key", path)]).toEqual([
        path,
        "tenant_suspended",
        "tenant_suspended",
      ]);
    }
    expect(await told("neighbour")).toBe("welcome");
    await suspend(false);
    await vi.waitFor(async () => expect(await told("key")).toBe("welcome"));
    expect(await told("person")).toBe("welcome");
  });

  test("ends a stream of its status, and whoever comes back is told why", async () => {
    const stream = await ask("key", "/api/v1/channels/status", { accept: "text/event-stream" });
    const ended = stream.text();
    await suspend();
    await ended;
    expect(await told("key", "/api/v1/channels/status", { accept: "text/event-stream" })).toBe(
      "tenant_suspended",
    );
  });

  test("is shown among a person's tenants with its state, and another one is theirs meanwhile", async () => {
    const [person] = await asSuperuser(
      database,
      "SELECT id FROM auth.\"user\" WHERE email = 'ann@acme.test'",
    );
    const userId = String(person?.id);
    await withService(database.db, (tx) =>
      addMember(tx, { billingAccountId: umbrella, userId, role: "viewer" }),
    );
    await suspend();
    const { tenants: listed } = (await (await ask("person", "/api/v1/tenants")).json()) as {
      tenants: unknown;
    };
    expect(listed).toMatchObject([
      { billingAccountId: "acme", status: "suspended" },
      { billingAccountId: "umbrella", status: "active" },
    ]);
    await vi.waitFor(async () => expect(await told("person")).toBe("welcome"));
    expect(await (await ask("person")).json()).toMatchObject({ billingAccountId: "umbrella" });
    expect(await told("person", "/api/v1/me", { [TENANT_HEADER]: "acme" })).toBe("tenant_suspended");
  });

  test("has none of its credentials given to a gateway, and keeps them all", async () => {
    const { credentialVersion } = await register(database.db, acme, {
      credential: { botToken: "t-1" },
      vault,
    });
    const id = `tenant/acme/telegram/v${credentialVersion}/botToken`;
    const resolve = async () =>
      (
        await resolveCredentials(
          { db: database.db, vault, llmKeys: createLlmKeys(new Secret(randomBytes(32))), log: edge.ctx.log },
          GATEWAY,
          [id],
        )
      ).values[id];
    expect(await resolve()).toBe("t-1");
    await suspend();
    expect(await resolve()).toBeUndefined();
    await suspend(false);
    expect(await resolve()).toBe("t-1");
  });

  test("is audited, for the operator and for itself", async () => {
    await suspend();
    await suspend(false);
    const acts = [{ action: "tenant.suspend" }, { action: "tenant.resume" }];
    expect(await asSuperuser(database, "SELECT action FROM audit_log ORDER BY id")).toEqual(acts);
    expect(await asSuperuser(database, "SELECT action FROM platform_audit_log ORDER BY id")).toEqual(acts);
  });
});

test("a tenant that there is not, or that is being deleted, is neither suspended nor resumed", async () => {
  await expect(suspend(true, "nobody" as BillingAccountId)).rejects.toMatchObject({ code: "unknown_tenant" });
  await asSuperuser(database, "UPDATE billing_accounts SET status = 'deleting' WHERE id = 'acme'");
  await expect(suspend()).rejects.toMatchObject({ code: "tenant_deleting" });
  await expect(suspend(false)).rejects.toMatchObject({ code: "tenant_deleting" });
});
