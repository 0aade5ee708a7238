/** What the operator enters in tenants' ledgers: exact, once, on the record, and nobody else's to enter. */
import { randomUUID } from "node:crypto";
import {
  type BillingAccountId,
  IDEMPOTENCY_HEADER,
  type OperatorUsage,
  TENANT_HEADER,
} from "@cogni/contract";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { list } from "../../src/db/audit.ts";
import { withTenant } from "../../src/db/tenant.ts";
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
  await use(database.db, acme, usageEvent());
});
afterAll(async () => {
  await edge.close();
  await database.drop();
});

const credit = (body: object, headers = operator) =>
  postJson(`${edge.url}/api/v1/operator/credits`, body, headers);
async function balance(): Promise<bigint> {
  const answer = await fetch(`${edge.url}/api/v1/operator/usage`, { headers: operator });
  const { tenants: rows } = (await answer.json()) as OperatorUsage;
  return BigInt(rows.find(({ billingAccountId }) => billingAccountId === acme)?.balance ?? "");
}

test("a credit is in the balance at once, exactly, and what was wrong is taken back by another entry", async () => {
  const before = await balance();
  const entry = { billingAccountId: acme, kind: "top_up", note: "invoice 7" };
  const first = (await (await credit({ ...entry, amount: "999999999999999999" })).json()) as {
    balance: string;
  };
  expect(BigInt(first.balance)).toBe(before + 999_999_999_999_999_999n);
  const second = await credit({ ...entry, kind: "correction", amount: "-999999999999999999", note: "" });
  expect(await second.json()).toMatchObject({ balance: before.toString() });
  expect(await balance()).toBe(before);
  const [last] = await withTenant(database.db, acme, (tx) => list(tx, 1));
  expect(last).toMatchObject({
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

describe("a credit under an Idempotency-Key", () => {
  const entry = { billingAccountId: "acme", kind: "top_up", amount: "7000000000", note: "invoice 8" };
  const creditAs = (key: string, body: object = entry) =>
    credit(body, { ...operator, [IDEMPOTENCY_HEADER]: key });
  const entriesOf = async (key: string) =>
    asSuperuser(
      database,
      "SELECT id, billing_account_id AS tenant FROM ledger_entries WHERE idempotency_key = $1 ORDER BY 2",
      [key],
    );
  const audited = async () => {
    const [row] = await asSuperuser(
      database,
      `SELECT (SELECT count(*) FROM audit_log WHERE action = 'credit.add') AS tenants,
         (SELECT count(*) FROM platform_audit_log WHERE action = 'credit.add') AS platforms`,
    );
    return [Number(row?.tenants), Number(row?.platforms)];
  };

  test("that is sent twenty times at once is entered and audited once, and all are answered the same", async () => {
    const key = randomUUID();
    const [before, acts] = [await balance(), await audited()];
    const sent = await Promise.all(Array.from({ length: 20 }, () => creditAs(key)));
    expect(sent.map(({ status }) => status)).toEqual(Array(20).fill(200));
    const answers = await Promise.all(sent.map((answer) => answer.text()));
    expect(new Set(answers).size).toBe(1);
    expect(await entriesOf(key)).toMatchObject([{ id: JSON.parse(answers[0] ?? "").id }]);
    expect(await balance()).toBe(before + 7_000_000_000n);
    expect(await audited()).toEqual(acts.map((count) => count + 1));
  });

  test("is answered as it was the first time, whatever happened since, and however its amount is written", async () => {
    const key = randomUUID();
    const first = await (await creditAs(key)).text();
    await use(database.db, acme, usageEvent({ costNano: 5n }));
    expect((await credit({ ...entry, kind: "correction", amount: "-1" })).status).toBe(200);
    expect(await (await creditAs(key)).text()).toBe(first);
    expect(
      await (await creditAs(key, { ...entry, amount: "007000000000", note: " invoice 8 " })).text(),
    ).toBe(first);
  });

  test.each([{ amount: "7000000001" }, { kind: "credit" }, { note: "invoice 9" }])(
    "is refused where it asks for something else: %j",
    async (other) => {
      const key = randomUUID();
      expect((await creditAs(key)).status).toBe(200);
      const refused = await problemOf(await creditAs(key, { ...entry, ...other }));
      expect(refused).toMatchObject({ status: 409, code: "idempotency_key_reused" });
      expect(await entriesOf(key)).toHaveLength(1);
    },
  );

  test("is another one for another tenant, and one that was refused may be sent again, put right", async () => {
    const key = randomUUID();
    expect((await creditAs(key, { ...entry, amount: "0" })).status).toBe(400);
    expect((await creditAs(key)).status).toBe(200);
    expect((await creditAs(key, { ...entry, billingAccountId: umbrella })).status).toBe(200);
    expect(await entriesOf(key)).toMatchObject([{ tenant: acme }, { tenant: umbrella }]);
  });

  test.each(["", "a key", "k".repeat(129)])(
    "that is none (“%s”) is refused by the header's name",
    async (key) => {
      const refused = await problemOf(await creditAs(key));
      expect(refused).toMatchObject({ status: 400, errors: [{ path: IDEMPOTENCY_HEADER }] });
    },
  );

  test("is told to nobody but an administrator", async () => {
    const key = randomUUID();
    expect((await creditAs(key)).status).toBe(200);
    const told = await withTenant(database.db, acme, (tx) =>
      tx.query("SELECT * FROM operator_credit_of('no session', $1)", [key]),
    );
    expect(told).toEqual([]);
    expect((await credit(entry, { ...owner, [IDEMPOTENCY_HEADER]: key })).status).toBe(403);
  });
});

test("the API's description names the header, and what a reused key is refused with", async () => {
  const document = (await (await fetch(`${edge.url}/api/openapi.json`)).json()) as {
    paths: Record<string, { post?: { parameters?: object[] } }>;
  };
  const route = document.paths["/api/v1/operator/credits"]?.post;
  expect(route?.parameters).toMatchObject([{ in: "header", name: IDEMPOTENCY_HEADER, required: false }]);
  expect(JSON.stringify(route)).toContain("`idempotency_key_reused`");
});
