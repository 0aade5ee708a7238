import { randomBytes } from "node:crypto";
import type { BillingAccountId } from "@cogni/contract";
import { pino } from "pino";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { deleteByOperator, refuseErasedId } from "../../src/auth/deletion.ts";
import { createApiKey, lookUpApiKey } from "../../src/db/api-keys.ts";
import { append } from "../../src/db/audit.ts";
import { createBillingAccount } from "../../src/db/billing-accounts.ts";
import { closeConnection } from "../../src/db/connection-outcomes.ts";
import { connectionByKey } from "../../src/db/connections.ts";
import { deletionsOn } from "../../src/db/deletions.ts";
import { addInvitation, lookUpInvitation } from "../../src/db/invitations.ts";
import { addMember } from "../../src/db/members.ts";
import { withNoTenant, withService } from "../../src/db/tenant.ts";
import { AppError } from "../../src/errors.ts";
import { eraseTenant } from "../../src/reconcile/deletions.ts";
import { channelsDeps } from "../support/channels.ts";
import { register } from "../support/connections.ts";
import {
  asSuperuser,
  CHANNEL,
  GATEWAY,
  type TestDatabase,
  tenants,
  testDatabase,
} from "../support/database.ts";
import { fillBill } from "../support/usage.ts";
import { addEndpoint, tell } from "../support/webhooks.ts";

const { fingerprints } = channelsDeps(null as never);
const EMAIL = "ann@acme-canary.test";
let database: TestDatabase;
let acme: BillingAccountId;
let umbrella: BillingAccountId;
let name: string;
let apiKey: string;
let invitation: Buffer;
/** What fails next, once: the process might as well be killed there. */
let failing: string | null;
let reachable: boolean;
let erasedAtGateway: string[];
let nudged: number;

beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  [failing, reachable, erasedAtGateway, nudged] = [null, true, [], 0];
  const suffix = randomBytes(4).toString("hex");
  acme = `acme-${suffix}` as BillingAccountId;
  name = `Acme Canary ${suffix}`;
  invitation = randomBytes(32);
  await asSuperuser(database, 'TRUNCATE billing_accounts, auth."user" CASCADE');
  [umbrella] = await tenants(database.db, "umbrella");
  await asSuperuser(
    database,
    `INSERT INTO auth."user" (id, name, email) VALUES ('ann-canary', 'Ann', '${EMAIL}'), ('bob', 'Bob', 'bob@b.test'),
       ('olga', 'Olga', 'olga@platform.test')`,
  );
  await asSuperuser(database, "INSERT INTO platform_administrators (user_id) VALUES ('olga')");
  apiKey = await withService(database.db, async (tx) => {
    await createBillingAccount(tx, { id: acme, name });
    for (const userId of ["ann-canary", "bob", "olga"])
      await addMember(tx, { billingAccountId: acme, userId, role: "owner" });
    await addMember(tx, { billingAccountId: umbrella, userId: "bob", role: "viewer" });
    const invited = { billingAccountId: acme, email: EMAIL, role: "viewer", invitedBy: "bob" } as const;
    await addInvitation(tx, { ...invited, tokenHash: invitation, livesS: 600 });
    const actor = { kind: "person", id: "ann-canary" } as const;
    const act = { actor, channel: null, accountId: null, outcome: "done", meta: null };
    await append(tx, { ...act, billingAccountId: acme, action: "member.role", subject: "bob" });
    // Someone who was once a member there.
    await append(tx, { ...act, billingAccountId: umbrella, action: "member.leave", subject: "ann-canary" });
    const wish = { name: "k", scopes: [], expiresAt: null, createdBy: null };
    return (await createApiKey(tx, { ...wish, billingAccountId: acme })).key.reveal();
  });
  await register(database.db, acme);
  await addEndpoint(database, acme, { url: "https://ann-canary.test/hook" });
  await tell(database, acme);
  await fillBill(database, acme, "olga");
  // Of another tenant: what someone made there who is a member no more, or entered as an administrator of then.
  await register(database.db, umbrella);
  await fillBill(database, umbrella, "ann-canary");
  await asSuperuser(
    database,
    `UPDATE connections SET created_by = '{"kind": "person", "id": "ann-canary"}' WHERE billing_account_id = 'umbrella'`,
  );
});

const remove = (typed = name) => deleteByOperator(database.db, { billingAccountId: acme, name: typed });
const stepOf = async () =>
  (await withService(database.db, (tx) => deletionsOn(tx, GATEWAY))).find(
    ({ billingAccountId }) => billingAccountId === acme,
  );
const failAt = (what: string) => {
  if (failing !== what) return;
  failing = null;
  throw new AppError("gateway_unreachable");
};

/** One look, as the worker takes it. */
async function look(): Promise<boolean> {
  const deletion = await stepOf();
  if (!deletion) return true;
  return eraseTenant(
    {
      db: database.db,
      gateway: {
        reachable: () => reachable,
        async eraseTenant(id) {
          failAt("before the gateway");
          erasedAtGateway.push(id);
          failAt("after the gateway");
        },
      },
      fingerprints,
      nudge: () => {
        nudged += 1;
      },
      log: pino({ level: "silent" }),
    },
    deletion,
  );
}

/** As the loop does it once the account is down. */
const takeDown = () =>
  withService(database.db, async (tx) => {
    const connection = await connectionByKey(tx, { billingAccountId: acme, channel: CHANNEL });
    if (connection) await closeConnection(tx, connection);
  });

/** Where one of the texts stands in the database: every table, every column. */
async function findInDatabase(...texts: string[]): Promise<string[]> {
  const tables = await asSuperuser(
    database,
    `SELECT c.oid::regclass::text AS name FROM pg_class c
     WHERE c.relkind = 'r' AND c.relnamespace::regnamespace::text IN ('public', 'auth')`,
  );
  const all = tables.map(({ name }) => `SELECT '${name}: ' || t::text AS row FROM ${name} t`);
  const found = await asSuperuser(
    database,
    `SELECT row FROM (${all.join(" UNION ALL ")}) found
     WHERE EXISTS (SELECT FROM unnest($1::text[]) text WHERE strpos(row, text) > 0)`,
    [texts],
  );
  return found.map(({ row }) => String(row));
}

async function expectNothingLeft(): Promise<void> {
  expect(await findInDatabase(acme, name, EMAIL, "ann-canary")).toEqual([]);
}

describe("a tenant that is deleted", () => {
  test("is so only by its very name", async () => {
    for (const typed of [name.toLowerCase(), `${name} `, "Acme", ""])
      await expect(remove(typed)).rejects.toMatchObject({ code: "invalid_request" });
    expect(await stepOf()).toBeUndefined();
  });

  test("is good for nothing from that moment on, whether or not the gateway answers", async () => {
    reachable = false;
    await remove();
    expect(await lookUpApiKey(database.db, apiKey)).toBeNull();
    expect(await withNoTenant(database.db, (tx) => lookUpInvitation(tx, invitation))).toBeNull();
    expect(await look()).toBe(false);
    expect(nudged).toBe(1);
    await takeDown();
    expect(await look()).toBe(false);
    expect([await stepOf(), erasedAtGateway]).toMatchObject([{ step: "accounts" }, []]);
    reachable = true;
    expect(await look()).toBe(true);
    await expectNothingLeft();
  });

  test("leaves nothing in the database but pseudonyms, and others' people and rows as they are", async () => {
    await remove();
    await takeDown();
    expect(await look()).toBe(true);
    expect(erasedAtGateway).toEqual([acme]);
    await expectNothingLeft();
    const people = await asSuperuser(database, 'SELECT id FROM auth."user" ORDER BY id');
    expect(people).toEqual([{ id: "bob" }, { id: "olga" }]);
    expect(await asSuperuser(database, "SELECT user_id FROM members")).toEqual([{ user_id: "bob" }]);
    const pseudonym = fingerprints.pseudonym("tenant", acme);
    expect(await asSuperuser(database, "SELECT created_by FROM connections")).toEqual([
      { created_by: { kind: "person", id: fingerprints.pseudonym("subject", "ann-canary") } },
    ]);
    const kept = await asSuperuser(
      database,
      `SELECT action, outcome, subject FROM erased_audit_log WHERE pseudonym = '${pseudonym}' ORDER BY id`,
    );
    expect(kept).toEqual([
      { action: "member.role", outcome: "done", subject: fingerprints.pseudonym("subject", "bob") },
      { action: "tenant.delete", outcome: "requested", subject: null },
      { action: "tenant.delete", outcome: "done", subject: null },
    ]);
    const elsewhere = await asSuperuser(
      database,
      "SELECT actor, subject FROM audit_log WHERE action = 'member.leave' ORDER BY id DESC LIMIT 1",
    );
    const ann = fingerprints.pseudonym("subject", "ann-canary");
    expect(elsewhere).toEqual([{ actor: { kind: "person", id: ann }, subject: ann }]);
  });

  test.each(["before the gateway", "after the gateway"])("goes on where it was killed: %s", async (where) => {
    await remove();
    await takeDown();
    failing = where;
    await expect(look()).rejects.toMatchObject({ code: "gateway_unreachable" });
    expect(await stepOf()).toMatchObject({ step: "gateway" });
    expect(await look()).toBe(true);
    await expectNothingLeft();
  });

  test.each(["moving its audit", "erasing its rows"])("goes on where it was killed: %s", async (where) => {
    await remove();
    await takeDown();
    // The database refuses in the midst of it, which undoes what was not finished.
    const table = where === "moving its audit" ? "erased_audit_log" : "erased_tenants";
    await asSuperuser(database, `ALTER TABLE ${table} ADD CONSTRAINT full_up CHECK (false) NOT VALID`);
    await expect(look()).rejects.toThrow();
    expect(await stepOf()).toMatchObject({ step: "records" });
    await asSuperuser(database, `ALTER TABLE ${table} DROP CONSTRAINT full_up`);
    expect(await look()).toBe(true);
    expect(erasedAtGateway).toEqual([acme]);
    await expectNothingLeft();
  });

  test("has what someone connected meanwhile taken down, too, and the gateway cleared of it", async () => {
    await remove();
    await takeDown();
    failing = "after the gateway";
    await look().catch(() => undefined);
    // Someone whom a process still believed to be a member.
    await register(database.db, acme);
    expect(await look()).toBe(false);
    const wish = await withService(database.db, (tx) =>
      connectionByKey(tx, { billingAccountId: acme, channel: CHANNEL }),
    );
    expect(wish).toMatchObject({ desiredState: "disconnected" });
    await takeDown();
    expect(await look()).toBe(true);
    await expectNothingLeft();
  });

  test("has its id taken by nobody again, and its name by whoever likes", async () => {
    await remove();
    await takeDown();
    await look();
    const make = (id: BillingAccountId) =>
      withService(database.db, async (tx) => {
        await refuseErasedId(tx, fingerprints, id);
        await createBillingAccount(tx, { id, name });
      });
    await expect(make(acme)).rejects.toMatchObject({ code: "tenant_exists" });
    await make(`${acme}-2` as BillingAccountId);
  });
});
