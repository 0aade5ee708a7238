import { randomUUID } from "node:crypto";
import type { BillingAccountId } from "@cogni/contract";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { claimCredential, closeConnection, settle } from "../../src/db/connection-outcomes.ts";
import {
  activeConnection,
  allOnGateway,
  claimedElsewhere,
  connectionByKey,
} from "../../src/db/connections.ts";
import { withService, withTenant } from "../../src/db/tenant.ts";
import { wishConnected, wishDisconnected } from "../../src/db/wishes.ts";
import { BY, register } from "../support/connections.ts";
import {
  asSuperuser,
  CHANNEL,
  GATEWAY,
  type TestDatabase,
  tenants,
  testDatabase,
} from "../support/database.ts";

let database: TestDatabase;
let acme: BillingAccountId;
let umbrella: BillingAccountId;

beforeAll(async () => {
  database = await testDatabase();
  [acme, umbrella] = await tenants(database.db, "acme", "umbrella");
});
afterAll(() => database.drop());
beforeEach(() => asSuperuser(database, "TRUNCATE connections, account_observations"));

const active = (tenant = acme) => withTenant(database.db, tenant, (tx) => activeConnection(tx, CHANNEL));
const disconnect = (tenant = acme) =>
  withTenant(database.db, tenant, (tx) => wishDisconnected(tx, CHANNEL, BY));
const claim = (wish: { id: string; generation: number }, fingerprint: Uint8Array) =>
  withService(database.db, (tx) => claimCredential(tx, wish, fingerprint));

describe("a wish", () => {
  test("replaces the one before it, with a new version and generation, in the same row", async () => {
    const first = await register(database.db, acme);
    await withService(database.db, (tx) =>
      settle(tx, first, { outcome: null, displayName: "@acme_bot", connectedAt: new Date() }),
    );
    const second = await register(database.db, acme);
    expect(second.id).toBe(first.id);
    expect(second.generation).toBe(first.generation + 1);
    expect(second.credentialVersion).toBeGreaterThan(first.credentialVersion);
    expect(second).toMatchObject({
      settledGeneration: first.generation,
      connectedAt: null,
      displayName: null,
    });
  });

  test("is one of many at once: all are written, one row stands, the last wins", async () => {
    const wishes = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        index % 4 === 3 ? disconnect() : register(database.db, acme),
      ),
    );
    const rows = await asSuperuser(database, "SELECT generation::integer, desired_state FROM connections");
    expect(rows).toHaveLength(1);
    const last = wishes.toSorted((a, b) => (a?.generation ?? 0) - (b?.generation ?? 0)).at(-1);
    expect(rows[0]).toEqual({ generation: last?.generation, desired_state: last?.desiredState });
  });

  test("of a credential sealed for another row is refused, not stored under the wrong one", async () => {
    await register(database.db, acme);
    const wish = withTenant(database.db, acme, (tx) =>
      wishConnected(tx, {
        id: randomUUID(),
        channel: CHANNEL,
        accountId: "tenant-acme",
        credentialType: "bot_token",
        sealed: Buffer.from("x"),
        keyId: "k",
        fingerprint: Buffer.from("f"),
        access: "everyone",
        expiresAt: null,
        by: BY,
      }),
    );
    await expect(wish).rejects.toMatchObject({ code: "internal_error" });
  });

  test("gives out no version twice, not even after yesterday's database was restored", async () => {
    const first = await register(database.db, acme);
    await asSuperuser(database, "UPDATE connections SET credential_version = credential_version - 86400000");
    expect((await register(database.db, acme)).credentialVersion).toBeGreaterThan(first.credentialVersion);
    await asSuperuser(database, "UPDATE connections SET credential_version = 9000000000000");
    expect((await register(database.db, acme)).credentialVersion).toBe(9_000_000_000_001);
  });

  test("to disconnect what was never connected, or is being disconnected, changes nothing", async () => {
    expect(await disconnect()).toBeNull();
    await register(database.db, acme);
    const first = await disconnect();
    expect(await disconnect()).toEqual(first);
  });
});

describe("an outcome", () => {
  test("is written for the generation it was reached in, and not over a newer wish", async () => {
    const first = await register(database.db, acme);
    const second = await register(database.db, acme);
    const settled = (wish: { id: string; generation: number }) =>
      withService(database.db, (tx) => settle(tx, wish, { outcome: "credential_refused" }));
    expect(await settled(first)).toBe(false);
    expect(await active()).toMatchObject({ settledGeneration: null, outcome: null });
    expect(await settled(second)).toBe(true);
    expect(await active()).toMatchObject({
      settledGeneration: second.generation,
      outcome: "credential_refused",
    });
  });

  test("keeps the first time the account was seen up", async () => {
    const wish = await register(database.db, acme);
    const connectedAt = new Date("2026-01-01T00:00:00Z");
    await withService(database.db, (tx) => settle(tx, wish, { outcome: null, connectedAt }));
    await withService(database.db, (tx) => settle(tx, wish, { outcome: null, connectedAt: new Date() }));
    expect((await active())?.connectedAt).toEqual(connectedAt);
  });

  test("of a disconnect zeroes the credential and the fingerprint and frees the place", async () => {
    const wish = await register(database.db, acme);
    await claim(wish, Buffer.from("bot"));
    const unwished = await disconnect();
    expect(await withService(database.db, (tx) => closeConnection(tx, unwished ?? wish))).toBe(true);
    expect(await active()).toBeNull();
    const [row] = await asSuperuser(
      database,
      "SELECT encrypted_credentials, encryption_key_id, credential_fingerprint FROM connections",
    );
    expect(row).toEqual({
      encrypted_credentials: null,
      encryption_key_id: null,
      credential_fingerprint: null,
    });
    expect((await register(database.db, acme)).id).not.toBe(wish.id);
  });

  test("of a disconnect does not close what was wished connected meanwhile", async () => {
    await register(database.db, acme);
    const unwished = await disconnect();
    await register(database.db, acme);
    expect(
      await withService(database.db, (tx) => closeConnection(tx, unwished ?? { id: "", generation: 0 })),
    ).toBe(false);
    expect((await active())?.desiredState).toBe("connected");
  });
});

describe("a credential has one owner", () => {
  const bot = Buffer.from("one bot");

  test("who is the first it was accepted for; until then nobody has claimed it", async () => {
    const [a, b] = [await register(database.db, acme), await register(database.db, umbrella)];
    const elsewhere = (tenant: BillingAccountId) =>
      withTenant(database.db, tenant, (tx) => claimedElsewhere(tx, CHANNEL, bot));
    expect(await elsewhere(umbrella)).toBe(false);
    expect(await claim(a, bot)).toBe("claimed");
    expect(await claim(a, bot)).toBe("claimed");
    expect(await elsewhere(umbrella)).toBe(true);
    expect(await elsewhere(acme)).toBe(false);
    expect(await claim(b, bot)).toBe("claimed_elsewhere");
  });

  test("and if two are accepted at the same moment, one of them is told", async () => {
    const [a, b] = [await register(database.db, acme), await register(database.db, umbrella)];
    const outcomes = await Promise.all([claim(a, bot), claim(b, bot)]);
    expect(outcomes.sort()).toEqual(["claimed", "claimed_elsewhere"]);
  });

  test("until it is replaced by another, but not when it is given again", async () => {
    await claim(await register(database.db, acme, { fingerprint: bot }), bot);
    expect((await register(database.db, acme, { fingerprint: bot })).claimed).toBe(true);
    expect((await register(database.db, acme, { fingerprint: Buffer.from("another") })).claimed).toBe(false);
    expect(await claim(await register(database.db, umbrella), bot)).toBe("claimed");
  });

  test("and a refused claim leaves the transaction usable", async () => {
    await claim(await register(database.db, acme), bot);
    const wish = await register(database.db, umbrella);
    await withService(database.db, async (tx) => {
      expect(await claimCredential(tx, wish, bot)).toBe("claimed_elsewhere");
      expect(await settle(tx, wish, { outcome: "credential_claimed" })).toBe(true);
    });
    expect((await active(umbrella))?.outcome).toBe("credential_claimed");
  });
});

describe("the loop", () => {
  test("finds all there is on a gateway", async () => {
    await register(database.db, acme);
    await register(database.db, umbrella);
    expect(await withService(database.db, (tx) => allOnGateway(tx, GATEWAY))).toHaveLength(2);
    expect(await withService(database.db, (tx) => allOnGateway(tx, "another"))).toHaveLength(0);
  });

  test("reads a connection with its tenant's name and place", async () => {
    await register(database.db, acme);
    const key = { billingAccountId: acme, channel: CHANNEL };
    expect(await withService(database.db, (tx) => connectionByKey(tx, key))).toMatchObject({
      billingAccountName: "ACME",
      gatewayId: GATEWAY,
      startedVersion: null,
      accountId: "tenant-acme",
    });
  });
});
