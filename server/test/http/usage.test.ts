/** What a tenant's calls cost, as it is told: in its own days, whole, exact, and no other tenant's. */
import { randomUUID } from "node:crypto";
import type { BillingAccountId, UsageCalls, UsageReport } from "@cogni/contract";
import { afterAll, beforeAll, expect, test } from "vitest";
import { withTenant } from "../../src/db/tenant.ts";
import { recordReplyFates, recordUpstreamCosts } from "../../src/db/usage-write.ts";
import { createUsageReports } from "../../src/usage/report.ts";
import { asSuperuser, type TestDatabase, tenants, testDatabase } from "../support/database.ts";
import { type Edge, newKey, problemOf, startEdge } from "../support/edge.ts";
import { principalOfKey, usageEvent, use } from "../support/usage.ts";

let database: TestDatabase;
let edge: Edge;
let acme: BillingAccountId;
let umbrella: BillingAccountId;
let auckland: BillingAccountId;
let headers: Record<string, string>;

const billed = randomUUID();
const NOVEMBER = "from=2026-11-01&to=2026-11-30";

beforeAll(async () => {
  database = await testDatabase();
  edge = await startEdge(database);
  [acme, umbrella, auckland] = await tenants(database.db, "acme", "umbrella", "auckland");
  headers = { authorization: `Bearer ${(await newKey(edge, acme, ["usage:read"])).key}` };
  const at = (day: string, hour = 12) => ({ day, at: new Date(`${day}T${hour}:00:00Z`) });
  await use(
    database.db,
    acme,
    usageEvent({
      ...at("2026-11-01"),
      callId: billed,
      logicalId: "message-1",
      costNano: 1n,
      conversation: "one",
    }),
    usageEvent({ ...at("2026-11-01", 13), channel: "", conversation: null, endUser: null, measured: false }),
    usageEvent({ ...at("2026-11-03"), conversation: "two", answeredBy: "=cmd|' /C calc'!A0", priced: false }),
    usageEvent({
      ...at("2026-11-03", 13),
      conversation: "two",
      outcome: "limited",
      limitName: "day_budget",
      costNano: 0n,
    }),
    usageEvent({ ...at("2026-10-31"), requestId: "long-ago", costNano: 5n }),
  );
  await withTenant(database.db, acme, async (tx) => {
    await recordUpstreamCosts(tx, [
      {
        callId: billed,
        at: new Date(),
        model: "echo",
        promptTokens: 1,
        completionTokens: 1,
        costNano: 123_456_789_012_345_678n,
      },
    ]);
    await recordReplyFates(tx, [{ logicalId: "message-1", fate: "replied" }]);
  });
  await use(database.db, umbrella, usageEvent({ day: "2026-11-01", costNano: 77n }));
  await asSuperuser(
    database,
    "UPDATE billing_accounts SET time_zone = 'Pacific/Auckland' WHERE id = 'auckland'",
  );
});
afterAll(async () => {
  await edge.close();
  await database.drop();
});

const get = (path: string) => fetch(`${edge.url}/api/v1/usage${path}`, { headers });
const json = async <T>(path: string): Promise<T> => {
  const answer = await get(path);
  expect(answer.status, await answer.clone().text()).toBe(200);
  return (await answer.json()) as T;
};
const EXACT = 123_456_789_012_345_678n;

test("by day there is every day of the span, and the sums are exact", async () => {
  const { rows, total, ...rest } = await json<UsageReport>(`?${NOVEMBER}`);
  expect(rest).toEqual({ from: "2026-11-01", to: "2026-11-30", timeZone: "UTC", by: "day" });
  expect(rows.map(({ key }) => key)).toEqual(
    Array.from({ length: 30 }, (_, index) => `2026-11-${String(index + 1).padStart(2, "0")}`),
  );
  expect(rows[0]).toMatchObject({ calls: 2, estimated: 1, unpriced: 0, cost: String(EXACT + 20_000n) });
  expect(rows[1]).toMatchObject({ calls: 0, promptTokens: 0, cost: "0" });
  expect(rows[2]).toMatchObject({ calls: 2, limited: 1, unpriced: 1, promptTokens: 20, cost: "20000" });
  expect(total).toMatchObject({ calls: 4, limited: 1, cost: String(EXACT + 40_000n) });
});

test.each([
  ["channel", ["telegram", null]],
  ["model", ["echo", "=cmd|' /C calc'!A0"]],
  ["conversation", ["one", "two", null]],
])("by %s the dearest comes first, what belongs to none under null, and it adds up", async (by, keys) => {
  const { rows, total } = await json<UsageReport>(`?${NOVEMBER}&by=${by}`);
  expect(rows.map(({ key }) => key)).toEqual(keys);
  for (const name of [
    "calls",
    "limited",
    "estimated",
    "unpriced",
    "promptTokens",
    "completionTokens",
  ] as const)
    expect(rows.reduce((sum, row) => sum + row[name], 0)).toBe(total[name]);
  expect(rows.reduce((sum, row) => sum + BigInt(row.cost), 0n)).toBe(BigInt(total.cost));
});

test("a call says what it cost and who says so, which limit ended it, and what became of the reply", async () => {
  const { calls, next } = await json<UsageCalls>(`/calls?${NOVEMBER}`);
  expect(next).toBeNull();
  expect(calls.map(({ costSource }) => costSource)).toEqual([
    "measured",
    "measured",
    "estimated",
    "upstream",
  ]);
  expect(calls[0]).toMatchObject({ outcome: "limited", limit: "day_budget", reply: null });
  expect(calls[2]).toMatchObject({ channel: null, conversation: null, endUser: null });
  expect(calls[3]).toMatchObject({
    id: billed,
    cost: String(EXACT),
    reply: "replied",
    at: "2026-11-01T12:00:00.000Z",
  });
});

test("pages of calls are whole and in order, also where calls began at the same moment", async () => {
  const same = Array.from({ length: 7 }, () =>
    usageEvent({ channel: "paged", day: "2026-11-20", at: new Date("2026-11-20T00:00:00Z") }),
  );
  await use(database.db, acme, ...same);
  const seen: string[] = [];
  for (let after = ""; ; ) {
    const page = await json<UsageCalls>(`/calls?${NOVEMBER}&channel=paged&limit=3${after}`);
    seen.push(...page.calls.map(({ id }) => id));
    if (page.next === null) break;
    after = `&after=${page.next}`;
  }
  expect(seen).toEqual(
    same
      .map(({ callId }) => callId)
      .sort()
      .reverse(),
  );
});

test.each([
  ["channel=telegram", 3],
  ["channel=", 1],
  ["conversation=two", 2],
  ["outcome=limited", 1],
  ["model=echo&outcome=completed", 3],
  ["model=%3Dcmd%7C%27%20%2FC%20calc%27%21A0", 1],
  ["requestId=long-ago", 0],
])("calls are narrowed by %s", async (filter, count) => {
  const { calls } = await json<UsageCalls>(`/calls?from=2026-11-01&to=2026-11-10&${filter}`);
  expect(calls).toHaveLength(count);
});

test("a request is found by its id, whenever it was", async () => {
  const { calls } = await json<UsageCalls>("/calls?requestId=long-ago");
  expect(calls.map(({ cost }) => cost)).toEqual(["5"]);
  const file = await get("/export?requestId=long-ago");
  expect((await file.text()).split("\r\n")).toHaveLength(1 + 2);
});

test.each([
  ["from=2026-11-02&to=2026-11-01", "from"],
  ["from=2025-11-01&to=2026-11-30", "from"],
  ["from=2026-02-30", "from"],
  ["by=person", "by"],
])("?%s is refused by its name", async (query, path) => {
  expect(await problemOf(await get(`?${query}`))).toMatchObject({ status: 400, errors: [{ path }] });
});

test("without a span it is the 30 days up to today, as the tenant's clocks have it", async () => {
  const reports = createUsageReports(database.db, () => new Date("2026-11-30T11:00:00Z"));
  const principal = principalOfKey(auckland);
  const { from, to, timeZone, rows } = await reports.sums(principal, { by: "day" });
  expect({ from, to, timeZone }).toEqual({
    from: "2026-11-02",
    to: "2026-12-01",
    timeZone: "Pacific/Auckland",
  });
  expect(rows).toHaveLength(30);
});

test("a call counts in the day of its tenant, and is found in it, however far its clocks are from UTC", async () => {
  const evening = { at: new Date("2026-11-30T11:00:00Z"), day: "2026-12-01" };
  await use(database.db, auckland, usageEvent(evening));
  const reports = createUsageReports(database.db, () => new Date());
  const within = async (from: string, to: string) => [
    (await reports.sums(principalOfKey(auckland), { from, to, by: "conversation" })).rows.length,
    (await reports.calls(principalOfKey(auckland), { from, to, limit: 10 })).calls.length,
  ];
  expect(await within("2026-12-01", "2026-12-31")).toEqual([1, 1]);
  expect(await within("2026-11-01", "2026-11-30")).toEqual([0, 0]);
});

test("a file of calls has a line for each, money exactly and in dollars, and nothing that a spreadsheet would run", async () => {
  const answer = await get("/export?from=2026-11-01&to=2026-11-10");
  expect(answer.headers.get("content-type")).toBe("text/csv; charset=utf-8; header=present");
  expect(answer.headers.get("content-disposition")).toBe(
    'attachment; filename="usage-calls-acme-2026-11-01-2026-11-10.csv"',
  );
  const lines = (await answer.text()).split("\r\n");
  expect(lines[0]).toContain("cost (nano-dollars),cost (USD),cost source");
  expect(lines).toHaveLength(4 + 2);
  expect(lines[4]).toContain(`,${EXACT},123456789.012345678,upstream,true,`);
  expect(lines[2]).toContain(",echo,'=cmd|' /C calc'!A0,");
  expect(lines[3]).toContain(",20000,0.00002,estimated,");
});

test("a file of calls is whole, however many there are", async () => {
  const events = Array.from({ length: 1_203 }, (_, index) =>
    usageEvent({
      day: "2026-11-25",
      at: new Date(Date.UTC(2026, 10, 25, 0, 0, index % 60)),
      channel: "many",
    }),
  );
  await use(database.db, acme, ...events);
  const text = await (await get("/export?from=2026-11-25&to=2026-11-25&channel=many")).text();
  const ids = text
    .split("\r\n")
    .slice(1, -1)
    .map((line) => line.split(",")[0]);
  expect(ids).toHaveLength(1_203);
  expect(new Set(ids)).toEqual(new Set(events.map(({ callId }) => callId)));
});

test("a file of days has a line for each day, channel and model, and refuses filters that days do not know", async () => {
  const text = await (await get("/export?of=days&from=2026-11-01&to=2026-11-10&channel=telegram")).text();
  expect(
    text
      .split("\r\n")
      .slice(1, -1)
      .map((line) => line.split(",").slice(0, 4).join(",")),
  ).toEqual([
    "2026-11-03,telegram,'=cmd|' /C calc'!A0,1",
    "2026-11-03,telegram,echo,1",
    "2026-11-01,telegram,echo,1",
  ]);
  const refused = await problemOf(await get("/export?of=days&conversation=one&outcome=limited"));
  expect(refused.errors.map(({ path }) => path)).toEqual(["conversation", "outcome"]);
});

test("a tenant is told of its own calls alone, also where it names another's", async () => {
  const [theirs] = await asSuperuser(
    database,
    "SELECT call_id FROM usage_events WHERE billing_account_id = 'umbrella'",
  );
  const { calls } = await json<UsageCalls>(`/calls?${NOVEMBER}&after=${theirs?.call_id}`);
  expect(calls).toEqual([]);
  const other = { authorization: `Bearer ${(await newKey(edge, umbrella)).key}` };
  const report = await fetch(`${edge.url}/api/v1/usage?${NOVEMBER}`, { headers: other });
  expect(await report.json()).toMatchObject({ total: { calls: 1, cost: "77" } });
});
