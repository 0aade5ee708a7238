/** What a caller can get wrong, alone or against another: each has its code, and none of it loses anything. */
import { problemSchema } from "@cogni/contract";
import { afterAll, beforeAll, describe, expect, inject, test, vi } from "vitest";
import { type Answer, joinWorld } from "../../dev-env/src/world-client.ts";
import {
  type Account,
  connectAll,
  disconnectAll,
  makeAccount,
  makeAccounts,
  PATIENCE_MS,
} from "../support/accounts.ts";
import { databaseOf } from "../support/database.ts";
import { accountRows } from "../support/gateway.ts";
import { LONG } from "../support/long.ts";

const world = joinWorld(inject("world"));
const { query } = databaseOf(world);
const CONNECT = "/api/v1/channels/connect";
const DISCONNECT = "/api/v1/channels/disconnect";
const BOUND = { timeout: PATIENCE_MS, interval: 200 };
vi.setConfig({ testTimeout: 180_000 });
const TOKEN = "123456789:AAExampleExampleExampleExampleExamp";

function refusal({ status, headers, body }: Answer) {
  expect(headers.get("content-type")).toBe("application/problem+json");
  const problem = problemSchema.parse(body);
  expect(problem.status).toBe(status);
  return { status, code: problem.code, paths: problem.errors?.map(({ path }) => path) };
}

describe("a wrong request is refused by its code, and changes nothing", () => {
  let account: Account;
  beforeAll(async () => {
    account = await makeAccount(world);
  });

  const body = (rest: object) => ({ channel: "telegram", credential: TOKEN, ...rest });
  test.each<[what: string, sent: unknown, status: number, code: string, paths?: string[]]>([
    ["an unknown channel", { channel: "carrier-pigeon", credential: TOKEN }, 400, "unknown_channel"],
    [
      "a channel that is no name",
      { channel: "../telegram", credential: TOKEN },
      400,
      "invalid_request",
      ["channel"],
    ],
    ["no channel", { credential: TOKEN }, 400, "invalid_request", ["channel"]],
    ["no credential", { channel: "telegram" }, 400, "invalid_request", ["credentials.botToken"]],
    ["an empty credential", body({ credential: "" }), 400, "invalid_request", ["credential"]],
    ["a blank credential", body({ credential: "  \n " }), 400, "invalid_request", ["credential"]],
    [
      "a credential over 4 KB",
      body({ credential: "a".repeat(4097) }),
      400,
      "invalid_request",
      ["credential"],
    ],
    ["control characters in it", body({ credential: "1:a\u0000b" }), 400, "invalid_request", ["credential"]],
    [
      "a credential that is no text",
      body({ credential: { token: TOKEN } }),
      400,
      "invalid_request",
      ["credential"],
    ],
    [
      "a credential in both forms",
      body({ credentials: { botToken: TOKEN } }),
      400,
      "invalid_request",
      ["credentials"],
    ],
    [
      "a field the channel does not take",
      { channel: "telegram", credentials: { botToken: TOKEN, appToken: "a" } },
      400,
      "invalid_request",
      ["credentials.appToken"],
    ],
    ["an account id", body({ accountId: "tenant-another" }), 400, "invalid_request", ["accountId"]],
    [
      "extra fields, all of them named",
      body({ billingAccountId: "another", admin: true }),
      400,
      "invalid_request",
      ["billingAccountId", "admin"],
    ],
    ["a list", [TOKEN], 400, "invalid_request", [""]],
    ["what is no JSON", `{"channel": "telegram", "credential": "${TOKEN}`, 400, "invalid_request", [""]],
    ["a body over 64 KB", body({ credential: "a".repeat(65 * 1024) }), 413, "payload_too_large"],
  ])("%s", async (_, sent, status, code, paths) => {
    const answer = await account.api.request("POST", CONNECT, sent);
    expect(refusal(answer)).toEqual({ status, code, paths });
    expect(JSON.stringify(answer.body)).not.toContain(TOKEN.slice(10));
  });

  test("a content type that is not JSON", async () => {
    for (const type of ["text/plain", "application/x-www-form-urlencoded", null]) {
      const answer = await account.api.request("POST", CONNECT, body({}), { "content-type": type });
      expect(refusal(answer)).toMatchObject({ status: 415, code: "unsupported_media_type" });
    }
  });

  test("no session, a wrong session, a wrong key", async () => {
    for (const headers of [
      { authorization: null },
      { authorization: "Bearer cck_wrong" },
      { authorization: `Bearer ${account.tenant.apiKey}x` },
      { authorization: account.tenant.apiKey },
      { authorization: null, cookie: "better-auth.session_token=abc.def" },
    ]) {
      for (const [method, path] of [
        ["GET", "/api/v1/channels/status"],
        ["POST", CONNECT],
        ["POST", DISCONNECT],
      ] as const) {
        const answer = await account.api.request(
          method,
          path,
          method === "GET" ? undefined : body({}),
          headers,
        );
        expect(refusal(answer)).toMatchObject({ status: 401, code: "unauthenticated" });
      }
    }
  });

  test("to disconnect what nobody knows", async () => {
    const refuse = async (sent: unknown) => refusal(await account.api.request("POST", DISCONNECT, sent));
    expect(await refuse({ channel: "carrier-pigeon" })).toMatchObject({
      status: 400,
      code: "unknown_channel",
    });
    expect(await refuse({ channel: "telegram", accountId: "tenant-a" })).toMatchObject({
      code: "invalid_request",
      paths: ["accountId"],
    });
  });

  afterAll(async () => {
    expect((await account.api.reaches("telegram", ["not_connected"], PATIENCE_MS)).problem).toBeNull();
    const left = await query(
      `SELECT id::text FROM connections WHERE billing_account_id = $1
       UNION ALL SELECT id::text FROM audit_log WHERE billing_account_id = $1`,
      [account.id],
    );
    expect(left).toEqual([]);
  });
});

test("what was never connected is disconnected already", async () => {
  const { api, id } = await makeAccount(world);
  const answer = await api.request("POST", DISCONNECT, { channel: "telegram" });
  expect(answer).toMatchObject({ status: 200, body: { channel: "telegram", status: "disconnected" } });
  expect(await query("SELECT FROM audit_log WHERE billing_account_id = $1", [id])).toEqual([]);
});

test("a text that is no token of the messenger is refused by the messenger, and nowhere else", async () => {
  const account = await makeAccount(world);
  await account.api.connect("telegram", "that is no token / ?#%20");
  const { problem } = await account.api.reaches("telegram", ["action_required"], PATIENCE_MS);
  expect(problem?.code).toBe("credential_refused");
});

test("a key sees its own tenant's account and no other, and a second tenant's same token disturbs nobody", async () => {
  const [owner, second] = await makeAccounts(world, 2);
  if (!owner || !second) throw new Error("no tenants were made");
  await connectAll([owner]);
  const before = (await accountRows(world)).get(owner.accountId);

  const answer = await second.api.request("POST", CONNECT, { channel: "telegram", credential: owner.token });
  expect(refusal(answer)).toEqual({ status: 409, code: "credential_claimed", paths: undefined });
  const others = JSON.stringify([answer.body, await second.api.status()]);
  for (const secret of [owner.id, owner.token, owner.username]) expect(others).not.toContain(secret);
  expect(await second.api.reaches("telegram", ["not_connected"], PATIENCE_MS)).toMatchObject({
    accountId: null,
  });

  expect((await owner.api.reaches("telegram", ["connected"], PATIENCE_MS)).accountId).toBe(owner.accountId);
  expect((await accountRows(world)).get(owner.accountId)?.lastStartAt).toBe(before?.lastStartAt);
  expect((await world.telegram.polls(owner.token)).some(({ endedAt }) => endedAt === null)).toBe(true);

  // Given up by its owner, it may be another's.
  await disconnectAll([owner]);
  await connectAll([{ ...second, token: owner.token }]);
});

test.runIf(LONG)(
  "of two tenants that offer one token at the same moment exactly one owns it, and the other is told so",
  async () => {
    const pair = await makeAccounts(world, 2);
    const { token } = await world.bot();
    await Promise.all(
      pair.map(({ api }) => api.request("POST", CONNECT, { channel: "telegram", credential: token })),
    );
    const ends = await vi.waitFor(async () => {
      const found = await Promise.all(
        pair.map(async ({ api }) =>
          (await api.status()).channels.find(({ channel }) => channel === "telegram"),
        ),
      );
      const words = found.map((status) => `${status?.state} ${status?.problem?.code ?? ""}`.trim()).sort();
      expect([
        ["action_required credential_claimed", "connected"],
        ["connected", "not_connected"],
      ]).toContainEqual(words);
      return found;
    }, BOUND);
    const owner = pair[ends.findIndex((status) => status?.state === "connected")];
    await world.telegram.say(token, { chat: 9, text: `whose is it ${token.slice(0, 5)}` });
    await vi.waitFor(async () => {
      const heard = (await world.llm.calls()).filter(({ lastUserText }) =>
        lastUserText.startsWith(`whose is it ${token.slice(0, 5)}`),
      );
      expect(heard.map(({ endUserId }) => endUserId)).toEqual([owner?.id]);
    }, BOUND);
  },
);

test.runIf(LONG)(
  "one tenant's two wishes at once become one account, with the token that was wished last",
  async () => {
    const account = await makeAccount(world);
    const same = await Promise.all([1, 2].map(() => account.api.connect("telegram", account.token)));
    expect(new Set(same.map(({ accountId }) => accountId))).toEqual(new Set([account.accountId]));
    await account.api.reaches("telegram", ["connected"], PATIENCE_MS);

    const bots = [await world.bot(), await world.bot()];
    await Promise.all(bots.map(({ token }) => account.api.connect("telegram", token)));
    const openPolls = async () =>
      Promise.all(
        [...bots, account].map(async ({ token }) =>
          (await world.telegram.polls(token)).some(({ endedAt }) => endedAt === null),
        ),
      );
    await vi.waitFor(async () => {
      const { displayName } = await account.api.reaches("telegram", ["connected"], PATIENCE_MS);
      const winner = bots.findIndex(({ username }) => `@${username}` === displayName);
      expect(winner).toBeGreaterThanOrEqual(0);
      expect(await openPolls()).toEqual([winner === 0, winner === 1, false]);
    }, BOUND);
    const rows = await query("SELECT revoked_at FROM connections WHERE billing_account_id = $1", [
      account.id,
    ]);
    expect(rows).toEqual([{ revoked_at: null }]);
  },
);

test.runIf(LONG)(
  "of connect and disconnect at once the last wish wins, and the one it overtook is told so",
  async () => {
    const account = await makeAccount(world);
    const { api, id, token } = account;
    await connectAll([account]);
    /** Waits until the wish is written, not for its outcome: the next one overtakes it. */
    const wish = async (path: string, body: object, desired: string) => {
      const answer = api.request("POST", path, body);
      await vi.waitFor(async () => {
        const [open] = await query<{ desired_state: string }>(
          "SELECT desired_state FROM connections WHERE billing_account_id = $1 AND revoked_at IS NULL",
          [id],
        );
        expect(open?.desired_state ?? "disconnected").toBe(desired);
      }, BOUND);
      return { answer };
    };
    const disconnect = () => wish(DISCONNECT, { channel: "telegram" }, "disconnected");
    const connect = (credential: string) => wish(CONNECT, { channel: "telegram", credential }, "connected");
    const end = async ({ answer }: { answer: Promise<Answer> }) => {
      const { status, body } = await answer;
      return status === 200 ? "done" : problemSchema.parse(body).code;
    };
    const isPolled = async (one: string) =>
      (await world.telegram.polls(one)).some(({ endedAt }) => endedAt === null);

    const first = await disconnect();
    const second = await connect(token);
    expect(["done", "superseded"]).toContain(await end(first));
    expect(await end(second)).toBe("done");
    await api.reaches("telegram", ["connected"], PATIENCE_MS);
    await vi.waitFor(async () => expect(await isPolled(token)).toBe(true), BOUND);

    const next = await world.bot();
    const third = await connect(next.token);
    const fourth = await disconnect();
    expect(["done", "superseded"]).toContain(await end(third));
    expect(["done", "gateway_timeout"]).toContain(await end(fourth));
    await api.reaches("telegram", ["not_connected"], PATIENCE_MS);
    expect([await isPolled(token), await isPolled(next.token)]).toEqual([false, false]);
    expect((await accountRows(world)).get(account.accountId)?.running ?? false).toBe(false);
  },
);
