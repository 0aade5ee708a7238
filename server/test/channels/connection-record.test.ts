/** What is kept of a connection beside its wish: who made and ended it, until when it is good, when it was last used. */
import { randomBytes } from "node:crypto";
import type { BillingAccountId, ConnectRequest, DisconnectRequest } from "@cogni/contract";
import pino from "pino";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Principal } from "../../src/auth/principal.ts";
import { connectChannel } from "../../src/channels/connect.ts";
import type { ChannelsDeps } from "../../src/channels/deps.ts";
import { disconnectChannel } from "../../src/channels/disconnect.ts";
import { referenceId } from "../../src/channels/keys.ts";
import { resolveCredentials } from "../../src/channels/resolve-credentials.ts";
import { channelStatus } from "../../src/channels/status.ts";
import { list } from "../../src/db/audit.ts";
import { closeConnection } from "../../src/db/connection-outcomes.ts";
import { activeConnection, connectionByKey } from "../../src/db/connections.ts";
import { withService, withTenant } from "../../src/db/tenant.ts";
import { recordStarted } from "../../src/reconcile/record.ts";
import { Secret } from "../../src/secret.ts";
import { createLlmKeys } from "../../src/vault/llm-keys.ts";
import { channelsDeps, offer, principalOf, unlimited } from "../support/channels.ts";
import {
  asSuperuser,
  CHANNEL,
  GATEWAY,
  type TestDatabase,
  tenants,
  testDatabase,
} from "../support/database.ts";

const META = { requestId: "r", remoteAddress: "::1" };
const NOW = new Date("2026-06-01T00:00:00Z");
let database: TestDatabase;
let deps: ChannelsDeps;
let tenant: BillingAccountId;

beforeAll(async () => {
  database = await testDatabase();
  deps = { ...channelsDeps(database.db), clock: () => NOW };
});
afterAll(() => database.drop());
beforeEach(async () => {
  [tenant] = await tenants(database.db, `t-${crypto.randomUUID().slice(0, 8)}`);
  const field = {
    name: "botToken",
    label: "Token",
    help: null,
    placeholder: null,
    secret: true,
    required: true,
  };
  await offer(database.db, { method: "credentials", fields: [field] });
});

const asActor = (actor: Principal["actor"]): Principal => ({ ...principalOf(tenant), actor });
const connect = (
  request: Omit<ConnectRequest, "channel">,
  by: Principal["actor"] = { kind: "person", id: "p" },
) => connectChannel(deps, asActor(by), { channel: CHANNEL, ...request }, META, unlimited);
const disconnect = (by: Principal["actor"]) =>
  // Nobody is there to carry it out.
  expect(
    disconnectChannel(deps, asActor(by), { channel: CHANNEL } satisfies DisconnectRequest, META, unlimited),
  ).rejects.toMatchObject({ code: "gateway_timeout" });
const row = async () =>
  (await asSuperuser(database, "SELECT * FROM connections WHERE billing_account_id = $1", [tenant]))[0];
const close = () =>
  withService(database.db, async (tx) => {
    const connection = await connectionByKey(tx, { billingAccountId: tenant, channel: CHANNEL });
    if (connection) await closeConnection(tx, connection);
  });

describe("a connection knows", () => {
  test("who made it, whoever replaced its credential since, and who ended it", async () => {
    await connect({ credential: "1" }, { kind: "key", id: "k" });
    await connect({ credential: "2" }, { kind: "link", id: "l" });
    expect(await row()).toMatchObject({
      created_by: { kind: "key", id: "k" },
      revoked_by: null,
      revoked_at: null,
    });
    await disconnect({ kind: "link", id: "l" });
    await disconnect({ kind: "person", id: "too late" });
    expect(await row()).toMatchObject({ revoked_by: { kind: "link", id: "l" }, revoked_at: null });
    await close();
    expect(await row()).toMatchObject({
      revoked_by: { kind: "link", id: "l" },
      revoked_at: expect.any(Date),
      encrypted_credentials: null,
      encryption_key_id: null,
      credential_fingerprint: null,
    });
  });

  test("that nobody ended it after all, when it is wished again in time", async () => {
    await connect({ credential: "1" });
    await disconnect({ kind: "person", id: "ann" });
    await connect({ credential: "1" });
    expect(await row()).toMatchObject({ revoked_by: null, revoked_at: null, desired_state: "connected" });
  });

  test("until when its credential is good, which the status shows, and which changes without a restart", async () => {
    const shown = async () => (await channelStatus(deps, principalOf(tenant), CHANNEL)).expiresAt;
    const [august, july] = ["2026-08-01T00:00:00.000Z", "2026-07-01T00:00:00.000Z"];
    await connect({ credential: "1", expiresAt: august });
    expect(await shown()).toBe(august);
    const generation = (await row())?.generation;
    await connect({ credential: "1" });
    expect(await shown()).toBe(august);
    await connect({ credential: "1", expiresAt: july });
    expect([await shown(), (await row())?.generation]).toEqual([july, generation]);
    expect((await withTenant(database.db, tenant, (tx) => list(tx, 1)))[0]).toMatchObject({
      action: "channel.expiry",
      subject: july,
    });
    await connect({ credential: "1", expiresAt: null });
    expect(await shown()).toBeNull();
    await connect({ credential: "1", expiresAt: july });
    await connect({ credential: "2" });
    expect(await shown()).toBeNull();
    const invalid = (path: string) => ({
      code: "invalid_request",
      errors: [expect.objectContaining({ path })],
    });
    await expect(connect({ credential: "3", expiresAt: "2026-05-31T23:59:59.000Z" })).rejects.toMatchObject(
      invalid("expiresAt"),
    );
    await expect(connect({ access: "approval", expiresAt: july })).rejects.toMatchObject(
      invalid("credentials.botToken"),
    );
    await offer(database.db, { method: "qr" });
    await expect(connect({ expiresAt: july })).rejects.toMatchObject(invalid("expiresAt"));
  });

  test("to the minute when its credential was last given out", async () => {
    await connect({ credential: "1" });
    const connection = await withTenant(database.db, tenant, (tx) => activeConnection(tx, CHANNEL));
    if (!connection) throw new Error("nothing is connected");
    const resolve = (vault = deps.vault) =>
      resolveCredentials(
        {
          db: database.db,
          vault,
          llmKeys: createLlmKeys(new Secret(randomBytes(32))),
          log: pino({ level: "silent" }),
        },
        GATEWAY,
        [referenceId(connection, connection.credentialVersion, "botToken")],
      );
    await resolve(channelsDeps(database.db).vault);
    expect(await row()).toMatchObject({ last_used_at: null });
    await resolve();
    const first = (await row())?.last_used_at;
    expect(first).toBeInstanceOf(Date);
    await resolve();
    expect((await row())?.last_used_at).toEqual(first);
    await asSuperuser(database, "UPDATE connections SET last_used_at = now() - interval '61 seconds'");
    await resolve();
    expect(Number((await row())?.last_used_at)).toBeGreaterThanOrEqual(Number(first));
    await connect({ credential: "2" });
    expect(await row()).toMatchObject({ last_used_at: null });
  });

  test("when its session was last started", async () => {
    await connect({ credential: "1" });
    const start = async (type: "bot_token" | "channel_session") => {
      const connection = await withService(database.db, (tx) =>
        connectionByKey(tx, { billingAccountId: tenant, channel: CHANNEL }),
      );
      if (!connection) throw new Error("nothing is connected");
      const deps = { db: database.db, clock: () => NOW } as Parameters<typeof recordStarted>[0];
      await recordStarted(deps, { ...connection, credentialType: type, startedVersion: null }, 1);
    };
    await start("bot_token");
    expect(await row()).toMatchObject({ last_used_at: null });
    await start("channel_session");
    expect(await row()).toMatchObject({ last_used_at: expect.any(Date) });
  });
});
