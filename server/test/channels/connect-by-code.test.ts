import type { BillingAccountId, ConnectRequest } from "@cogni/contract";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { connectChannel } from "../../src/channels/connect.ts";
import type { ChannelsDeps } from "../../src/channels/deps.ts";
import { disconnectChannel } from "../../src/channels/disconnect.ts";
import { channelStatus } from "../../src/channels/status.ts";
import { beginLogin, failLogin, type Login, offerCode, unfinishedLogin } from "../../src/db/logins.ts";
import { withService } from "../../src/db/tenant.ts";
import { channelsDeps, offer, principalOf, unlimited } from "../support/channels.ts";
import { asSuperuser, CHANNEL, type TestDatabase, tenants, testDatabase } from "../support/database.ts";

const QR = "data:image/png;base64,AAAA";
const META = { requestId: "r", remoteAddress: "127.0.0.1" };
const SOON = () => new Date(Date.now() + 60_000);

let database: TestDatabase;
let deps: ChannelsDeps;
let acme: BillingAccountId;
let umbrella: BillingAccountId;

beforeAll(async () => {
  database = await testDatabase();
  [acme, umbrella] = await tenants(database.db, "acme", "umbrella");
  deps = channelsDeps(database.db);
  await offer(database.db, {});
});
afterAll(() => database.drop());
beforeEach(async () => {
  await asSuperuser(database, "TRUNCATE channel_logins, connections, audit_log");
  await offer(database.db, {});
});

const connect = (more: Partial<ConnectRequest> = {}, tenant = acme) =>
  connectChannel(deps, principalOf(tenant), { channel: CHANNEL, ...more }, META, unlimited);
const disconnect = () => disconnectChannel(deps, principalOf(acme), { channel: CHANNEL }, META, unlimited);
const status = (tenant = acme) => channelStatus(deps, principalOf(tenant), CHANNEL);
const stored = () => asSuperuser(database, "SELECT status, generation::integer, access FROM channel_logins");
const audited = async () =>
  (await asSuperuser(database, "SELECT action, outcome FROM audit_log ORDER BY id")).map(
    ({ action, outcome }) => `${action} ${outcome}`,
  );

async function workerHas(work: (login: Login) => Promise<unknown>): Promise<void> {
  const login = await withService(database.db, (tx) =>
    unfinishedLogin(tx, { billingAccountId: acme, channel: CHANNEL }),
  );
  if (!login) throw new Error("no login is unfinished");
  await work(login);
}
const offered = (qr = QR) =>
  workerHas((login) =>
    withService(database.db, async (tx) => {
      await beginLogin(tx, login, SOON());
      await offerCode(tx, login, { qr, session: null });
    }),
  );

describe("two browsers that race", () => {
  test("get one login", async () => {
    const answers = await Promise.all([connect(), connect(), connect()]);
    for (const answer of answers)
      expect(answer).toMatchObject({ status: "connecting", accountId: "tenant-acme" });
    expect(await stored()).toEqual([{ status: "requested", generation: 1, access: "everyone" }]);
    expect(await audited()).toEqual(["channel.connect requested"]);
  });

  test("get one code, until one of them forces a fresh one", async () => {
    await connect();
    await offered();
    const [one, other] = await Promise.all([connect(), connect()]);
    expect(one).toMatchObject({ status: "awaiting_scan", qr: QR, error: null });
    expect(other).toEqual(one);
    await connect({ force: true });
    expect(await stored()).toEqual([{ status: "requested", generation: 2, access: "everyone" }]);
  });

  test("over who may write: the last wins, and the code stays", async () => {
    await connect();
    await offered();
    expect(await connect({ access: "approval" })).toMatchObject({ status: "awaiting_scan", qr: QR });
    expect(await stored()).toEqual([{ status: "offered", generation: 1, access: "approval" }]);
  });
});

describe("a login", () => {
  test("is shown to its tenant alone", async () => {
    await connect();
    await offered();
    expect((await status()).login).toMatchObject({ qr: QR });
    expect(await status(umbrella)).toMatchObject({ state: "not_connected", login: null, accountId: null });
    await connect({}, umbrella);
    expect((await status()).login).toMatchObject({ qr: QR });
  });

  test("whose time is over is begun anew by asking again", async () => {
    await connect();
    await workerHas((login) =>
      withService(database.db, async (tx) => {
        await beginLogin(tx, login, new Date(Date.now() - 1));
        await offerCode(tx, login, { qr: QR, session: null });
      }),
    );
    expect((await status()).problem).toMatchObject({ code: "login_expired", action: "scan_again" });
    await connect();
    expect(await stored()).toEqual([{ status: "requested", generation: 2, access: "everyone" }]);
  });

  test("that failed is told, and forgotten by a disconnect", async () => {
    await connect();
    await workerHas((login) => withService(database.db, (tx) => failLogin(tx, login, "login_refused")));
    expect(await status()).toMatchObject({ state: "action_required", problem: { code: "login_refused" } });
    // Nobody has it ended at the gateway here.
    await expect(disconnect()).rejects.toMatchObject({ code: "gateway_timeout" });
    expect(await status()).toMatchObject({ state: "not_connected", problem: null, accountId: null });
    expect(await audited()).toEqual(["channel.connect requested", "channel.disconnect requested"]);
  });

  test("that was overtaken changes nothing any more", async () => {
    await connect();
    await workerHas(async (overtaken) => {
      await connect({ force: true });
      const late = withService(database.db, (tx) => offerCode(tx, overtaken, { qr: QR, session: null }));
      expect(await late).toBe(false);
    });
    expect(await stored()).toEqual([{ status: "requested", generation: 2, access: "everyone" }]);
  });
});

describe("a request", () => {
  test("for a channel with a notice is refused until that was accepted, which is audited", async () => {
    await offer(database.db, { notice: "Accounts may be banned." });
    await expect(connect({ credential: "123:ABC" })).rejects.toMatchObject({
      code: "invalid_request",
      errors: [{ path: "noticeAccepted" }, { path: "credential" }],
    });
    expect(await stored()).toEqual([]);
    await connect({ noticeAccepted: true });
    expect(await audited()).toEqual(["channel.notice accepted", "channel.connect requested"]);
  });

  test("with a credential is refused where a code is scanned", async () => {
    await expect(connect({ credentials: { botToken: "123:ABC" } })).rejects.toMatchObject({
      code: "invalid_request",
      errors: [{ path: "credentials" }],
    });
  });

  test.each(["channel_unavailable", "channel_installing"] as const)(
    "for a channel that is %s is refused",
    async (code) => {
      await offer(database.db, {}, code);
      await expect(connect()).rejects.toMatchObject({ code });
      await offer(database.db, { method: "credentials" }, code);
      await expect(connect({ credential: "123:ABC" })).rejects.toMatchObject({ code });
      expect(await stored()).toEqual([]);
    },
  );
});
