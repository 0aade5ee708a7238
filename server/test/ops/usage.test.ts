/** What the operator does about use, limits, credits, LLM keys and prices by the command line. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { BillingAccountId } from "@cogni/contract";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readConfig } from "../../src/config.ts";
import { list } from "../../src/db/audit.ts";
import { ownLimits } from "../../src/db/limits.ts";
import { withTenant } from "../../src/db/tenant.ts";
import { createLogger } from "../../src/log.ts";
import { runOps } from "../../src/ops/run.ts";
import { asSuperuser, type TestDatabase, tenants, testDatabase } from "../support/database.ts";
import { settings } from "../support/edge.ts";
import { type Outbox, testOutbox } from "../support/mail.ts";
import { usageEvent, use } from "../support/usage.ts";

let database: TestDatabase;
let outbox: Outbox;
let acme: BillingAccountId;

beforeAll(async () => {
  database = await testDatabase();
  outbox = await testOutbox();
  [acme] = await tenants(database.db, "acme", "umbrella");
});
afterAll(async () => {
  await outbox.remove();
  await database.drop();
});

async function ops(line: string) {
  const out: string[] = [];
  const err: string[] = [];
  const config = readConfig({ ...settings(database), DATA_DIR: outbox.dataDir });
  const io = {
    config: () => config,
    log: createLogger("silent"),
    out: (text: string) => out.push(text),
    err: (text: string) => err.push(text),
  };
  const code = await runOps(
    `${line} `
      .replace(/ (?=-- |$)/, " --json ")
      .trim()
      .split(" "),
    io,
  );
  return { code, err: err.join("\n"), json: () => JSON.parse(out.join("\n")) };
}
const lastAct = async () => (await withTenant(database.db, acme, (tx) => list(tx, 1)))[0];

test("sums that differ are found by tenant and day, and made anew", async () => {
  await use(database.db, acme, usageEvent({ day: "2026-10-31" }), usageEvent({ day: "2026-11-01" }));
  expect((await ops("usage verify")).json()).toEqual({ tenants: ["acme", "umbrella"], unequal: [] });
  await asSuperuser(database, "UPDATE usage_days SET calls = 7 WHERE day = '2026-10-31'");
  await asSuperuser(
    database,
    `INSERT INTO usage_days SELECT billing_account_id, '2025-01-01', channel, model, 1, 0, 0, 0, 0, 0, 0, 0, 0 FROM usage_days LIMIT 1`,
  );
  const found = await ops("usage verify --tenant acme");
  expect([found.code, found.json().unequal]).toEqual([
    1,
    [
      { billingAccountId: "acme", day: "2025-01-01" },
      { billingAccountId: "acme", day: "2026-10-31" },
    ],
  ]);
  expect((await ops("usage rebuild")).code).toBe(0);
  expect((await ops("usage verify")).code).toBe(0);
  expect((await ops("usage verify --tenant nobody")).code).toBe(1);
});

test("the operator's bound on a month is set and taken back, and leaves the tenant's own limits alone", async () => {
  expect((await ops("limits set acme --month 12.5")).json()).toEqual({
    billingAccountId: "acme",
    operatorMonthBudget: "12500000000",
  });
  expect(await withTenant(database.db, acme, ownLimits)).toMatchObject({
    operatorMonthBudget: "12500000000",
    version: 0,
    changedAt: null,
  });
  expect(await lastAct()).toMatchObject({ action: "limits.operator", outcome: "month 12.5 USD" });
  expect((await ops("limits set acme --none")).json()).toMatchObject({ operatorMonthBudget: null });
  for (const wrong of [
    "acme",
    "acme --month 5 --none",
    "acme --month 0",
    "acme --month 1,5",
    "acme --month 1e9",
  ])
    expect((await ops(`limits set ${wrong}`)).code, wrong).toBe(2);
  expect(await ops("limits set nobody --none")).toMatchObject({
    code: 1,
    err: expect.stringContaining("unknown_tenant"),
  });
});

test("credits are entered, and what takes away, too", async () => {
  const { balance } = (await ops("credits add acme 20 --kind top_up --note invoice")).json();
  expect((await ops("credits add acme --kind correction -- -0.000000001")).json().balance).toBe(
    (BigInt(balance) - 1n).toString(),
  );
  expect(await lastAct()).toMatchObject({
    action: "credit.add",
    outcome: "correction of -0.000000001 USD",
    actor: { id: "operator" },
  });
  for (const wrong of ["acme 0", "acme x", "acme 1 --kind gift"])
    expect((await ops(`credits add ${wrong}`)).code, wrong).toBe(2);
  expect((await ops("credits add nobody 1")).code).toBe(1);
});

test("an LLM key goes over to its next version, with the one before taken for a while or not at all", async () => {
  const until = async () =>
    (
      await asSuperuser(
        database,
        "SELECT version, previous_until > now() + interval '9 min' AS soon, previous_until <= now() AS over FROM llm_keys",
      )
    )[0];
  expect((await ops("llm-keys rotate acme")).json()).toEqual({
    billingAccountId: "acme",
    version: 2,
    previousEndsInMs: 600_000,
  });
  expect(await until()).toEqual({ version: 2, soon: true, over: false });
  expect((await ops("llm-keys rotate acme --at-once")).json()).toMatchObject({ version: 3 });
  expect(await until()).toEqual({ version: 3, soon: false, over: true });
  expect(await lastAct()).toMatchObject({ action: "llm_key.rotate", outcome: "version 3, at once" });
  expect((await ops("llm-keys rotate nobody")).code).toBe(1);
});

test("LiteLLM's table is imported, what is not taken is named, and the prices are listed", async () => {
  const file = join(outbox.dataDir, "table.json");
  const entry = { mode: "chat", input_cost_per_token: 1e-6, output_cost_per_token: 2e-6 };
  await writeFile(file, JSON.stringify({ one: entry, two: { ...entry, input_cost_per_token: -1 } }));
  expect((await ops(`prices import ${file} --from 2026-11-01`)).json()).toMatchObject({
    read: 1,
    written: 1,
    validFrom: "2026-11-01",
    refused: [{ model: "two", reason: "a price is negative" }],
  });
  expect((await ops(`prices import ${file} --from 2026-11-02`)).json()).toMatchObject({ written: 0 });
  expect((await ops("prices list --model one")).json()).toEqual([
    expect.objectContaining({
      model: "one",
      inputNano: "1000000000",
      outputNano: "2000000000",
      source: "table.json",
    }),
  ]);
  await writeFile(file, "no table");
  expect((await ops(`prices import ${file}`)).code).toBe(2);
  expect((await ops("prices import /nowhere")).code).toBe(2);
});
