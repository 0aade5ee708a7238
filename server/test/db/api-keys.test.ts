import type { BillingAccountId } from "@cogni/contract";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createApiKey, listApiKeys, lookUpApiKey, revokeApiKey, touchApiKey } from "../../src/db/api-keys.ts";
import { append, list } from "../../src/db/audit.ts";
import { createBillingAccount } from "../../src/db/billing-accounts.ts";
import { withService, withTenant } from "../../src/db/tenant.ts";
import { asSuperuser, CHANNEL, type TestDatabase, tenants, testDatabase } from "../support/database.ts";

let database: TestDatabase;
let acme: BillingAccountId;
let umbrella: BillingAccountId;

beforeAll(async () => {
  database = await testDatabase();
  [acme, umbrella] = await tenants(database.db, "acme", "umbrella");
});
afterAll(() => database.drop());

const create = (tenant: BillingAccountId) =>
  withTenant(database.db, tenant, (tx) =>
    createApiKey(tx, {
      billingAccountId: tenant,
      name: "ci",
      scopes: ["channels:read"],
      expiresAt: null,
      createdBy: null,
    }),
  );

describe("an API key", () => {
  test("is found by itself before any tenant is known, and is stored as a hash only", async () => {
    const { id, key } = await create(acme);
    expect(key.reveal()).toMatch(/^cck_[\w-]{43}$/);
    expect(await lookUpApiKey(database.db, key.reveal())).toEqual({
      keyId: id,
      keyName: "ci",
      billingAccountId: acme,
      scopes: ["channels:read"],
      suspended: false,
    });
    const stored = JSON.stringify(await asSuperuser(database, "SELECT * FROM api_keys"));
    expect(stored).not.toContain(key.reveal().slice(12));
  });

  test("is found no more once revoked, which only its own tenant can do", async () => {
    const { id, key } = await create(acme);
    expect(await withTenant(database.db, umbrella, (tx) => revokeApiKey(tx, id))).toBe(false);
    expect(await lookUpApiKey(database.db, key.reveal())).not.toBeNull();
    expect(await withTenant(database.db, acme, (tx) => revokeApiKey(tx, id))).toBe(true);
    expect(await lookUpApiKey(database.db, key.reveal())).toBeNull();
  });

  test("of a tenant that is being deleted, one of another form or an unknown one is nobody's; a suspended tenant's says so", async () => {
    const { key } = await create(umbrella);
    const become = (status: string) =>
      asSuperuser(database, "UPDATE billing_accounts SET status = $1 WHERE id = 'umbrella'", [status]);
    await become("suspended");
    expect(await lookUpApiKey(database.db, key.reveal())).toMatchObject({ suspended: true });
    await become("deleting");
    expect(await lookUpApiKey(database.db, key.reveal())).toBeNull();
    expect(await lookUpApiKey(database.db, "")).toBeNull();
    expect(await lookUpApiKey(database.db, `cck_${"x".repeat(43)}`)).toBeNull();
  });

  test("remembers its last use to the minute, with at most one write in it", async () => {
    const { id } = await create(acme);
    const lastUse = async () =>
      (await withTenant(database.db, acme, (tx) => listApiKeys(tx, new Date()))).find((key) => key.id === id)
        ?.lastUsedAt ?? null;
    const touch = () => withTenant(database.db, acme, (tx) => touchApiKey(tx, id));
    expect(await lastUse()).toBeNull();
    await touch();
    const first = await lastUse();
    expect(first).not.toBeNull();
    await touch();
    expect(await lastUse()).toEqual(first);
  });
});

describe("a tenant", () => {
  test("is created once, with a place", async () => {
    const again = withService(database.db, (tx) => createBillingAccount(tx, { id: acme, name: "again" }));
    await expect(again).rejects.toMatchObject({ code: "tenant_exists" });
    expect(await asSuperuser(database, "SELECT billing_account_id FROM placements ORDER BY 1")).toEqual([
      { billing_account_id: "acme" },
      { billing_account_id: "umbrella" },
    ]);
  });

  test("reads its own audit entries, the newest first", async () => {
    const entry = {
      billingAccountId: acme,
      actor: { kind: "person", id: "p1" },
      action: "channel.connect",
      channel: CHANNEL,
      accountId: "tenant-acme",
      outcome: "wished",
    } as const;
    const meta = { requestId: "r1", remoteAddress: "::1" };
    await withTenant(database.db, acme, (tx) => append(tx, { ...entry, meta }));
    await withTenant(database.db, acme, (tx) =>
      append(tx, { ...entry, action: "channel.disconnect", meta: null }),
    );
    expect(await withTenant(database.db, acme, (tx) => list(tx, 10))).toMatchObject([
      { action: "channel.disconnect", requestId: null, remoteAddress: null },
      { ...entry, ...meta },
    ]);
    expect(await withTenant(database.db, umbrella, (tx) => list(tx, 10))).toEqual([]);
  });
});
