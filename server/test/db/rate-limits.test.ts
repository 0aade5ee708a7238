import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { createAttemptLimit } from "../../src/auth/attempt-limit.ts";
import { createPools, type Db } from "../../src/db/pool.ts";
import { createCounter, forgetRateLimits } from "../../src/db/rate-limits.ts";
import { withService } from "../../src/db/tenant.ts";
import { Secret } from "../../src/secret.ts";
import { asSuperuser, silent, type TestDatabase, testDatabase } from "../support/database.ts";
import { flakyDatabase } from "../support/flaky-database.ts";

let database: TestDatabase;
/** Two processes, as far as the database is concerned. */
let here: Db;
let there: Db;

beforeAll(async () => {
  database = await testDatabase();
  here = database.db;
  there = createPools(
    { apiUrl: new Secret(database.apiUrl), serviceUrl: new Secret(database.serviceUrl) },
    silent,
  );
});
afterAll(async () => {
  vi.useRealTimers();
  await there.close();
  await database.drop();
});

const MINUTE_MS = 60_000;
const rows = (name: string) =>
  asSuperuser(database, "SELECT points, expire FROM rate_limits WHERE key LIKE $1", [`${name}:%`]);
/** As if so much time had passed, for the database. */
const age = (name: string, ms: number) =>
  asSuperuser(database, "UPDATE rate_limits SET expire = expire - $2 WHERE key LIKE $1", [`${name}:%`, ms]);

describe("a limit", () => {
  test("lets through exactly as many, of all who ask at once in two processes", async () => {
    const name = randomUUID();
    const counters = [here, there].map((db) => createCounter(db, name, { max: 37, windowMs: MINUTE_MS }));
    const asked = await Promise.all(
      Array.from({ length: 200 }, (_, n) => counters[n % 2]?.take("a") ?? Promise.reject()),
    );
    const allowed = asked.filter((one) => one.allowed);
    expect(allowed).toHaveLength(37);
    expect(allowed.map(({ left }) => left).sort((a, b) => a - b)).toEqual([...Array(37).keys()]);
    for (const { endsInMs } of asked) {
      expect(endsInMs).toBeGreaterThan(0);
      expect(endsInMs).toBeLessThanOrEqual(MINUTE_MS);
    }
    expect(await counters[0]?.take("b")).toMatchObject({ allowed: true, left: 36 });
  });

  test("is had back by whoever gave it back, and what was refused does not add up", async () => {
    const name = randomUUID();
    // So that no refusal is remembered from one step to the next.
    let now = 0;
    const counter = createCounter(here, name, { max: 2, windowMs: MINUTE_MS }, () => (now += 2_000));
    for (let i = 0; i < 9; i++) await counter.take("a");
    for (let i = 0; i < 3; i++) await counter.giveBack("a");
    expect(await counter.take("a")).toMatchObject({ allowed: true, left: 1 });
    for (let i = 0; i < 9; i++) await counter.giveBack("a");
    expect(await counter.look("a")).toMatchObject({ allowed: true, left: 2 });
    expect(await rows(name)).toMatchObject([{ points: 0 }]);
  });

  test("begins anew when its window has ended, also for whoever was refused", async () => {
    const name = randomUUID();
    let now = 0;
    const counter = createCounter(here, name, { max: 1, windowMs: MINUTE_MS }, () => now);
    await counter.take("a");
    expect(await counter.take("a")).toMatchObject({ allowed: false, left: 0 });
    await age(name, MINUTE_MS);
    // A refusal is believed for a second, and costs no query meanwhile.
    expect(await counter.take("a")).toMatchObject({ allowed: false });
    now += 1_000;
    expect(await counter.take("a")).toMatchObject({ allowed: true, left: 0 });
  });

  test("knows no clock but the database's: one process a year ahead or behind changes nothing", async () => {
    const name = randomUUID();
    const window = { max: 3, windowMs: MINUTE_MS };
    const [right, wrong] = [createCounter(here, name, window), createCounter(there, name, window)];
    await right.take("a");
    const year = 365 * 24 * 60 * MINUTE_MS;
    for (const jump of [year, -year]) {
      vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + jump });
      const { allowed, endsInMs } = await wrong.take("a");
      expect(allowed).toBe(true);
      expect(endsInMs).toBeLessThanOrEqual(MINUTE_MS);
      expect(endsInMs).toBeGreaterThan(0);
      vi.useRealTimers();
    }
    expect(await right.take("a")).toMatchObject({ allowed: false });
  });

  test("begins anew when the database's clock was set back, and locks nobody out until it has caught up", async () => {
    const name = randomUUID();
    const counter = createCounter(here, name, { max: 1, windowMs: MINUTE_MS });
    await counter.take("a");
    await age(name, -60 * MINUTE_MS);
    expect(await counter.look("a")).toMatchObject({ allowed: true, left: 1 });
    expect(await counter.take("a")).toMatchObject({ allowed: true, left: 0 });
    expect(await counter.look("a")).toMatchObject({ allowed: false });
  });

  test("lets nobody through while nobody counts", async () => {
    const flaky = await flakyDatabase(database);
    const apiUrl = new Secret(flaky.urls.apiUrl);
    const db = createPools({ apiUrl, serviceUrl: null }, silent);
    const counter = createCounter(db, randomUUID(), { max: 9, windowMs: MINUTE_MS });
    await counter.take("a");
    await flaky.cut();
    const unavailable = expect.objectContaining({ code: "database_unavailable" });
    await expect(counter.take("a")).rejects.toEqual(unavailable);
    await expect(counter.look("a")).rejects.toEqual(unavailable);
    await expect(counter.giveBack("a")).rejects.toEqual(unavailable);
    await flaky.restore();
    expect(await counter.take("a")).toMatchObject({ left: 7 });
    await flaky.cut();
    await db.close();
  });

  test("keeps no address and no e-mail in sight, and what has ended for a minute goes", async () => {
    const [over, lasting] = [randomUUID(), randomUUID()];
    for (const name of [over, lasting]) {
      await createCounter(here, name, { max: 9, windowMs: MINUTE_MS }).take("192.0.2.1 ann@acme.test");
    }
    const keys = await asSuperuser(database, "SELECT key FROM rate_limits");
    expect(JSON.stringify(keys)).not.toMatch(/192|acme/);
    await age(over, 2 * MINUTE_MS + 1);
    await withService(here, forgetRateLimits);
    expect([await rows(over), await rows(lasting)]).toMatchObject([[], [{ points: 1 }]]);
  });
});

test("wrong attempts are counted for a while, forgiven ones are not", async () => {
  const name = randomUUID();
  const limit = createAttemptLimit(here, name, { max: 2, windowMs: MINUTE_MS });
  for (let i = 0; i < 5; i++) await (await limit.begin("a")).forgive();
  await limit.begin("a");
  const last = await limit.begin("a");
  await expect(limit.begin("a")).rejects.toMatchObject({ code: "rate_limited" });
  await limit.begin("b");
  await last.forgive();
  await limit.begin("a");
});
