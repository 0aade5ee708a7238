/** The main job, through the API against the real gateway: a bot is connected, answers, is replaced, is disconnected. */
import { expect, inject, test, vi } from "vitest";
import { joinWorld } from "../../dev-env/src/world-client.ts";
import { connectAll, disconnectAll, makeAccount, makeAccounts, PATIENCE_MS } from "../support/accounts.ts";
import { ask } from "../support/asking.ts";
import { databaseOf } from "../support/database.ts";
import { accountRows, gatewayConfig } from "../support/gateway.ts";
import { measured } from "../support/measured.ts";

const world = joinWorld(inject("world"));
const { query } = databaseOf(world);
const BOUND = { timeout: PATIENCE_MS, interval: 200 };
vi.setConfig({ testTimeout: 180_000 });
// At the same time: what they wish is written into the gateway's config at once.

test.concurrent("a connected bot answers as its tenant's agent, and after the disconnect nothing of it is left running", async () => {
  const account = await makeAccount(world);
  const { id, accountId, api, token, username } = account;
  const askedAt = Date.now();
  expect(await api.connect("telegram", token)).toMatchObject({ accountId, channel: "telegram", error: null });
  await api.reaches("telegram", ["connected"], PATIENCE_MS);
  measured(`connected ${Date.now() - askedAt} ms after the request`);
  await vi.waitFor(
    async () =>
      expect((await api.reaches("telegram", ["connected"], PATIENCE_MS)).displayName).toBe(`@${username}`),
    BOUND,
  );

  await ask(world, { token, chat: 5, text: "hello bot" });
  expect(new Set((await world.telegram.sent(token)).map(({ text }) => text))).toEqual(new Set(["hello bot"]));
  const calls = (await world.llm.calls()).filter(({ lastUserText }) => lastUserText === "hello bot");
  expect(new Set(calls.map(({ endUserId }) => endUserId))).toEqual(new Set([id]));
  await vi.waitFor(async () => {
    const { status } = await api.reaches("telegram", ["connected"], PATIENCE_MS);
    expect(status).toMatchObject({ connected: true, running: true, configured: true, lastError: null });
    expect(status.lastInboundAt).not.toBeNull();
    expect(status.lastOutboundAt).not.toBeNull();
  }, BOUND);

  await disconnectAll([account]);
  expect((await api.reaches("telegram", ["not_connected"], PATIENCE_MS)).accountId).toBeNull();
  const asked = (await world.telegram.polls(token)).length;
  await world.telegram.say(token, { chat: 5, text: "is anyone there?" });
  // The watcher and the loop have had several looks at the account by then.
  const seenAt = (await api.status()).observedAt ?? "";
  await vi.waitFor(async () => {
    const { observedAt } = await api.status();
    expect(Date.parse(observedAt ?? "")).toBeGreaterThan(Date.parse(seenAt) + 3_000);
  }, BOUND);
  const polls = await world.telegram.polls(token);
  expect(polls.length).toBe(asked);
  expect(polls.filter(({ endedAt }) => endedAt === null)).toEqual([]);
  expect(await world.telegram.pending(token)).toBe(1);

  const config = JSON.stringify((await gatewayConfig(world)).sourceConfig);
  // The agent, which holds the tenant's conversations, stays.
  expect(JSON.parse(config)).toMatchObject({ agents: { entries: { [accountId]: {} } } });
  expect(JSON.parse(config).channels.telegram.accounts?.[accountId]).toBeUndefined();
  expect(JSON.parse(config).bindings).not.toContainEqual(expect.objectContaining({ agentId: accountId }));
  expect(
    await query(
      `SELECT encrypted_credentials, encryption_key_id, credential_fingerprint, revoked_at IS NOT NULL AS closed
       FROM connections WHERE billing_account_id = $1`,
      [id],
    ),
  ).toEqual([
    { encrypted_credentials: null, encryption_key_id: null, credential_fingerprint: null, closed: true },
  ]);
  expect(
    await query(
      "SELECT action, outcome, actor->>'kind' AS by FROM audit_log WHERE billing_account_id = $1 ORDER BY id",
      [id],
    ),
  ).toEqual([
    { action: "channel.connect", outcome: "requested", by: "key" },
    { action: "channel.connect", outcome: "connected", by: "system" },
    { action: "channel.disconnect", outcome: "requested", by: "key" },
    { action: "channel.disconnect", outcome: "disconnected", by: "system" },
  ]);
});

test.concurrent("replacing a token restarts that account alone, and the same token again restarts nothing", async () => {
  const [replaced, other] = await makeAccounts(world, 2);
  if (!replaced || !other) throw new Error("no tenants were made");
  await connectAll([replaced, other]);
  const before = await accountRows(world);

  await connectAll([replaced]);
  expect((await accountRows(world)).get(replaced.accountId)?.lastStartAt).toBe(
    before.get(replaced.accountId)?.lastStartAt,
  );

  const next = await world.bot();
  await connectAll([{ ...replaced, ...next }]);
  await vi.waitFor(
    async () =>
      expect((await replaced.api.reaches("telegram", ["connected"], PATIENCE_MS)).displayName).toBe(
        `@${next.username}`,
      ),
    BOUND,
  );
  const after = await accountRows(world);
  expect(after.get(replaced.accountId)?.lastStartAt).toBeGreaterThan(
    before.get(replaced.accountId)?.lastStartAt ?? Number.POSITIVE_INFINITY,
  );
  expect(after.get(other.accountId)?.lastStartAt).toBe(before.get(other.accountId)?.lastStartAt);
  expect((await world.telegram.polls(next.token)).some(({ endedAt }) => endedAt === null)).toBe(true);
  expect((await world.telegram.polls(replaced.token)).filter(({ endedAt }) => endedAt === null)).toEqual([]);
});

test.concurrent("what was disconnected is connected again, with the same token", async () => {
  const account = await makeAccount(world);
  await connectAll([account]);
  await disconnectAll([account]);
  const seen = (await world.telegram.polls(account.token)).length;
  await connectAll([account]);
  expect((await world.telegram.polls(account.token)).length).toBeGreaterThan(seen);
});
