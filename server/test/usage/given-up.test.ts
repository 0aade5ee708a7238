/** What the database refuses for good, and what merely can't be written now: the one is given up alone, the other is kept. */
import { randomUUID } from "node:crypto";
import type { BillingAccountId } from "@cogni/contract";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createPools } from "../../src/db/pool.ts";
import type { UsageEvent } from "../../src/db/usage-write.ts";
import { createLogger } from "../../src/log.ts";
import { Secret } from "../../src/secret.ts";
import { type Books, createBooks } from "../../src/usage/books.ts";
import type { Need } from "../../src/usage/slices.ts";
import { asSuperuser, type TestDatabase, tenants, testDatabase } from "../support/database.ts";
import { flakyDatabase } from "../support/flaky-database.ts";
import { usageEvent } from "../support/usage.ts";

let database: TestDatabase;
let books: Books;
let lines: Record<string, unknown>[];
let acme: BillingAccountId;
let umbrella: BillingAccountId;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  lines = [];
  [acme, umbrella] = await tenants(database.db, `acme-${randomUUID()}`, `umbrella-${randomUUID()}`);
  books = open();
});

const TIMING = { settleMs: 20, waitMs: 1_000, slotMs: 30_000 };
const log = createLogger("error", { write: (line) => void lines.push(JSON.parse(line)) });
const open = (db = database.db) => createBooks({ db, log, process: randomUUID(), timing: TIMING });

/** No call costs less than nothing: the database takes none that says so. */
const refused = (): UsageEvent => usageEvent({ costNano: -1n });
const record = (tenant: BillingAccountId, ...events: UsageEvent[]) => {
  for (const event of events) books.record(tenant, event);
};
const some = (count: number): UsageEvent[] => Array.from({ length: count }, () => usageEvent());
async function written(tenant: BillingAccountId): Promise<string[]> {
  const rows = await asSuperuser(
    database,
    "SELECT call_id FROM usage_events WHERE billing_account_id = $1 ORDER BY call_id",
    [tenant],
  );
  return rows.map(({ call_id }) => String(call_id));
}
const idsOf = (...events: UsageEvent[]): string[] => events.map(({ callId }) => callId).sort();
/** Those of which the log says all that was lost. */
const givenUp = (): unknown[] => lines.filter(({ event }) => event !== undefined);

/** As far as the bill is concerned. */
async function erase(tenant: BillingAccountId): Promise<void> {
  for (const table of ["quotas", "call_slots", "limits", "usage_events", "usage_days"])
    await asSuperuser(database, `DELETE FROM ${table} WHERE billing_account_id = $1`, [tenant]);
  for (const sql of [
    "DELETE FROM placements WHERE billing_account_id = $1",
    "DELETE FROM billing_accounts WHERE id = $1",
  ])
    await asSuperuser(database, sql, [tenant]);
}

/** Looks as often as it takes; the caller says after how many nothing may be owed any more. */
async function settleTimes(times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) await books.settle();
}

test("one call that the database refuses is given up and logged whole; every other of its tenant and of others is written", async () => {
  const [before, after, others] = [some(30), some(30), some(10)];
  record(acme, ...before, refused(), ...after);
  record(umbrella, ...others);
  await settleTimes(2);
  expect(books.kept()).toBe(0);
  expect(await written(acme)).toEqual(idsOf(...before, ...after));
  expect(await written(umbrella)).toEqual(idsOf(...others));
  expect(givenUp()).toMatchObject([{ tenant: acme, events: 1 }]);

  lines = [];
  const later = some(5);
  record(acme, ...later);
  await settleTimes(3);
  expect(await written(acme)).toEqual(idsOf(...before, ...after, ...later));
  expect(lines).toEqual([]);
});

test("several that are refused, the first and the last among them, take none of the good ones with them", async () => {
  const good = some(7);
  record(acme, refused(), ...good.slice(0, 3), refused(), refused(), ...good.slice(3), refused());
  await settleTimes(2);
  expect(await written(acme)).toEqual(idsOf(...good));
  expect(givenUp()).toHaveLength(4);
  expect(books.kept()).toBe(0);
});

test("what is kept of a tenant that was erased is given up, stops no other's, and is not tried again", async () => {
  const others = some(10);
  record(acme, ...some(10));
  record(umbrella, ...others);
  await erase(acme);
  await settleTimes(2);
  expect(books.kept()).toBe(0);
  expect(await written(umbrella)).toEqual(idsOf(...others));
  expect(givenUp()).toHaveLength(10);
  expect(givenUp()).toMatchObject(Array.from({ length: 10 }, () => ({ tenant: acme })));
  lines = [];
  await settleTimes(3);
  expect(lines).toEqual([]);
});

test("a tenant that is erased while its call is under way, and after a refusal by a limit, keeps no process from ending", async () => {
  const need: Need = {
    name: "day_budget",
    subject: "",
    during: "2026-11-28",
    limit: 1_000_000n,
    amount: 1_000n,
    returns: true,
  };
  const { name, subject, during } = need;
  const reserved = await books.reserve(acme, [need]);
  if (!("held" in reserved)) throw new Error("a limit that nobody uses has room");
  const others = some(3);
  await erase(acme);
  // More than it held: what its limits are to be told as well.
  reserved.held.release(() => 900_000n);
  record(acme, ...some(2));
  books.refused(acme, { name, subject, during }, { requestId: "request", remoteAddress: "" });
  record(umbrella, ...others);
  const cut = AbortSignal.timeout(10_000);
  await books.stop(cut);
  expect(cut.aborted).toBe(false);
  expect(books.kept()).toBe(0);
  expect(givenUp()).toHaveLength(2);
  expect(await written(umbrella)).toEqual(idsOf(...others));
});

test("while the database is away nothing is given up; a refused call among what was kept then takes none with it", async () => {
  const flaky = await flakyDatabase(database);
  const db = createPools({ apiUrl: new Secret(flaky.urls.apiUrl), serviceUrl: null }, log);
  books = open(db);
  const good = some(4);
  record(acme, ...good.slice(0, 2), refused(), ...good.slice(2));
  await flaky.cut();
  await expect(books.settle()).rejects.toMatchObject({ code: "database_unavailable" });
  expect([books.kept(), givenUp()]).toEqual([5, []]);
  await flaky.restore();
  await expect
    .poll(async () => {
      await books.settle().catch(() => undefined);
      return books.kept();
    })
    .toBe(0);
  expect(await written(acme)).toEqual(idsOf(...good));
  expect(givenUp()).toHaveLength(1);
  await db.close();
  await flaky.cut();
});
