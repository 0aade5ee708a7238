import type { BillingAccountId } from "@cogni/contract";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { MAILS_AN_HOUR } from "../../src/alerts/mailer.ts";
import { type AlertWorld, alertWorld, OTHER_CHANNEL, TIMING } from "../support/alerts.ts";
import { asSuperuser, CHANNEL, type TestDatabase, testDatabase } from "../support/database.ts";

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
  await world.person("ann@acme.test", acme);
});

const sql = (text: string, values: unknown[] = []) => asSuperuser(database, text, values);
const refused = (tenant = acme, channel = CHANNEL) =>
  world.state(tenant, "action_required", "credential_refused", channel);
const wellAgain = (tenant = acme, channel = CHANNEL) => world.state(tenant, "connected", null, channel);
/** Long enough for what is wrong to be told, and mailed. */
async function told(): Promise<void> {
  await world.pass(2 * TIMING.actionMs);
  await world.pass(2 * TIMING.gatherMs);
  await world.send();
}
const subjects = () => world.mails.map(({ to, subject }) => `${to}: ${subject}`);
const waiting = async () => (await sql("SELECT FROM alert_notices WHERE sent_at IS NULL")).length;

describe("what is wrong is mailed", () => {
  test("to owners and admins, with what happened, what to do and where; and once more when it is over", async () => {
    await world.person("bob@acme.test", acme, "admin");
    await world.person("cleo@acme.test", acme, "manager");
    await refused();
    await told();
    await told();
    expect(subjects().sort()).toEqual([
      `ann@acme.test: ${CHANNEL} is down`,
      `bob@acme.test: ${CHANNEL} is down`,
    ]);
    const [mail] = world.mails;
    expect(mail?.text).toContain("About “ACME”:");
    expect(mail?.text).toContain("The messenger refused this credential");
    expect(mail?.text).toContain("https://console.test/t/acme/channels");
    expect(mail?.text).toContain("https://console.test/t/acme/settings/general#alert-mails");
    await wellAgain();
    await told();
    expect(subjects()).toHaveLength(4);
    expect(world.mails.at(-1)?.subject).toBe(`${CHANNEL} works again`);
    expect(world.mails.at(-1)?.text).toMatch(/The trouble lasted from .+ until .+ UTC\./);
  });

  test("in the language and the time zone of those who read it", async () => {
    await sql(`UPDATE auth."user" SET locale = 'de'`);
    await sql("UPDATE billing_accounts SET time_zone = 'Asia/Tokyo'");
    await refused();
    await told();
    expect(world.mails[0]?.subject).toBe(`${CHANNEL} ist ausgefallen`);
    expect(world.mails[0]?.text).toContain("Der Messenger hat diese Zugangsdaten abgelehnt");
    expect(world.mails[0]?.text).toMatch(/GMT\+9/);
  });

  test("to nobody who turned it off, or has left before it was sent", async () => {
    await world.person("bob@acme.test", acme);
    await sql("UPDATE members SET alert_mails = false WHERE user_id = 'bob@acme.test'");
    await refused();
    await world.pass(2 * TIMING.actionMs);
    await sql("DELETE FROM members WHERE user_id = 'ann@acme.test'");
    await told();
    expect(subjects()).toEqual([]);
    expect(await waiting()).toBe(0);
  });

  test("not where somebody has seen it first, or disconnected it", async () => {
    await world.up(acme, OTHER_CHANNEL);
    await world.state(acme, "reconnecting");
    await refused(acme, OTHER_CHANNEL);
    await world.pass(2 * TIMING.actionMs);
    await sql("UPDATE connections SET desired_state = 'disconnected', revoked_by = '{}' WHERE channel = $1", [
      OTHER_CHANNEL,
    ]);
    await told();
    expect(subjects()).toEqual([]);
  });

  test("again when what passes by itself has come to wait for a person", async () => {
    await world.state(acme, "reconnecting", "messenger_unreachable");
    await world.pass(TIMING.downMs);
    await told();
    await refused();
    await told();
    expect(world.mails).toHaveLength(2);
    expect(world.mails[1]?.text).toContain("The messenger refused this credential");
  });
});

describe("no storm of mails:", () => {
  test("all channels of a tenant are one mail, and so is that they work again", async () => {
    await world.up(acme, OTHER_CHANNEL);
    await refused();
    await world.pass(TIMING.everyMs);
    await refused(acme, OTHER_CHANNEL);
    await told();
    expect(subjects()).toEqual(["ann@acme.test: 2 things need your attention"]);
    await wellAgain();
    await wellAgain(acme, OTHER_CHANNEL);
    await told();
    expect(subjects().slice(1)).toEqual(["ann@acme.test: 2 things work again"]);
  });

  test("an outage of a messenger is one mail for each tenant, and one for the operator", async () => {
    const ids = await world.begin("a", "b", "c", "d", "e", "f");
    await world.person("olga@platform.test", null);
    for (const id of ids) {
      await world.up(id);
      await world.up(id, OTHER_CHANNEL);
      await world.person(`owner@${id}.test`, id);
      await world.state(id, "reconnecting", "messenger_unreachable");
      await world.state(id, "reconnecting", "messenger_unreachable", OTHER_CHANNEL);
    }
    await world.pass(TIMING.downMs);
    await told();
    expect(world.mails.map(({ to }) => to).sort()).toEqual([
      "olga@platform.test",
      ...ids.map((id) => `owner@${id}.test`),
    ]);
    expect(world.mails.find(({ to }) => to === "olga@platform.test")?.subject).toBe(
      "2 things need your attention",
    );
  });

  test("an account that comes and goes is mailed ever more seldom, and at its end is well", async () => {
    for (let round = 0; round < 9; round += 1) {
      await refused();
      await told();
      await wellAgain();
      await told();
      world.jump(12 * 60_000);
    }
    // Two hours: at once, after 15 minutes at the earliest, after 30 more; after an hour more it was over.
    expect(await sql("SELECT FROM alerts WHERE announced_at IS NOT NULL")).toHaveLength(3);
    expect(world.mails.length).toBeLessThanOrEqual(6);
    expect(world.mails.at(-1)?.subject).toBe(`${CHANNEL} works again`);
    expect(await sql("SELECT FROM alerts WHERE resolved_at IS NULL")).toEqual([]);
  });

  test("one person gets no more than a few about a tenant in an hour; the rest comes in the next, in one", async () => {
    for (let index = 0; index < MAILS_AN_HOUR + 3; index += 1) {
      await sql(
        `INSERT INTO api_keys (billing_account_id, name, prefix, key_hash, scopes, created_at, expires_at)
         VALUES ('acme', $1, 'p', sha256($1::text::bytea), '{}', $2, $3)`,
        [
          `k${index}`,
          new Date(world.now.getTime() - 300 * 24 * HOUR_MS),
          new Date(world.now.getTime() + 24 * HOUR_MS),
        ],
      );
      await told();
    }
    expect(world.mails).toHaveLength(MAILS_AN_HOUR);
    world.jump(HOUR_MS);
    await told();
    expect(world.mails).toHaveLength(MAILS_AN_HOUR + 1);
    expect(world.mails.at(-1)?.subject).toBe("3 things need your attention");
  });
});

describe("a mail server that is away", () => {
  test("for long loses nothing, and what passed meanwhile is one mail that says so", async () => {
    world.outcome = "away";
    await world.up(acme, OTHER_CHANNEL);
    await refused();
    for (let round = 0; round < 8; round += 1) {
      await told();
      world.jump(HOUR_MS / 2);
    }
    await wellAgain();
    await refused(acme, OTHER_CHANNEL);
    await told();
    expect(world.mails).toEqual([]);
    expect(await world.alerts()).toMatchObject([
      { tenant: acme },
      { tenant: null, kind: "mail_undeliverable", open: true },
      { tenant: acme },
    ]);
    world.outcome = "sent";
    world.jump(HOUR_MS / 2);
    await told();
    await told();
    expect(subjects()).toEqual(["ann@acme.test: News of what needed your attention"]);
    expect(world.mails[0]?.text).toMatch(/works again\. The trouble lasted from .+ until/);
    expect(await waiting()).toBe(0);
    await world.pass(TIMING.everyMs);
    expect((await world.alerts()).find(({ kind }) => kind === "mail_undeliverable")).toMatchObject({
      open: false,
    });
  });

  test("is asked ever more seldom", async () => {
    world.outcome = "away";
    await refused();
    await told();
    const attempts = async () => (await sql("SELECT attempts FROM alert_notices"))[0]?.attempts;
    const first = Number(await attempts());
    await world.send();
    expect(await attempts()).toBe(first);
    world.jump(TIMING.mail.retry.maxMs);
    await world.send();
    expect(await attempts()).toBe(first + 1);
  });

  test("does not hold what is due for the hour by which a clock was set back", async () => {
    world.outcome = "away";
    await refused();
    await told();
    world.jump(-HOUR_MS);
    world.outcome = "sent";
    await world.send();
    expect(world.mails).toHaveLength(1);
  });
});

test("a process that ends while it sends leaves the mail to the next", async () => {
  await refused();
  await world.pass(2 * TIMING.actionMs);
  await world.pass(2 * TIMING.gatherMs);
  world.outcome = new Error("killed");
  await expect(world.send()).rejects.toThrow("killed");
  world.outcome = "sent";
  await world.send();
  expect(world.mails).toEqual([]);
  await sql("UPDATE alert_notices SET claimed_until = claimed_until - $1 * interval '1 ms'", [
    TIMING.mail.claimMs,
  ]);
  await world.send();
  await world.send();
  expect(world.mails).toHaveLength(1);
});

test("several processes that send at the same time send each mail once", async () => {
  await world.person("bob@acme.test", acme);
  await refused();
  await world.pass(2 * TIMING.actionMs);
  await world.pass(2 * TIMING.gatherMs);
  await Promise.all([world.send(), world.send(), world.send()]);
  expect(subjects().sort()).toEqual([
    `ann@acme.test: ${CHANNEL} is down`,
    `bob@acme.test: ${CHANNEL} is down`,
  ]);
});

test("an address that nobody takes mail at is given up, and keeps nobody else's", async () => {
  world.outcome = "refused";
  await refused();
  await told();
  expect(await waiting()).toBe(0);
});
