/** What a tenant's agent may use: who may say so, who overwrites whom, and in whose day and month it is counted. */
import type { BillingAccountId, ChangeLimitsRequest, LimitName, Limits } from "@cogni/contract";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { list } from "../../src/db/audit.ts";
import { forgetQuotas, setOperatorBudget } from "../../src/db/limits.ts";
import { withService, withTenant } from "../../src/db/tenant.ts";
import { createLimits } from "../../src/usage/limits.ts";
import { asSuperuser, type TestDatabase, tenants, testDatabase } from "../support/database.ts";
import { type Edge, newKey, postJson, problemOf, startEdge } from "../support/edge.ts";
import { principalOfKey, usageEvent, use } from "../support/usage.ts";

let database: TestDatabase;
let edge: Edge;
let acme: BillingAccountId;
let umbrella: BillingAccountId;
let auckland: BillingAccountId;

beforeAll(async () => {
  database = await testDatabase();
  edge = await startEdge(database);
  [acme, umbrella, auckland] = await tenants(database.db, "acme", "umbrella", "auckland");
});
afterAll(async () => {
  await edge.close();
  await database.drop();
});

const bearer = async (tenant: BillingAccountId, scopes?: Parameters<typeof newKey>[2]) => ({
  authorization: `Bearer ${(await newKey(edge, tenant, scopes)).key}`,
});
const read = async (tenant: BillingAccountId) =>
  (await (await fetch(`${edge.url}/api/v1/limits`, { headers: await bearer(tenant) })).json()) as Limits;
const change = async (tenant: BillingAccountId, body: object) =>
  postJson(`${edge.url}/api/v1/limits`, body, await bearer(tenant));
const NONE: ChangeLimitsRequest = {
  dayBudget: null,
  monthBudget: null,
  callsPerMinute: null,
  tokensPerMinute: null,
  concurrentCalls: null,
  messagesPerDay: null,
  endUser: { dayBudget: null, callsPerMinute: null, messagesPerDay: null },
  reachedText: "",
  timeZone: "UTC",
  version: 0,
};
const limits = (more: Partial<ChangeLimitsRequest> = {}) => ({ ...NONE, ...more });

test("a tenant that nobody limited is not limited, and says so", async () => {
  expect(await read(umbrella)).toEqual({ ...NONE, operatorMonthBudget: null, changedAt: null, standing: [] });
});

test("every limit is kept as it was set, to the last nano-dollar of a billion", async () => {
  const wished = limits({
    dayBudget: "999999999999999999",
    monthBudget: "1",
    callsPerMinute: 1,
    tokensPerMinute: 1_000_000_000,
    concurrentCalls: 2,
    messagesPerDay: 3,
    endUser: { dayBudget: "999999999999999998", callsPerMinute: 4, messagesPerDay: 5 },
    reachedText: "Bis morgen! 👋\nIhr Team",
    timeZone: "Pacific/Auckland",
  });
  const answer = await change(acme, wished);
  expect(answer.status, await answer.clone().text()).toBe(200);
  expect(await answer.json()).toMatchObject({ ...wished, version: 1, changedAt: expect.any(String) });
  expect(await read(acme)).toMatchObject({ ...wished, version: 1 });
  const [entry] = await withTenant(database.db, acme, (tx) => list(tx, 1));
  expect(entry).toMatchObject({ action: "limits.change", actor: { kind: "key" }, outcome: "done" });
  expect(entry?.subject).toMatch(/^version 1: dayBudget none → 999999999\.999999999 USD, .*reachedText$/);
  expect(entry?.subject).not.toContain("morgen");
});

test("a second tab does not overwrite what it has not seen, of two at once one wins, and the same again is saved already", async () => {
  const { version } = await read(acme);
  const both = await Promise.all(
    [7, 8].map((messagesPerDay) => change(acme, limits({ messagesPerDay, version }))),
  );
  expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
  const stale = await problemOf(await change(acme, limits({ messagesPerDay: 9, version })));
  expect(stale).toMatchObject({ status: 409, code: "limits_changed" });
  const { messagesPerDay } = await read(acme);
  const same = await change(acme, limits({ messagesPerDay, version: 0 }));
  expect(await same.json()).toMatchObject({ version: version + 1 });
  const first = await Promise.all(
    [1, 2].map((dayBudget) => change(umbrella, limits({ dayBudget: String(dayBudget) }))),
  );
  expect(first.map(({ status }) => status).sort()).toEqual([200, 409]);
  expect((await change(auckland, limits({ dayBudget: "1", version: 7 }))).status).toBe(409);
});

test.each([
  ["dayBudget", { dayBudget: "0" }],
  ["dayBudget", { dayBudget: "1.5" }],
  ["monthBudget", { monthBudget: "1000000000000000000" }],
  ["callsPerMinute", { callsPerMinute: 0 }],
  ["timeZone", { timeZone: "Europe/Atlantis" }],
  ["timeZone", { timeZone: "+02:00" }],
  ["timeZone", { timeZone: "europe/berlin" }],
  ["reachedText", { reachedText: "a\u0000b" }],
  ["operatorMonthBudget", { operatorMonthBudget: "5" }],
])("a wrong %s is refused by its name, and nothing is kept of it", async (path, wrong) => {
  const before = await read(acme);
  const refused = await problemOf(await change(acme, { ...limits({ version: before.version }), ...wrong }));
  expect(refused).toMatchObject({ status: 400, errors: [{ path }] });
  expect(await read(acme)).toEqual(before);
});

test("whoever may read what is used may not change the limits, and other keys not even read them", async () => {
  const reads = await bearer(acme, ["usage:read"]);
  expect((await fetch(`${edge.url}/api/v1/limits`, { headers: reads })).status).toBe(200);
  expect((await postJson(`${edge.url}/api/v1/limits`, limits(), reads)).status).toBe(403);
  const other = await bearer(acme, ["channels:read", "agent:write"]);
  expect((await fetch(`${edge.url}/api/v1/limits`, { headers: other })).status).toBe(403);
});

describe("what is used", () => {
  /** @param refused when a call was first refused by it */
  const take = async (
    tenant: BillingAccountId,
    name: LimitName,
    during: string,
    used: bigint,
    refused?: string,
  ) => {
    await asSuperuser(
      database,
      `INSERT INTO quotas (billing_account_id, name, subject, during, used, refused_at, drop_after)
       VALUES ($1, $2, '', $3, $4, now(), now() + interval '1 day')`,
      [tenant, name, during, used.toString()],
    );
    if (refused !== undefined)
      await use(
        database.db,
        tenant,
        usageEvent({ at: new Date(refused), outcome: "limited", limitName: name }),
      );
  };
  const standingAt = async (tenant: BillingAccountId, at: string) =>
    (await createLimits(database.db, () => new Date(at)).read(principalOfKey(tenant))).standing;

  test("is counted in the day and the month of the tenant's time zone, up to and across a month's end", async () => {
    const zoned = { dayBudget: "100", monthBudget: "1000", messagesPerDay: 10, timeZone: "Pacific/Auckland" };
    expect((await change(auckland, limits(zoned))).status).toBe(200);
    await take(auckland, "day_budget", "2026-11-30", 30n);
    await take(auckland, "day_budget", "2026-12-01", 1n, "2026-11-30T11:00:00Z");
    // As if they had been changed before all of it.
    await asSuperuser(
      database,
      "UPDATE limits SET changed_at = '2026-11-01' WHERE billing_account_id = 'auckland'",
    );
    await take(auckland, "month_budget", "2026-11", 300n);
    await take(auckland, "messages_per_day", "2026-11-30", 3n);
    // Summer time, 13 hours ahead: 11:00Z is midnight.
    expect(await standingAt(auckland, "2026-11-30T10:59:59.999Z")).toEqual([
      { limit: "day_budget", used: "30", of: "100", reachedAt: null, resetsAt: "2026-11-30T11:00:00.000Z" },
      {
        limit: "month_budget",
        used: "300",
        of: "1000",
        reachedAt: null,
        resetsAt: "2026-11-30T11:00:00.000Z",
      },
      {
        limit: "messages_per_day",
        used: "3",
        of: "10",
        reachedAt: null,
        resetsAt: "2026-11-30T11:00:00.000Z",
      },
    ]);
    expect(await standingAt(auckland, "2026-11-30T11:00:00Z")).toEqual([
      expect.objectContaining({
        used: "1",
        reachedAt: expect.any(String),
        resetsAt: "2026-12-01T11:00:00.000Z",
      }),
      expect.objectContaining({ used: "0", resetsAt: "2026-12-31T11:00:00.000Z" }),
      expect.objectContaining({ used: "0", resetsAt: "2026-12-01T11:00:00.000Z" }),
    ]);
  });

  test("begins anew at midnight as the clocks say it, also on a day of 23 or 25 hours", async () => {
    const { version } = await read(umbrella);
    const zoned = { dayBudget: "100", timeZone: "America/Los_Angeles", version };
    expect((await change(umbrella, limits(zoned))).status).toBe(200);
    const resetOn = async (at: string) => (await standingAt(umbrella, at))[0]?.resetsAt;
    expect(await resetOn("2026-03-08T09:00:00Z")).toBe("2026-03-09T07:00:00.000Z");
    expect(await resetOn("2026-11-01T08:00:00Z")).toBe("2026-11-02T08:00:00.000Z");
  });

  test("of a month is measured by the lesser of the tenant's budget and the operator's", async () => {
    const set = (nano: bigint | null) =>
      withService(database.db, (tx) => setOperatorBudget(tx, auckland, nano));
    const month = async () =>
      (await standingAt(auckland, "2026-11-28T00:00:00Z")).find(({ limit }) => limit === "month_budget")?.of;
    const { version } = await read(auckland);
    await set(400n);
    expect(await month()).toBe("400");
    expect(await read(auckland)).toMatchObject({ operatorMonthBudget: "400", monthBudget: "1000", version });
    await set(4_000n);
    expect(await month()).toBe("1000");
    await set(null);
    expect((await read(auckland)).operatorMonthBudget).toBeNull();
  });

  test("is forgotten when nobody asks about its window any more", async () => {
    await asSuperuser(
      database,
      "UPDATE quotas SET drop_after = now() - interval '1 s' WHERE during = '2026-11'",
    );
    const before = await asSuperuser(database, "SELECT during FROM quotas WHERE during <> '2026-11'");
    await withService(database.db, forgetQuotas);
    expect(await asSuperuser(database, "SELECT during FROM quotas")).toEqual(before);
  });
});
