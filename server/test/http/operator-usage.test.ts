/** What the operator sees of all tenants' use beside the upstream's own figures, and what it enters in their ledgers. */
import { randomUUID } from "node:crypto";
import { type BillingAccountId, type OperatorUsage, TENANT_HEADER } from "@cogni/contract";
import { afterAll, beforeAll, expect, test } from "vitest";
import { list } from "../../src/db/audit.ts";
import { withTenant } from "../../src/db/tenant.ts";
import { recordUpstreamCosts } from "../../src/db/usage-write.ts";
import { asSuperuser, type TestDatabase, tenants, testDatabase } from "../support/database.ts";
import {
  cookieOf,
  type Edge,
  postJson,
  problemOf,
  signIn,
  signInAdministrator,
  startEdge,
} from "../support/edge.ts";
import { usageEvent, use } from "../support/usage.ts";

let database: TestDatabase;
let edge: Edge;
let acme: BillingAccountId;
let umbrella: BillingAccountId;
let operator: Record<string, string>;
let owner: Record<string, string>;

beforeAll(async () => {
  database = await testDatabase();
  edge = await startEdge(database);
  [acme, umbrella] = await tenants(database.db, "acme", "umbrella");
  operator = { cookie: cookieOf(await signInAdministrator(edge, "olga@platform.test")) };
  owner = { cookie: cookieOf(await signIn(edge, acme, "ann@acme.test")), [TENANT_HEADER]: acme };
});
afterAll(async () => {
  await edge.close();
  await database.drop();
});

const read = async (query: string, headers = operator) => {
  const answer = await fetch(`${edge.url}/api/v1/operator/usage?${query}`, { headers });
  expect(answer.status, await answer.clone().text()).toBe(200);
  return (await answer.json()) as OperatorUsage;
};
const credit = (body: object, headers = operator) =>
  postJson(`${edge.url}/api/v1/operator/credits`, body, headers);

test("all tenants stand in one list, with what the upstream says of the same calls, and of calls that nobody knows", async () => {
  const at = new Date("2026-11-30T23:59:59.999Z");
  const [told, untold] = [usageEvent({ at, costNano: 10n }), usageEvent({ at, costNano: 20n })];
  // Of the next day here, in UTC of this one.
  await use(
    database.db,
    acme,
    told,
    { ...untold, day: "2026-12-01" },
    usageEvent({ at, outcome: "limited", costNano: 0n }),
  );
  await use(database.db, acme, usageEvent({ at: new Date("2026-12-01T00:00:00Z"), costNano: 400n }));
  await use(database.db, umbrella, usageEvent({ at, costNano: 3n, measured: false }));
  const said = (callId: string, costNano: bigint) => ({
    callId,
    at,
    model: "echo",
    promptTokens: 1,
    completionTokens: 1,
    costNano,
  });
  await withTenant(database.db, acme, (tx) =>
    recordUpstreamCosts(tx, [said(told.callId, 11n), said(randomUUID(), 50n)]),
  );

  const { tenants: rows, total, from, to } = await read("from=2026-11-30&to=2026-11-30");
  expect([from, to]).toEqual(["2026-11-30", "2026-11-30"]);
  expect(rows).toEqual([
    expect.objectContaining({
      billingAccountId: acme,
      name: "ACME",
      calls: 3,
      limited: 1,
      cost: "31",
      upstreamCost: "11",
      unconfirmed: 1,
      unknown: 1,
      unknownCost: "50",
      balance: "-431",
    }),
    expect.objectContaining({
      billingAccountId: umbrella,
      calls: 1,
      estimated: 1,
      cost: "3",
      upstreamCost: null,
      unknown: 0,
    }),
  ]);
  expect(total).toMatchObject({ calls: 4, limited: 1, estimated: 1, promptTokens: 40, cost: "34" });
});

test("a credit is in the balance at once, exactly, and what was wrong is taken back by another entry", async () => {
  const before = BigInt(
    (await read("")).tenants.find(({ billingAccountId }) => billingAccountId === acme)?.balance ?? "",
  );
  const entry = { billingAccountId: acme, kind: "top_up", note: "invoice 7" };
  const first = (await (await credit({ ...entry, amount: "999999999999999999" })).json()) as {
    balance: string;
  };
  expect(BigInt(first.balance)).toBe(before + 999_999_999_999_999_999n);
  const second = await credit({ ...entry, kind: "correction", amount: "-999999999999999999", note: "" });
  expect(await second.json()).toMatchObject({ balance: before.toString() });
  expect((await read("")).tenants.find(({ billingAccountId }) => billingAccountId === acme)?.balance).toBe(
    before.toString(),
  );
  const [tenants] = await withTenant(database.db, acme, (tx) => list(tx, 1));
  expect(tenants).toMatchObject({
    action: "credit.add",
    outcome: "correction of -999999999.999999999 USD",
    actor: { kind: "person" },
  });
  const [platforms] = await asSuperuser(
    database,
    "SELECT action, subject, outcome FROM platform_audit_log ORDER BY seq DESC LIMIT 1",
  );
  expect(platforms).toEqual({
    action: "credit.add",
    subject: acme,
    outcome: "correction of -999999999.999999999 USD",
  });
});

test.each([
  ["amount", { amount: "0" }],
  ["amount", { amount: "1.5" }],
  ["amount", { amount: 5 }],
  ["kind", { kind: "gift" }],
  ["balance", { balance: "1" }],
])("an entry with a wrong %s is refused by its name", async (path, wrong) => {
  const entry = { billingAccountId: acme, kind: "credit", amount: "1", note: "", ...wrong };
  expect(await problemOf(await credit(entry))).toMatchObject({ status: 400, errors: [{ path }] });
});

test.each(["nobody", "../acme", ""])("no entry is made for a tenant “%s”", async (billingAccountId) => {
  const refused = await problemOf(await credit({ billingAccountId, kind: "credit", amount: "1", note: "" }));
  expect(refused).toMatchObject({ status: 404, code: "unknown_tenant" });
});

test("a tenant's owner gives itself nothing, sees no other tenant, and neither does the database to the tenant's role", async () => {
  const entry = { billingAccountId: acme, kind: "credit", amount: "1", note: "" };
  expect((await credit(entry, owner)).status).toBe(403);
  expect((await fetch(`${edge.url}/api/v1/operator/usage`, { headers: owner })).status).toBe(403);
  await withTenant(database.db, acme, async (tx) => {
    expect(await tx.query("SELECT * FROM operator_usage('no session', '2026-01-01', '2026-12-31')")).toEqual(
      [],
    );
    expect(await tx.query("SELECT * FROM operator_add_credit('no session', 'credit', 1, '', '{}')")).toEqual(
      [],
    );
  });
  const write = withTenant(database.db, acme, (tx) =>
    tx.query(
      "INSERT INTO ledger_entries (billing_account_id, kind, amount_nano, note, made_by) VALUES ('acme', 'credit', 1, '', '{}')",
    ),
  );
  await expect(write).rejects.toThrow(/permission denied/);
});
