import { randomUUID } from "node:crypto";
import type { BillingAccountId } from "@cogni/contract";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type AlertWorld, alertWorld, TIMING } from "../support/alerts.ts";
import { register } from "../support/connections.ts";
import { asSuperuser, CHANNEL, GATEWAY, type TestDatabase, testDatabase } from "../support/database.ts";
import { addEndpoint, deliveriesOf } from "../support/webhooks.ts";

const HOUR_MS = 3_600_000;
let database: TestDatabase;
let world: AlertWorld;
let acme: BillingAccountId;

beforeAll(async () => {
  database = await testDatabase();
  world = await alertWorld(database);
});
afterAll(() => database.drop());
beforeEach(async () => {
  [acme = acme] = await world.begin("acme");
  await world.up(acme);
});

const sql = (text: string, values: unknown[] = []) => asSuperuser(database, text, values);
const down = (tenant = acme, channel = CHANNEL) => world.state(tenant, "reconnecting", null, channel);
const refused = () => world.state(acme, "action_required", "credential_refused");

describe("an account that was up and is not", () => {
  test("is told of once it stayed down, once, and no more when it is up", async () => {
    await down();
    await world.pass(TIMING.downMs - TIMING.everyMs);
    expect(await world.alerts()).toEqual([]);
    await world.pass(5 * 60_000);
    expect(await world.alerts()).toMatchObject([
      { tenant: acme, kind: "account_down", channel: CHANNEL, code: "account_down", open: true },
    ]);
    await world.state(acme, "connected");
    await world.look();
    expect(await world.alerts()).toMatchObject([{ open: false, resolution: "recovered" }]);
  });

  test("is told of sooner where it waits for a person, with what is to be done", async () => {
    await refused();
    await world.pass(TIMING.actionMs + TIMING.everyMs);
    expect(await world.alerts()).toMatchObject([{ code: "credential_refused", open: true }]);
  });

  test("is told nobody of when it comes back in time, however often", async () => {
    for (let round = 0; round < 5; round += 1) {
      await down();
      await world.pass(TIMING.downMs / 2);
      await world.state(acme, "connected");
      await world.pass(TIMING.everyMs);
    }
    expect(await world.alerts()).toEqual([]);
    expect(await sql("SELECT FROM alerts")).toEqual([]);
  });

  test("keeps its one alert while its cause becomes another, which counts as not seen again", async () => {
    await down();
    await world.pass(2 * TIMING.downMs);
    await sql(`UPDATE alerts SET acknowledged_at = now(), acknowledged_by = '{"kind":"person","id":"p"}'`);
    await refused();
    await world.pass(TIMING.everyMs);
    expect(await world.alerts()).toMatchObject([{ code: "credential_refused", open: true }]);
    expect(await sql("SELECT acknowledged_at AS at FROM alerts")).toEqual([{ at: null }]);
  });

  test("is told its tenant's endpoints, when it opens and when it is over", async () => {
    await addEndpoint(database, acme, { eventTypes: ["alert.opened", "alert.resolved"] });
    await refused();
    await world.pass(2 * TIMING.actionMs);
    await world.state(acme, "connected");
    await world.pass(TIMING.everyMs);
    const bodies = (await deliveriesOf(database, acme)).map(({ body }) => JSON.parse(body));
    expect(bodies).toMatchObject([
      { type: "alert.opened", data: { kind: "account_down", code: "credential_refused", resolvedAt: null } },
      { type: "alert.resolved", data: { kind: "account_down", channel: CHANNEL } },
    ]);
  });
});

describe("what a tenant does itself opens nothing:", () => {
  const acts: [string, () => Promise<unknown>][] = [
    ["a disconnect", () => sql(`UPDATE connections SET desired_state = 'disconnected', revoked_by = '{}'`)],
    ["another credential", () => register(world.db, acme)],
    ["a suspension", () => sql("UPDATE billing_accounts SET status = 'suspended'")],
    [
      "a login under way",
      () =>
        sql(
          `INSERT INTO channel_logins (id, billing_account_id, gateway_id, channel, account_id, access, status)
           VALUES ($1, 'acme', $2, $3, 'tenant-acme', 'everyone', 'requested')`,
          [randomUUID(), GATEWAY, CHANNEL],
        ),
    ],
  ];

  test.each(acts)("%s", async (_name, act) => {
    await act();
    await refused();
    await world.pass(5 * TIMING.downMs);
    expect(await world.alerts()).toEqual([]);
  });

  test.each(acts.slice(0, 1))("%s ends what was open, without a word of recovery", async (_name, act) => {
    await refused();
    await world.pass(TIMING.downMs);
    await act();
    await world.pass(TIMING.everyMs);
    expect(await world.alerts()).toMatchObject([{ open: false, resolution: "withdrawn" }]);
  });

  test("another credential that is refused, too, leaves open what was", async () => {
    await refused();
    await world.pass(TIMING.downMs);
    await register(world.db, acme);
    await world.state(acme, "connecting");
    await world.pass(TIMING.everyMs);
    await refused();
    await world.pass(TIMING.downMs);
    expect(await world.alerts()).toMatchObject([{ open: true }]);
  });
});

describe("a clock that jumps by an hour", () => {
  test.each([
    ["forth", HOUR_MS],
    ["back", -HOUR_MS],
  ])("%s makes nothing older, and keeps nothing from being told", async (_way, ms) => {
    await down();
    await world.pass(TIMING.everyMs);
    world.jump(ms);
    await world.pass(TIMING.downMs / 2);
    expect(await world.alerts()).toEqual([]);
    await world.pass(TIMING.downMs);
    expect(await world.alerts()).toMatchObject([{ open: true }]);
    world.jump(-ms);
    await world.state(acme, "connected");
    await world.pass(TIMING.everyMs);
    expect(await world.alerts()).toMatchObject([{ open: false, resolution: "recovered" }]);
  });

  test("there and back while an account is down tells it as soon as a steady one", async () => {
    await down();
    for (let step = 0; step < 10; step += 1) {
      world.jump(step % 2 ? -HOUR_MS : HOUR_MS);
      await world.pass(2 * TIMING.everyMs);
    }
    expect(await world.alerts()).toMatchObject([{ open: true }]);
  });
});

describe("however many look,", () => {
  test("two at the same time open one", async () => {
    await refused();
    await world.pass(TIMING.actionMs - TIMING.everyMs);
    for (let round = 0; round < 4; round += 1) {
      world.jump(TIMING.everyMs);
      await Promise.all([world.look(), world.look(), world.look()]);
    }
    expect(await world.alerts()).toHaveLength(1);
  });

  test("one without the lease does nothing", async () => {
    await refused();
    await sql("UPDATE gateways SET lease_holder = 'another'");
    await world.pass(TIMING.downMs);
    expect(await sql("SELECT FROM alerts")).toEqual([]);
  });

  test("one that was away for a while goes on where the last one was", async () => {
    await down();
    await world.pass(TIMING.downMs - 2 * TIMING.everyMs);
    world.jump(10 * 60_000);
    await world.look();
    expect(await world.alerts()).toMatchObject([{ open: true }]);
  });
});
