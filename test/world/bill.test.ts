/** The bill, from a message on a messenger to the row in the ledger: through the real gateway, several tenants at once. */
import {
  limitsSchema,
  type UsageCall,
  type UsageReport,
  usageCallsSchema,
  usageReportSchema,
} from "@cogni/contract";
import { beforeAll, expect, inject, test, vi } from "vitest";
import { joinWorld } from "../../dev-env/src/world-client.ts";
import { type Account, connectAll, makeAccount, makeAccounts } from "../support/accounts.ts";
import { ask } from "../support/asking.ts";
import { databaseOf } from "../support/database.ts";
import { gatewayRpc } from "../support/gateway.ts";
import { LONG } from "../support/long.ts";
import { measured } from "../support/measured.ts";

const world = joinWorld(inject("world"));
const { query } = databaseOf(world);
const PATIENCE = { timeout: 60_000, interval: 200 };
vi.setConfig({ testTimeout: 240_000 });

async function get(account: Account, path: string): Promise<unknown> {
  const response = await fetch(`${world.url}${path}`, {
    headers: { authorization: `Bearer ${account.tenant.apiKey}` },
  });
  expect(response.status, path).toBe(200);
  return response.json();
}

const callsOf = async (account: Account): Promise<UsageCall[]> =>
  usageCallsSchema.parse(await get(account, "/api/v1/usage/calls?limit=200")).calls;
const reportOf = async (account: Account, by: string): Promise<UsageReport> =>
  usageReportSchema.parse(await get(account, `/api/v1/usage?by=${by}`));

const askBot = ({ token }: Account, chat: number, text: string, reply?: string): Promise<void> =>
  ask(world, { token, chat, text, ...(reply !== undefined && { reply }) });

async function changeLimits(account: Account, change: object): Promise<void> {
  const {
    standing: _,
    changedAt: __,
    operatorMonthBudget: ___,
    ...limits
  } = limitsSchema.parse(await get(account, "/api/v1/limits"));
  const response = await fetch(`${world.url}/api/v1/limits`, {
    method: "POST",
    headers: { authorization: `Bearer ${account.tenant.apiKey}`, "content-type": "application/json" },
    body: JSON.stringify({ ...limits, ...change }),
  });
  expect(response.status, await response.clone().text()).toBe(200);
}

/** Whom each of them writes in. */
const CHATS = LONG ? [1, 2, 3] : [1, 2];
/** For all tests: a first answer of an agent is what costs the gateway most. */
let pair: readonly [Account, Account];
beforeAll(async () => {
  pair = (await makeAccounts(world, 2)) as [Account, Account];
  await connectAll(pair);
});

test("messages of several tenants and chats at once, while another tenant is added, are each billed once to their own, by conversation and person, and say that the reply came", async () => {
  for (const account of pair) await askBot(account, 1, `first to ${account.id}`);
  const late = await makeAccount(world);
  await Promise.all([
    connectAll([late]).then(() => askBot(late, 1, `late to ${late.id}`)),
    ...pair.flatMap((account) => CHATS.map((chat) => askBot(account, chat, `${chat} to ${account.id}`))),
  ]);

  const seen = await world.llm.calls();
  for (const account of [...pair, late]) {
    const own = seen.filter(({ endUserId }) => endUserId === account.id);
    const calls = await vi.waitFor(async () => {
      const found = await callsOf(account);
      expect(found).toHaveLength(own.length);
      // A reply that the gateway lost is told as such, and its message was written again.
      expect(found.filter(({ reply }) => reply === null)).toEqual([]);
      expect(found.filter(({ reply }) => reply === "replied").length).toBeGreaterThanOrEqual(
        new Set(own.map(({ lastUserText }) => lastUserText)).size,
      );
      return found;
    }, PATIENCE);
    // Each call that the model answered is one row, by the id that it was told.
    expect(calls.map(({ id }) => id).sort()).toEqual(
      own.map(({ headers }) => headers["x-cogni-call-id"]).sort(),
    );
    for (const call of calls)
      expect(call).toMatchObject({
        channel: "telegram",
        outcome: "completed",
        costSource: "measured",
        priced: true,
      });
    expect(calls.every(({ cost }) => BigInt(cost) > 0n)).toBe(true);
    const chats = account === late ? 1 : CHATS.length;
    expect(new Set(calls.map(({ conversation }) => conversation)).size).toBe(chats);
    expect(new Set(calls.map(({ endUser }) => endUser)).size).toBe(chats);

    const sum = calls.reduce((total, { cost }) => total + BigInt(cost), 0n);
    for (const by of ["day", "channel", "model", "conversation"]) {
      const report = await reportOf(account, by);
      expect(BigInt(report.total.cost), by).toBe(sum);
      expect(
        report.rows.reduce((total, { cost }) => total + BigInt(cost), 0n),
        by,
      ).toBe(sum);
    }
    measured(`${calls.length} calls of one tenant, ${sum} nano-dollars, in ${chats} conversations`);
  }
  const hashes = new Set(
    (await Promise.all(pair.map(callsOf))).flatMap((calls) => calls.map(({ endUser }) => endUser)),
  );
  // The same chat's number is another person at another tenant.
  expect(hashes.size).toBe(2 * CHATS.length);
});

test("calls in sessions that the gateway opens by itself are on the right account, and no message of anybody's", async () => {
  const [account] = pair;
  await askBot(account, 1, "hello there");
  const agentId = account.accountId;
  const run = { runId: `own ${account.id}`, timeoutMs: 30_000 };
  await gatewayRpc(world, "agent", {
    agentId,
    message: "by itself",
    sessionKey: `agent:${agentId}:main`,
    idempotencyKey: run.runId,
  });
  expect(await gatewayRpc(world, "agent.wait", run)).toMatchObject({ status: "ok" });
  await gatewayRpc(world, "sessions.compact", { key: `agent:${agentId}:telegram:${agentId}:direct:1` });
  // Of a longer conversation a compaction asks twice: for what was said, and for how the last turn began.
  const byThemselves = await vi.waitFor(async () => {
    const found = (await callsOf(account)).filter(({ channel }) => channel === null);
    expect(found.length).toBeGreaterThanOrEqual(2);
    return found;
  }, PATIENCE);
  expect(new Set(byThemselves.map(({ reply, endUser }) => reply ?? endUser))).toEqual(new Set([null]));
  const said = new Map(
    (await world.llm.calls()).map(({ headers, lastUserText }) => [headers["x-cogni-call-id"], lastUserText]),
  );
  const words = byThemselves.map(({ id }) => said.get(id));
  expect(words).toContain("by itself");
  expect(words).not.toContain("hello there");
});

test("where a budget is used up, people get the tenant's own sentence at no cost, the tenant an alert and the page the reason, and it ends with a higher budget", async () => {
  const [neighbour, account] = pair;
  await askBot(account, 1, "while there is money");
  const text = "We are out for today. Come back tomorrow!";
  await changeLimits(account, { dayBudget: "1", reachedText: text });
  await askBot(account, 1, "is anybody there?", text);
  await askBot(neighbour, 1, "is anybody here?");

  const [refused] = await vi.waitFor(async () => {
    const found = (await callsOf(account)).filter(({ outcome }) => outcome === "limited");
    expect(found.length).toBeGreaterThan(0);
    return found;
  }, PATIENCE);
  expect(refused).toMatchObject({ limit: "day_budget", cost: "0", status: 200 });
  expect(
    (await world.llm.calls()).filter(({ lastUserText }) => lastUserText === "is anybody there?"),
  ).toEqual([]);
  const { standing } = limitsSchema.parse(await get(account, "/api/v1/limits"));
  expect(standing).toContainEqual(expect.objectContaining({ limit: "day_budget", of: "1" }));
  expect(standing.find(({ limit }) => limit === "day_budget")?.reachedAt).not.toBeNull();
  // From the row to the audit by the request's id.
  expect(
    await query(
      "SELECT action, request_id FROM audit_log WHERE billing_account_id = $1 AND action = 'limits.reached'",
      [account.id],
    ),
  ).toEqual([{ action: "limits.reached", request_id: refused?.requestId }]);
  await vi.waitFor(async () => {
    const { alerts } = (await get(account, "/api/v1/alerts")) as {
      alerts: { kind: string; subject: { id: string } }[];
    };
    expect(alerts.map(({ kind, subject }) => [kind, subject?.id])).toContainEqual([
      "budget_reached",
      "day_budget",
    ]);
  }, PATIENCE);

  await changeLimits(account, { dayBudget: "1000000000" });
  await askBot(account, 2, "and now?");
});
