/** A tenant is told when four fifths of what its agent may use are used, and when nothing is left. */
import type { BillingAccountId, LimitName } from "@cogni/contract";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { withTenant } from "../../src/db/tenant.ts";
import { insertUsageEvents, usageRow } from "../../src/db/usage-write.ts";
import { type AlertWorld, alertWorld, TIMING } from "../support/alerts.ts";
import { asSuperuser, type TestDatabase, testDatabase } from "../support/database.ts";
import { usageEvent } from "../support/usage.ts";

let database: TestDatabase;
let world: AlertWorld;
let acme: BillingAccountId;

beforeAll(async () => {
  database = await testDatabase();
  world = await alertWorld(database);
});
afterAll(() => database.drop());

beforeEach(async () => {
  const [first] = await world.begin("acme", "umbrella");
  acme = first ?? expect.unreachable();
  world.now = new Date("2026-11-30T10:30:00Z");
  await sql("UPDATE billing_accounts SET time_zone = 'Pacific/Auckland' WHERE id = 'acme'");
  await sql(
    "INSERT INTO limits (billing_account_id, day_nano, month_nano, messages_per_day, changed_at) VALUES ('acme', 1000, 9000, 10, '2026-11-01')",
  );
});

const sql = (text: string, values: unknown[] = []) => asSuperuser(database, text, values);
/** @param refused when a call was last refused by it */
const use = async (name: LimitName, during: string, used: number, refused: string | null = null) => {
  await sql(
    `INSERT INTO quotas (billing_account_id, name, subject, during, used, refused_at, drop_after)
     VALUES ('acme', $1, '', $2, $3, $4, now() + interval '40 days')
     ON CONFLICT (billing_account_id, name, subject, during) DO UPDATE SET used = $3, refused_at = $4`,
    [name, during, used, refused ?? "2026-11-30T10:00:00Z"],
  );
  if (refused !== null) {
    const call = usageEvent({ at: new Date(refused), outcome: "limited", limitName: name, costNano: 0n });
    await withTenant(database.db, acme, (tx) => insertUsageEvents(tx, [usageRow(call)]));
  }
};
const standing = async () =>
  (
    await sql(
      "SELECT kind || ' ' || subject AS alert FROM alerts WHERE opened_at IS NOT NULL AND resolved_at IS NULL ORDER BY 1",
    )
  ).map(({ alert }) => alert);
/** As long as it has to stay so. */
const stayed = async () => {
  await world.pass(TIMING.downMs);
  return standing();
};
const looked = async () => {
  await world.look();
  return standing();
};

test("of a budget that is used to four fifths a tenant is told once, and of less not at all", async () => {
  await use("day_budget", "2026-11-30", 799);
  expect(await stayed()).toEqual([]);
  await use("day_budget", "2026-11-30", 800);
  expect(await looked()).toEqual([]);
  expect(await stayed()).toEqual(["budget_near day_budget"]);
  // Some of it was given back.
  await use("day_budget", "2026-11-30", 750);
  expect(await stayed()).toEqual(["budget_near day_budget"]);
  await use("day_budget", "2026-11-30", 850);
  expect(await stayed()).toEqual(["budget_near day_budget"]);
  expect(await world.alerts()).toEqual([
    { tenant: acme, kind: "budget_near", channel: null, code: "budget_near", open: true, resolution: null },
  ]);
});

test("what calls under way may use at most, and give back, is no reason for a word", async () => {
  for (let call = 0; call < 10; call += 1) {
    await use("day_budget", "2026-11-30", 1000);
    expect(await looked()).toEqual([]);
    world.jump(TIMING.downMs / 2);
    expect(await looked()).toEqual([]);
    await use("day_budget", "2026-11-30", 10);
    expect(await looked()).toEqual([]);
  }
});

test("once something was refused it is told at once, and once all is used when it stays so", async () => {
  await use("month_budget", "2026-11", 9000);
  await use("messages_per_day", "2026-11-30", 10, "2026-11-30T10:40:00Z");
  expect(await looked()).toEqual(["budget_reached messages_per_day"]);
  await world.pass(TIMING.downMs);
  expect(await standing()).toEqual([
    "budget_near month_budget",
    "budget_reached messages_per_day",
    "budget_reached month_budget",
  ]);
  expect(await sql("SELECT needs_person FROM alerts WHERE kind = 'budget_reached'")).toEqual([
    { needs_person: true },
    { needs_person: true },
  ]);
});

test("it is over when the tenant's own day or month is, and no earlier", async () => {
  await use("day_budget", "2026-11-30", 1000, "2026-11-30T10:40:00Z");
  await use("month_budget", "2026-11", 9000, "2026-11-30T10:40:00Z");
  world.now = new Date("2026-11-30T10:59:59Z");
  expect(await looked()).toHaveLength(2);
  world.now = new Date("2026-11-30T11:00:00Z");
  expect(await looked()).toEqual([]);
});

test("it is over when the limit is raised or taken away, although calls were refused before", async () => {
  await use("day_budget", "2026-11-30", 1000, "2026-11-30T10:40:00Z");
  await use("month_budget", "2026-11", 9000, "2026-11-30T10:40:00Z");
  await world.look();
  await sql("UPDATE limits SET day_nano = 2000, month_nano = NULL, changed_at = '2026-11-30T10:50:00Z'");
  expect(await looked()).toEqual([]);
  await use("day_budget", "2026-11-30", 1900, "2026-11-30T10:51:00Z");
  expect(await looked()).toEqual(["budget_reached day_budget"]);
});

test("a rush that left enough is over ten minutes after the last refusal, and a refusal of one limit is none of another", async () => {
  await use("month_budget", "2026-11", 100);
  await use("day_budget", "2026-11-30", 100, "2026-11-30T10:20:00Z");
  await use("day_budget", "2026-11-30", 100, "2026-11-30T10:29:00Z");
  expect(await looked()).toEqual(["budget_reached day_budget"]);
  expect(await sql("SELECT began_at FROM alerts")).toEqual([{ began_at: new Date("2026-11-30T10:20:00Z") }]);
  world.now = new Date("2026-11-30T10:39:01Z");
  expect(await looked()).toEqual([]);
});

test("the operator's bound counts as the month's budget where it is the lesser", async () => {
  await use("month_budget", "2026-11", 900);
  expect(await stayed()).toEqual([]);
  await sql("UPDATE limits SET operator_month_nano = 1000");
  expect(await stayed()).toEqual(["budget_near month_budget"]);
});

test("owners and admins are mailed which limit it is, in their own language", async () => {
  await world.person("ann@acme.test", acme);
  await world.person("uma@umbrella.test", "umbrella" as BillingAccountId);
  await sql(`UPDATE auth."user" SET locale = 'de' WHERE id = 'ann@acme.test'`);
  await use("day_budget", "2026-11-30", 1000, "2026-11-30T10:40:00Z");
  await world.look();
  world.jump(TIMING.gatherMs);
  await world.send();
  expect(world.mails).toMatchObject([
    {
      to: "ann@acme.test",
      subject: "Tagesbudget erreicht: Wer schreibt, bekommt Ihren Satz statt Antworten",
    },
  ]);
});
