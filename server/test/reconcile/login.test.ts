import type { BillingAccountId, ConnectRequest } from "@cogni/contract";
import { pino } from "pino";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { connectChannel } from "../../src/channels/connect.ts";
import type { ChannelsDeps } from "../../src/channels/deps.ts";
import { disconnectChannel } from "../../src/channels/disconnect.ts";
import { channelStatus } from "../../src/channels/status.ts";
import { connectionByKey } from "../../src/db/connections.ts";
import { withService } from "../../src/db/tenant.ts";
import { AppError } from "../../src/errors.ts";
import type { LoginStep } from "../../src/gateway/login-failure.ts";
import { carryOutLogin, type LoginDeps } from "../../src/reconcile/login.ts";
import { channelsDeps, offer, principalOf, unlimited } from "../support/channels.ts";
import { asSuperuser, CHANNEL, type TestDatabase, tenants, testDatabase } from "../support/database.ts";
import { testMetrics } from "../support/metrics.ts";

const META = { requestId: "r", remoteAddress: "127.0.0.1" };
const code = (name: string): LoginStep => ({
  kind: "code",
  qr: `data:image/png;base64,${name}`,
  session: null,
});
const ACCOUNT = "tenant-acme";

let database: TestDatabase;
let channels: ChannelsDeps;
let acme: BillingAccountId;
/** What the gateway was asked, in order, and what it answers next; with nothing left it answers nothing. */
let asked: string[];
let answers: (LoginStep | AppError | (() => Promise<LoginStep>))[];
let configured: boolean;
let reachable: boolean;

beforeAll(async () => {
  database = await testDatabase();
  [acme] = await tenants(database.db, "acme");
  channels = channelsDeps(database.db);
  await offer(database.db, {});
});
afterAll(() => database.drop());
beforeEach(async () => {
  await asSuperuser(database, "TRUNCATE channel_logins, connections, audit_log");
  asked = [];
  answers = [];
  configured = false;
  reachable = true;
});

async function step(question: string): Promise<LoginStep> {
  asked.push(question);
  const answer = answers.shift();
  if (answer instanceof AppError) throw answer;
  return typeof answer === "function" ? answer() : (answer ?? new Promise(() => undefined));
}

function loginDeps(ttlMs = 60_000): LoginDeps {
  const gateway = {
    reachable: () => reachable,
    put: async () => {
      asked.push("put");
      configured = true;
    },
    beginLogin: (_: object, fresh: boolean) => step(fresh ? "begin fresh" : "begin"),
    awaitLogin: (_: object, { qr }: { qr: string }) => step(`await ${qr.split(",")[1]}`),
    applied: async () => (configured ? { enabled: true, refs: {}, access: null } : null),
    stop: async () => void asked.push("stop"),
    logout: async () => asked.push("logout"),
    forgetSenders: async () => undefined,
    remove: async () => {
      asked.push("remove");
      configured = false;
    },
  };
  return {
    db: database.db,
    gateway: gateway as unknown as LoginDeps["gateway"],
    limit: (task) => task(),
    clock: () => new Date(),
    login: { ttlMs, waitMs: 50, retryMs: 1 },
    metrics: testMetrics(),
    log: pino({ level: "silent" }),
  };
}

const run = (deps = loginDeps(), signal = new AbortController().signal) =>
  carryOutLogin(deps, { billingAccountId: acme, channel: CHANNEL }, signal);
const connect = (more: Partial<ConnectRequest> = {}) =>
  connectChannel(channels, principalOf(acme), { channel: CHANNEL, ...more }, META, unlimited);
const disconnect = () =>
  disconnectChannel(channels, principalOf(acme), { channel: CHANNEL }, META, unlimited);
const status = () => channelStatus(channels, principalOf(acme), CHANNEL);
const connection = () =>
  withService(database.db, (tx) => connectionByKey(tx, { billingAccountId: acme, channel: CHANNEL }));
const finished = async () =>
  (await asSuperuser(database, "SELECT finished_at IS NOT NULL AS finished FROM channel_logins"))[0]
    ?.finished;

describe("a login that is scanned", () => {
  test("was in the gateway's config first, shows each code in turn, and only then is a connection", async () => {
    await connect({ access: "approval" });
    let shown: unknown;
    answers = [
      code("A"),
      { kind: "waiting" },
      code("B"),
      async () => {
        shown = [(await status()).login?.qr, await connection()];
        return { kind: "linked" };
      },
    ];
    await run();
    expect(asked).toEqual(["put", "begin fresh", "await A", "await A", "await B"]);
    expect(shown).toEqual([expect.stringMatching(/B$/), null]);
    expect(await connection()).toMatchObject({
      credentialType: "channel_session",
      encryptedCredentials: null,
      claimed: true,
      access: "approval",
      desiredState: "connected",
      accountId: ACCOUNT,
      loggingIn: false,
    });
    expect(await finished()).toBe(true);
    expect(await asSuperuser(database, "SELECT created_by FROM connections")).toEqual([
      { created_by: { kind: "person", id: "p" } },
    ]);
  });

  test("brings the connection it had back, as a new version of it", async () => {
    await connect();
    answers = [{ kind: "linked" }];
    await run();
    const before = await connection();
    await asSuperuser(database, "UPDATE connections SET outcome = 'logged_out'");
    await connect();
    expect((await connection())?.loggingIn).toBe(true);
    answers = [{ kind: "linked" }];
    await run();
    const after = await connection();
    expect(after).toMatchObject({ id: before?.id, outcome: null });
    expect(after?.credentialVersion).toBeGreaterThan(before?.credentialVersion ?? 0);
  });

  test("at the moment it is given up is given up", async () => {
    await connect();
    answers = [
      code("A"),
      async () => {
        await disconnect().catch(() => undefined);
        return { kind: "linked" };
      },
    ];
    await run();
    expect(await connection()).toBeNull();
    await run();
    expect(asked.slice(-3)).toEqual(["stop", "logout", "remove"]);
    expect(await status()).toMatchObject({ state: "not_connected" });
  });
});

describe("a login that is interrupted", () => {
  test("by a newer wish stops waiting, and is begun anew with another code", async () => {
    await connect();
    answers = [code("A")];
    const newer = new AbortController();
    const running = run(loginDeps(), newer.signal);
    await vi.waitFor(() => expect(asked).toContain("await A"));
    await connect({ force: true });
    newer.abort();
    await running;
    answers = [code("B"), { kind: "linked" }];
    await run();
    expect(asked.slice(-3)).toEqual(["put", "begin fresh", "await B"]);
  });

  test("by the end of its process goes on with the code it has", async () => {
    await connect();
    answers = [code("A"), new AppError("gateway_unreachable")];
    await expect(run()).rejects.toMatchObject({ code: "gateway_unreachable" });
    asked = [];
    answers = [{ kind: "linked" }];
    await run();
    expect(asked).toEqual(["await A"]);
  });

  test("by a gateway that forgot it is begun anew, and taken as scanned if it was", async () => {
    await connect();
    answers = [code("A"), { kind: "lost" }, code("B"), { kind: "lost" }, { kind: "linked" }];
    await run();
    expect(asked).toEqual(["put", "begin fresh", "await A", "put", "begin", "await B", "put", "begin"]);
    expect(await connection()).not.toBeNull();
  });
});

describe("a login that comes to nothing", () => {
  test("is told, and leaves nothing in the gateway's config", async () => {
    await connect();
    answers = [code("A"), { kind: "failed", code: "login_refused" }];
    await run();
    expect(await status()).toMatchObject({ state: "action_required", problem: { code: "login_refused" } });
    expect(asked.slice(-3)).toEqual(["stop", "logout", "remove"]);
    expect([configured, await finished(), await connection()]).toEqual([false, true, null]);
  });

  test("leaves an account that was registered where it is", async () => {
    await connect();
    answers = [{ kind: "linked" }];
    await run();
    await connect({ force: true });
    answers = [code("A"), { kind: "failed", code: "login_expired" }];
    await run();
    expect([configured, await finished()]).toEqual([true, true]);
    expect(await connection()).toMatchObject({ desiredState: "connected" });
  });

  test("by our clock has expired if a code was shown, and failed if there was none", async () => {
    await connect();
    answers = [code("A"), { kind: "waiting" }];
    const waiting = async (): Promise<LoginStep> => ({ kind: "waiting" });
    answers.push(...Array.from({ length: 200 }, () => waiting));
    await run(loginDeps(80));
    expect((await status()).problem?.code).toBe("login_expired");

    await connect();
    answers = Array.from({ length: 200 }, () => async (): Promise<LoginStep> => ({ kind: "lost" }));
    await run(loginDeps(80));
    expect((await status()).problem?.code).toBe("login_failed");
  });

  test("while the gateway is away is rid of when it is back", async () => {
    await connect();
    answers = [code("A"), new AppError("gateway_unreachable")];
    await expect(run()).rejects.toMatchObject({ code: "gateway_unreachable" });
    reachable = false;
    await disconnect().catch(() => undefined);
    expect(await run()).toMatchObject({ kind: "retry" });
    expect([configured, await finished()]).toEqual([true, false]);
    reachable = true;
    await run();
    expect([configured, await finished()]).toEqual([false, true]);
  });
});

test("a login asked for while the gateway is away has all its time when it is back", async () => {
  await connect();
  reachable = false;
  expect(await run()).toMatchObject({ kind: "retry" });
  expect(asked).toEqual([]);
  reachable = true;
  answers = [{ kind: "linked" }];
  await run();
  expect(await connection()).not.toBeNull();
});

test("a login asked for during a disconnect waits until that is done", async () => {
  await connect();
  answers = [{ kind: "linked" }];
  await run();
  await disconnect().catch(() => undefined);
  await connect();
  asked = [];
  expect(await run()).toMatchObject({ kind: "retry" });
  expect(asked).toEqual([]);
});
