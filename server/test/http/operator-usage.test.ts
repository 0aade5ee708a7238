/** What the operator sees of all tenants' use beside the upstream's own figures. */
import { randomUUID } from "node:crypto";
import { type BillingAccountId, type OperatorUsage, TENANT_HEADER } from "@cogni/contract";
import { afterAll, beforeAll, expect, test } from "vitest";
import { withTenant } from "../../src/db/tenant.ts";
import { recordUpstreamCosts } from "../../src/db/usage-write.ts";
import { type TestDatabase, tenants, testDatabase } from "../support/database.ts";
import { cookieOf, type Edge, postJson, signIn, signInAdministrator, startEdge } from "../support/edge.ts";
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
