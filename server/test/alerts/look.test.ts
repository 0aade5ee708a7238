import { randomUUID } from "node:crypto";
import type { BillingAccountId } from "@cogni/contract";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { planRestart } from "../../src/db/alert-facts.ts";
import { withService } from "../../src/db/tenant.ts";
import { type AlertWorld, alertWorld, OTHER_CHANNEL, TIMING } from "../support/alerts.ts";
import { register } from "../support/connections.ts";
import { asSuperuser, CHANNEL, GATEWAY, type TestDatabase, testDatabase } from "../support/database.ts";
import { addEndpoint, deliveriesOf } from "../support/webhooks.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
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

describe("a gateway", () => {
  const plan = (untilMs: number) =>
    withService(world.db, (tx) =>
      planRestart(tx, GATEWAY, { from: world.now, until: new Date(world.now.getTime() + untilMs) }),
    );

  test("that restarts as planned opens nothing; what stays down after it is told of", async () => {
    await plan(10 * 60_000);
    await world.reachable(false);
    await world.pass(2 * TIMING.gatewayMs);
    await world.reachable(true);
    await down();
    await world.pass(5 * 60_000);
    expect(await world.alerts()).toEqual([]);
    await world.pass(7 * 60_000);
    expect(await world.alerts()).toMatchObject([{ tenant: acme, kind: "account_down" }]);
  });

  test("that is away is one alert for its operators and none for a thousand accounts", async () => {
    await world.begin();
    await sql(
      "INSERT INTO billing_accounts (id, name) SELECT 't-' || n, 't' FROM generate_series(1, 1000) n",
    );
    await sql("INSERT INTO placements (billing_account_id, gateway_id) SELECT id, $1 FROM billing_accounts", [
      GATEWAY,
    ]);
    await sql(
      `INSERT INTO connections (id, billing_account_id, provider, account_id, credential_type, created_by, connected_at)
       SELECT gen_random_uuid(), id, 'openclaw:' || $1, 'tenant-' || id, 'bot_token', '{}', now() FROM billing_accounts`,
      [CHANNEL],
    );
    const all = (state: string, code: string | null) =>
      sql(
        `INSERT INTO account_state_changes (billing_account_id, channel, at, state, code)
         SELECT id, $1, $2, $3, $4 FROM billing_accounts`,
        [CHANNEL, world.now, state, code],
      );
    await all("connected", null);
    await world.pass(TIMING.everyMs);
    await world.reachable(false);
    await all("unknown", "gateway_unreachable");
    await world.pass(2 * TIMING.downMs);
    expect(await world.alerts()).toMatchObject([
      { tenant: null, kind: "gateway_unreachable", code: "gateway_down", open: true },
    ]);
    await world.reachable(true);
    await all("reconnecting", null);
    await world.pass(TIMING.downMs / 2);
    await all("connected", null);
    await world.pass(TIMING.downMs);
    expect(await world.alerts()).toMatchObject([{ tenant: null, open: false, resolution: "recovered" }]);
  });

  test("that is away ends nothing of what was told of its accounts", async () => {
    await refused();
    await world.pass(TIMING.downMs);
    await world.reachable(false);
    await world.state(acme, "unknown", "gateway_unreachable");
    await world.pass(TIMING.gatewayMs);
    expect((await world.alerts()).filter(({ kind }) => kind === "account_down")).toMatchObject([
      { code: "credential_refused", open: true },
    ]);
  });

  test("on which half of a channel's accounts are down tells its operators so, once", async () => {
    const ids = await world.begin(...Array.from({ length: 12 }, (_, index) => `t-${index}`));
    for (const id of ids) await world.up(id);
    for (const id of ids.slice(0, 6)) await world.state(id, "reconnecting", "messenger_unreachable");
    await world.pass(2 * TIMING.downMs);
    const alerts = await world.alerts();
    expect(alerts.filter(({ tenant }) => tenant === null)).toMatchObject([
      { kind: "channel_outage", channel: CHANNEL },
    ]);
    expect(alerts.filter(({ kind }) => kind === "account_down")).toHaveLength(6);
  });
});

test("operators are told of accounts without an owner, and of credentials that can't be opened", async () => {
  world.leftovers = 8;
  await world.state(acme, "action_required", "credential_unreadable");
  await world.pass(2 * TIMING.operatorMs);
  const platform = (await world.alerts()).filter(({ tenant }) => tenant === null);
  expect(platform.map(({ kind }) => kind)).toEqual(["credentials_unreadable", "leftovers_waiting"]);
  world.leftovers = 0;
  await world.pass(TIMING.everyMs);
  expect((await world.alerts()).find(({ kind }) => kind === "leftovers_waiting")).toMatchObject({
    open: false,
  });
});

test("an API key that ends soon is told of, and not one that was replaced, is young, or ends later", async () => {
  const key = (name: string, bornDays: number, endsDays: number, replaced = false) =>
    sql(
      `INSERT INTO api_keys (billing_account_id, name, prefix, key_hash, scopes, created_at, expires_at, replaced_at)
       VALUES ('acme', $1, 'p', sha256($1::text::bytea), '{}', $2, $3, $4)`,
      [
        name,
        new Date(world.now.getTime() - bornDays * DAY_MS),
        new Date(world.now.getTime() + endsDays * DAY_MS),
        replaced ? world.now : null,
      ],
    );
  await key("ends soon", 300, 5);
  await key("replaced", 300, 1, true);
  await key("for a day", 0, 1);
  await key("ends later", 300, 30);
  await world.pass(TIMING.everyMs);
  expect(await sql("SELECT kind, subject_name AS name FROM alerts")).toEqual([
    { kind: "key_expiring", name: "ends soon" },
  ]);
  await sql("UPDATE api_keys SET replaced_at = now()");
  await world.pass(TIMING.everyMs);
  expect(await world.alerts()).toMatchObject([{ open: false, resolution: "withdrawn" }]);
});

test("a webhook endpoint that was paused without anyone's wish is told of until it is resumed, and one that somebody paused is not", async () => {
  const paused = (because: string) =>
    sql(
      `INSERT INTO webhook_endpoints (billing_account_id, url, description, event_types, encrypted_secret, encryption_key_id,
         created_by, paused_at, paused_because)
       VALUES ('acme', 'https://hooks.example/in', '', '{alert.opened}', '', '', '{}', now(), $1)`,
      [because],
    );
  await paused("wished");
  await paused("failing");
  await world.pass(TIMING.everyMs);
  expect(await sql("SELECT kind, subject_name AS name FROM alerts")).toEqual([
    { kind: "webhook_paused", name: "hooks.example" },
  ]);
  await sql("UPDATE webhook_endpoints SET paused_at = NULL, paused_because = NULL");
  await world.pass(TIMING.everyMs);
  expect(await world.alerts()).toMatchObject([{ kind: "webhook_paused", open: false }]);
});

test("a credential that its provider will refuse is told of days before, and not when it is replaced in time", async () => {
  const ends = (days: number) =>
    sql("UPDATE connections SET expires_at = $1", [new Date(world.now.getTime() + days * DAY_MS)]);
  await ends(7.5);
  await world.pass(TIMING.everyMs);
  expect(await world.alerts()).toEqual([]);
  await ends(6.9);
  await world.pass(TIMING.everyMs);
  expect(await world.alerts()).toMatchObject([{ kind: "credential_expiring", channel: CHANNEL, open: true }]);
  // A clock that is set back an hour at the limit takes nothing back.
  await ends(7.02);
  await world.pass(TIMING.everyMs);
  expect(await world.alerts()).toMatchObject([{ open: true }]);
  await ends(-1);
  await world.pass(TIMING.everyMs);
  expect(await world.alerts()).toMatchObject([{ open: true }]);
  await ends(300);
  await world.pass(TIMING.everyMs);
  expect(await world.alerts()).toMatchObject([{ open: false, resolution: "recovered" }]);
});

test("a login that nobody finished is told of, until it is asked for again", async () => {
  await sql("DELETE FROM connections");
  await sql(
    `INSERT INTO channel_logins (id, billing_account_id, gateway_id, channel, account_id, access, status, problem, ended_at)
     VALUES ($1, 'acme', $2, $3, 'tenant-acme', 'everyone', 'failed', 'login_expired', $4)`,
    [randomUUID(), GATEWAY, OTHER_CHANNEL, world.now],
  );
  await world.pass(TIMING.loginMs + TIMING.everyMs);
  expect(await world.alerts()).toMatchObject([{ kind: "login_expired", channel: OTHER_CHANNEL, open: true }]);
  await sql("UPDATE channel_logins SET status = 'requested', ended_at = NULL, problem = NULL");
  await world.pass(TIMING.everyMs);
  expect(await world.alerts()).toMatchObject([{ open: false }]);
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
