import { type BillingAccountId, channelIdSchema } from "@cogni/contract";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type CredentialRef, credentialsFor } from "../../src/db/credentials.ts";
import {
  gatewayByTokenHash,
  knownTokens,
  retirePreviousToken,
  takeOverTokens,
} from "../../src/db/gateway-tokens.ts";
import { acquireLease, recordReachable, releaseLease, upsertGateway } from "../../src/db/gateways.ts";
import { type ObservedAccount, recordSnapshot, recordStarted } from "../../src/db/observations.ts";
import { tenantStatus } from "../../src/db/status.ts";
import { withService, withTenant } from "../../src/db/tenant.ts";
import { wishDisconnected } from "../../src/db/wishes.ts";
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
beforeEach(() =>
  asSuperuser(
    database,
    "TRUNCATE connections, account_observations; UPDATE gateways SET lease_holder = NULL, lease_until = NULL",
  ),
);

const acquire = (holder: string, ms = 60_000) =>
  withService(database.db, (tx) => acquireLease(tx, GATEWAY, holder, ms));

describe("the lease of a gateway", () => {
  test("has one holder, who alone may renew it and write as its watcher", async () => {
    expect(await acquire("one")).toBe(true);
    expect(await acquire("two")).toBe(false);
    expect(await acquire("one")).toBe(true);
    const write = (holder: string) =>
      withService(database.db, (tx) => recordReachable(tx, GATEWAY, holder, true));
    expect(await write("two")).toBe(false);
    expect(await write("one")).toBe(true);
    const snapshot = (holder: string) =>
      withService(database.db, (tx) => recordSnapshot(tx, GATEWAY, holder, new Date(), []));
    expect(await snapshot("two")).toBe(false);
    expect(await snapshot("one")).toBe(true);
  });

  test("passes on when it is released or has run out", async () => {
    await acquire("one");
    await withService(database.db, (tx) => releaseLease(tx, GATEWAY, "two"));
    expect(await acquire("two")).toBe(false);
    await withService(database.db, (tx) => releaseLease(tx, GATEWAY, "one"));
    expect(await acquire("two")).toBe(true);
    await asSuperuser(database, "UPDATE gateways SET lease_until = now() - interval '1 second'");
    expect(await acquire("one")).toBe(true);
    expect(await acquire("two")).toBe(false);
  });

  test("goes to exactly one of many who ask at once", async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, (_, index) => acquire(`holder ${index}`)));
    expect(answers.filter(Boolean)).toHaveLength(1);
  });
});

describe("the tokens of a gateway", () => {
  const [one, two, three] = [1, 2, 3].map((n) => Buffer.alloc(32, n)) as [Buffer, Buffer, Buffer];
  const start = (current: Buffer, previous: Buffer | null = null) =>
    withService(database.db, (tx) => takeOverTokens(tx, GATEWAY, { current, previous }));
  const retire = (afterMs = 0) => withService(database.db, (tx) => retirePreviousToken(tx, GATEWAY, afterMs));
  const accepted = async () => {
    const found = await Promise.all(
      [one, two, three].map((hash) => withService(database.db, (tx) => gatewayByTokenHash(tx, hash))),
    );
    return found.flatMap((id, index) => (id === GATEWAY ? [index + 1] : []));
  };
  beforeEach(() =>
    asSuperuser(
      database,
      "UPDATE gateways SET token_hash = $1, previous_token_hash = NULL, previous_token_until = NULL WHERE id = $2",
      [one, GATEWAY],
    ),
  );

  afterAll(() =>
    asSuperuser(database, "UPDATE gateways SET token_hash = $1, previous_token_hash = NULL", [one]),
  );

  test("are both accepted from the first process on that names both, until the one before is retired", async () => {
    expect(await start(two, one)).toBe(true);
    expect(await accepted()).toEqual([1, 2]);
    await retire(60_000);
    expect(await accepted()).toEqual([1, 2]);
    await retire();
    expect(await accepted()).toEqual([2]);
    const known = await withService(database.db, (tx) => knownTokens(tx, GATEWAY));
    expect(known).toEqual({ current: two, previous: one, previousAccepted: false });
  });

  test("stay as they are when a process starts with settings that were not cleaned up, or with those of before", async () => {
    await start(two, one);
    expect(await start(one)).toBe(false);
    expect(await accepted()).toEqual([1, 2]);
    await retire();
    expect(await start(two, one)).toBe(true);
    expect(await start(one)).toBe(false);
    expect(await accepted()).toEqual([2]);
  });

  test("can be rotated back, and changed at once by who names no token of before", async () => {
    await start(two, one);
    await retire();
    expect(await start(one, two)).toBe(true);
    expect(await accepted()).toEqual([1, 2]);
    expect(await start(three)).toBe(true);
    expect(await accepted()).toEqual([3]);
  });
});

describe("the resolver's query", () => {
  const ask = (refs: CredentialRef[], gateway = GATEWAY) =>
    withService(database.db, (tx) => credentialsFor(tx, gateway, refs));

  test("gives a credential to the gateway its tenant is placed on, in the version asked for, and to no other", async () => {
    const { credentialVersion: version, id } = await register(database.db, acme);
    const ref = { billingAccountId: acme, channel: CHANNEL, version };
    expect(await ask([ref, ref])).toEqual([
      { connectionId: id, ...ref, provider: "openclaw:telegram", sealed: Buffer.from("no ciphertext") },
    ]);
    expect(await ask([{ ...ref, version: version - 1 }])).toEqual([]);
    expect(await ask([{ ...ref, channel: "discord" }])).toEqual([]);
    expect(await ask([{ ...ref, billingAccountId: umbrella }])).toEqual([]);
    expect(await ask([{ ...ref, billingAccountId: "'; --" }])).toEqual([]);
    await withService(database.db, (tx) =>
      upsertGateway(tx, { id: "cell", url: "ws://127.0.0.1:2", tokenHash: Buffer.alloc(32, 2), models: [] }),
    );
    expect(await ask([ref], "cell")).toEqual([]);
  });

  test("gives it no more from the wish to disconnect on", async () => {
    const { credentialVersion: version } = await register(database.db, acme);
    await withTenant(database.db, acme, (tx) => wishDisconnected(tx, CHANNEL, BY));
    expect(await ask([{ billingAccountId: acme, channel: CHANNEL, version }])).toEqual([]);
  });

  test("answers 5000 references at once", async () => {
    const { credentialVersion: version } = await register(database.db, acme);
    const refs = Array.from({ length: 4999 }, (_, n) => ({
      billingAccountId: `t${n}`,
      channel: CHANNEL,
      version: n,
    }));
    expect(await ask([...refs, { billingAccountId: acme, channel: CHANNEL, version }])).toHaveLength(1);
  });

  test("knows a gateway by its token's hash alone", async () => {
    const find = (hash: Uint8Array) => withService(database.db, (tx) => gatewayByTokenHash(tx, hash));
    expect(await find(Buffer.alloc(32, 1))).toBe(GATEWAY);
    expect(await find(Buffer.alloc(32, 9))).toBeNull();
  });
});

describe("a snapshot", () => {
  const account = (tenant: BillingAccountId, state: string, observation: object): ObservedAccount => ({
    billingAccountId: tenant,
    channel: CHANNEL,
    accountId: `tenant-${tenant}`,
    state,
    observation,
    steadiness: { falls: 0 },
  });
  const record = (observedAt: string, ...accounts: ObservedAccount[]) =>
    withService(database.db, (tx) => recordSnapshot(tx, GATEWAY, "one", new Date(observedAt), accounts));
  const seen = async (tenant = acme) => (await tenantStatus(database.db, tenant)).connections[0];

  beforeEach(async () => {
    await acquire("one");
    await register(database.db, acme);
  });

  test("is what the tenant's status shows, with the time its state began", async () => {
    await record("2026-01-01T00:00:00Z", account(acme, "connecting", { connected: false }));
    await record("2026-01-01T00:00:01Z", account(acme, "connected", { connected: true }));
    await record("2026-01-01T00:00:02Z", account(acme, "connected", { connected: true, lastInboundAt: 5 }));
    expect(await seen()).toMatchObject({
      state: "connected",
      stateSince: new Date("2026-01-01T00:00:01Z"),
      observation: { connected: true, lastInboundAt: 5 },
      observedAt: new Date("2026-01-01T00:00:02Z"),
    });
    expect((await tenantStatus(database.db, acme)).gateway).toMatchObject({
      id: GATEWAY,
      reachable: true,
      observedAt: new Date("2026-01-01T00:00:02Z"),
    });
  });

  test("without an account leaves it unseen, and remembers what was started", async () => {
    const address = {
      billingAccountId: acme,
      channel: CHANNEL,
      accountId: "tenant-acme",
      gatewayId: GATEWAY,
    };
    await record("2026-01-01T00:00:00Z", account(acme, "connected", { connected: true }));
    await withService(database.db, (tx) => recordStarted(tx, address, 7, new Date("2026-01-01T00:00:00Z")));
    await record("2026-01-01T00:00:01Z");
    expect(await seen()).toMatchObject({ observation: null, state: null, seenVersion: 7 });
  });

  test("from before a start is not of what was started, and the first look since then is, whatever it shows", async () => {
    const address = {
      billingAccountId: acme,
      channel: CHANNEL,
      accountId: "tenant-acme",
      gatewayId: GATEWAY,
    };
    await record("2026-01-01T00:00:01Z", account(acme, "action_required", { connected: false }));
    await withService(database.db, (tx) => recordStarted(tx, address, 7, new Date("2026-01-01T00:00:02Z")));
    expect(await seen()).toMatchObject({ seenVersion: null });
    await record("2026-01-01T00:00:03Z", account(acme, "action_required", { connected: false }));
    expect(await seen()).toMatchObject({ seenVersion: 7 });
    // Started again on the same credential, as after a fall: what is known of it stays.
    await withService(database.db, (tx) => recordStarted(tx, address, 7, new Date("2026-01-01T00:00:04Z")));
    expect(await seen()).toMatchObject({ seenVersion: 7 });
  });

  test("writes no row that did not change", async () => {
    const rows = () => asSuperuser(database, "SELECT xmin::text FROM account_observations");
    await record("2026-01-01T00:00:00Z", account(acme, "connected", { connected: true }));
    const before = await rows();
    await record("2026-01-01T00:00:01Z", account(acme, "connected", { connected: true }));
    expect(await rows()).toEqual(before);
  });

  test("with an account of a tenant that the database never had is written all the same", async () => {
    const stranger = account("stranger" as BillingAccountId, "connected", {});
    expect(await record("2026-01-01T00:00:00Z", stranger, account(acme, "connected", {}))).toBe(true);
    expect((await seen())?.state).toBe("connected");
  });
});

describe("status", () => {
  test("of a tenant without a connection still tells of its gateway", async () => {
    expect(await tenantStatus(database.db, umbrella)).toMatchObject({
      gateway: { id: GATEWAY },
      connections: [],
    });
    expect((await tenantStatus(database.db, umbrella)).gateway).toMatchObject({ id: GATEWAY });
  });

  test("lists each channel's connection once, closed ones not", async () => {
    await register(database.db, acme);
    await register(database.db, acme, { channel: channelIdSchema.parse("discord") });
    const { connections } = await tenantStatus(database.db, acme);
    expect(connections.map((row) => row.channel).sort()).toEqual(["discord", "telegram"]);
  });
});
