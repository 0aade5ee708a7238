/** What is written of calls: each once, and the sums of the days equal to it, in whichever order and however often it is told. */
import { randomUUID } from "node:crypto";
import type { BillingAccountId } from "@cogni/contract";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { withService, withTenant } from "../../src/db/tenant.ts";
import { rebuildUsageDays, unequalUsageDays } from "../../src/db/usage-days.ts";
import { recordReplyFates, recordUpstreamCosts, type UpstreamCost } from "../../src/db/usage-write.ts";
import { asSuperuser, type TestDatabase, tenants, testDatabase } from "../support/database.ts";
import { usageEvent, use } from "../support/usage.ts";

let database: TestDatabase;
let acme: BillingAccountId;
let umbrella: BillingAccountId;
let initech: BillingAccountId;

beforeAll(async () => {
  database = await testDatabase();
  [acme, umbrella, initech] = await tenants(database.db, "acme", "umbrella", "initech");
});
afterAll(() => database.drop());

const told = (callId: string, costNano: bigint): UpstreamCost => ({
  callId,
  at: new Date(),
  model: "echo",
  promptTokens: 1,
  completionTokens: 1,
  costNano,
});
const bill = (tenant: BillingAccountId, ...items: UpstreamCost[]) =>
  withTenant(database.db, tenant, (tx) => recordUpstreamCosts(tx, items));
const unequal = (tenant: BillingAccountId) => withTenant(database.db, tenant, unequalUsageDays);
const sums = (tenant: BillingAccountId) =>
  withTenant(database.db, tenant, (tx) =>
    tx.query<Record<string, unknown>>(
      "SELECT day::text, channel, model, calls, cost_nano::text AS cost FROM usage_days ORDER BY 1, 2, 3",
    ),
  );
async function costOn(tenant: BillingAccountId, channel: string) {
  return (await sums(tenant)).find((row) => row.channel === channel)?.cost;
}

test("a call that is told twice, in one batch, after another and by several at once, is written once", async () => {
  const events = Array.from({ length: 20 }, () => usageEvent({ channel: "once" }));
  expect(await use(database.db, acme, ...events, ...events)).toBe(20);
  expect(await use(database.db, acme, ...events)).toBe(0);
  const more = Array.from({ length: 20 }, () => usageEvent({ channel: "once" }));
  const written = await Promise.all(
    Array.from({ length: 8 }, (_, start) =>
      use(database.db, acme, ...more.slice(start), ...more.slice(0, start)),
    ),
  );
  expect(written.reduce((sum, count) => sum + count, 0)).toBe(20);
  expect(await sums(acme)).toEqual([
    { day: "2026-11-28", channel: "once", model: "echo", calls: 40, cost: "800000" },
  ]);
});

test("a day's sum is under the model that answered, and counts what was limited, estimated and unpriced", async () => {
  await use(
    database.db,
    umbrella,
    usageEvent({ answeredBy: "echo-2", measured: false }),
    usageEvent({ answeredBy: "echo-2", priced: false, cachedTokens: 4, reasoningTokens: 3 }),
    usageEvent({ outcome: "limited", limitName: "day_budget", costNano: 0n }),
  );
  expect(
    await withTenant(database.db, umbrella, (tx) => tx.query("SELECT * FROM usage_days ORDER BY model")),
  ).toEqual([
    expect.objectContaining({ model: "echo", calls: 1, limited: 1, estimated: 0, unpriced: 0, cost_nano: 0 }),
    expect.objectContaining({
      model: "echo-2",
      calls: 2,
      limited: 0,
      estimated: 1,
      unpriced: 1,
      prompt_tokens: 20,
      cached_tokens: 4,
      completion_tokens: 10,
      reasoning_tokens: 3,
      cost_nano: 40_000,
    }),
  ]);
});

test("the upstream's figure replaces ours, whether it comes before the call, after it, or twice", async () => {
  const [before, after] = [usageEvent({ channel: "before" }), usageEvent({ channel: "after" })];
  await bill(acme, told(before.callId, 7n));
  await use(database.db, acme, before, after);
  expect(await bill(acme, told(after.callId, 50_000n), told(after.callId, 9n))).toBe(1);
  expect(await bill(acme, told(after.callId, 9n), told(before.callId, 9n))).toBe(0);
  expect([await costOn(acme, "before"), await costOn(acme, "after")]).toEqual(["7", "50000"]);
  expect(await unequal(acme)).toEqual([]);
});

test("a call and the upstream's figure for it that are written at once end in the upstream's figure", async () => {
  const calls = Array.from({ length: 40 }, () => usageEvent({ channel: "at-once" }));
  await Promise.all(
    calls.flatMap((call) => [use(database.db, acme, call), bill(acme, told(call.callId, 3n))]),
  );
  expect(await costOn(acme, "at-once")).toBe("120");
  expect(await unequal(acme)).toEqual([]);
});

test("after any history the sums equal the calls, and are the same when they are made anew", async () => {
  const ids = Array.from({ length: 6 }, () => randomUUID());
  const id = fc.constantFrom(...ids);
  const event = fc
    .record({
      callId: id,
      day: fc.constantFrom("2026-11-27", "2026-11-28"),
      channel: fc.constantFrom("", "telegram"),
      answeredBy: fc.constantFrom(null, "echo", "other"),
      measured: fc.boolean(),
      priced: fc.boolean(),
      outcome: fc.constantFrom("completed", "limited", "broken"),
      costNano: fc.bigInt(0n, 10n ** 15n),
    } as const)
    .map(usageEvent);
  const step = fc.oneof(
    fc.array(event, { maxLength: 4 }).map((events) => () => use(database.db, initech, ...events)),
    fc.tuple(id, fc.bigInt(0n, 10n ** 15n)).map(
      ([callId, nano]) =>
        () =>
          bill(initech, told(callId, nano)),
    ),
    fc.constant(() =>
      withTenant(database.db, initech, (tx) => rebuildUsageDays(tx, "2026-11-28", "2026-11-28")),
    ),
  );
  await fc.assert(
    fc
      .asyncProperty(
        fc.array(fc.array(step, { minLength: 1, maxLength: 3 }), { maxLength: 6 }),
        async (history) => {
          for (const atOnce of history) await Promise.all(atOnce.map((run) => run()));
          expect(await unequal(initech)).toEqual([]);
          const kept = await sums(initech);
          await withTenant(database.db, initech, (tx) => rebuildUsageDays(tx, "2026-01-01", "2026-12-31"));
          expect(await sums(initech)).toEqual(kept);
        },
      )
      .afterEach(async () => {
        for (const table of ["usage_days", "usage_events", "upstream_costs"])
          await asSuperuser(database, `DELETE FROM ${table} WHERE billing_account_id = $1`, [initech]);
      }),
    { numRuns: 25 },
  );
});

test("a sum that someone changed by hand is found by its day, and put right", async () => {
  await use(database.db, acme, usageEvent({ day: "2026-10-01" }));
  await asSuperuser(database, "UPDATE usage_days SET cost_nano = cost_nano + 1 WHERE day = '2026-10-01'");
  expect(await unequal(acme)).toEqual(["2026-10-01"]);
  await withTenant(database.db, acme, (tx) => rebuildUsageDays(tx, "2026-10-01", "2026-10-01"));
  expect(await unequal(acme)).toEqual([]);
});

test("a model's name that no text may have is written without it, and stops no other call of the batch", async () => {
  const written = await use(
    database.db,
    acme,
    usageEvent({ channel: "nul", answeredBy: "echo\0\ud800" }),
    usageEvent({ channel: "nul" }),
  );
  expect(written).toBe(2);
});

test("the first word on a reply stays", async () => {
  const say = (fate: "replied" | "dropped") =>
    withTenant(database.db, acme, (tx) => recordReplyFates(tx, [{ logicalId: "message", fate }]));
  await say("replied");
  await say("dropped");
  expect(await withTenant(database.db, acme, (tx) => tx.query("SELECT fate FROM reply_fates"))).toEqual([
    { fate: "replied" },
  ]);
});

test.each(["usage_events", "upstream_costs", "reply_fates", "ledger_entries"])(
  "what stands in %s is changed and deleted by no tenant's request, and changed by no operator's",
  async (table) => {
    const change = `UPDATE ${table} SET billing_account_id = billing_account_id`;
    for (const sql of [change, `DELETE FROM ${table}`])
      await expect(withTenant(database.db, acme, (tx) => tx.query(sql))).rejects.toThrow(/permission denied/);
    await expect(withService(database.db, (tx) => tx.query(change))).rejects.toThrow(/permission denied/);
  },
);

test("another tenant's calls are neither seen, nor billed, nor in the way", async () => {
  const call = usageEvent({ channel: "walled" });
  await use(database.db, acme, call);
  await bill(umbrella, told(call.callId, 1n));
  expect(await costOn(acme, "walled")).toBe("20000");
  expect(await use(database.db, umbrella, { ...call, channel: "walled" })).toBe(1);
  expect(await costOn(umbrella, "walled")).toBe("1");
});

test("what is known of a call stands each in the column of its own name", async () => {
  const call = usageEvent({
    logicalId: "the logical id",
    requestId: "the request's",
    gatewayId: "a gateway",
    at: new Date("2026-11-28T10:00:00.123Z"),
    channel: "each",
    conversation: "whose talk",
    endUser: "who talks",
    model: "asked for",
    answeredBy: "that answered",
    route: "/chat/completions",
    streamed: true,
    outcome: "limited",
    limitName: "day_budget",
    status: 201,
    promptTokens: 31,
    cachedTokens: 7,
    completionTokens: 23,
    reasoningTokens: 5,
    // More than a double has digits for.
    costNano: 9_007_199_254_740_993n,
    measured: true,
    priced: false,
    latencyMs: 111,
    firstByteMs: 99,
  });
  await use(database.db, acme, call);
  const [row] = await asSuperuser(
    database,
    "SELECT *, day::text AS day, cost_nano::text AS cost_nano FROM usage_events WHERE call_id = $1",
    [call.callId],
  );
  const expected = Object.entries(call).map(([key, value]) => [
    key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    typeof value === "bigint" ? value.toString() : value,
  ]);
  const { billing_account_id: tenant, ...told } = row ?? {};
  const numbers = Object.entries(told).map(([name, value]) => [
    name,
    name.endsWith("_tokens") ? Number(value) : value,
  ]);
  expect(tenant).toBe(acme);
  expect(Object.fromEntries(numbers)).toEqual(Object.fromEntries(expected));
});
