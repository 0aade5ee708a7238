/** What is told of beside an account that is down: gateways, and what ends, fails or waits. */
import { randomUUID } from "node:crypto";
import type { BillingAccountId } from "@cogni/contract";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { planRestart } from "../../src/db/alert-facts.ts";
import { withService } from "../../src/db/tenant.ts";
import { type AlertWorld, alertWorld, OTHER_CHANNEL, TIMING } from "../support/alerts.ts";
import { asSuperuser, CHANNEL, GATEWAY, type TestDatabase, testDatabase } from "../support/database.ts";

const DAY_MS = 24 * 3_600_000;
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
