/** A person's tenants over HTTP: seen, made in development, and called what can be read. */
import {
  type BillingAccountId,
  meSchema,
  type OwnTenants,
  ownTenantsSchema,
  ROLE_SCOPES,
  TENANT_HEADER,
} from "@cogni/contract";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addMember } from "../../src/db/members.ts";
import { withService } from "../../src/db/tenant.ts";
import { asSuperuser, type TestDatabase, tenants, testDatabase } from "../support/database.ts";
import { type Edge, problemOf, startEdge } from "../support/edge.ts";
import { type Person, person, post } from "../support/members.ts";

let database: TestDatabase;
let edge: Edge;
let acme: BillingAccountId;
let umbrella: BillingAccountId;
let ann: Person;

beforeAll(async () => {
  database = await testDatabase();
  [acme, umbrella] = await tenants(database.db, "acme", "umbrella");
  edge = await startEdge(database);
  ann = await person(edge, acme, "ann", "owner");
});
afterAll(async () => {
  await edge.close();
  await database.drop();
});

const asked = async ({ headers }: Person, at = edge): Promise<OwnTenants> =>
  ownTenantsSchema.parse(await (await fetch(`${at.url}/api/v1/tenants`, { headers })).json());
const mine = async (who: Person): Promise<OwnTenants["tenants"]> => (await asked(who)).tenants;
const me = async ({ headers }: Person, tenant: string) =>
  fetch(`${edge.url}/api/v1/me`, { headers: { ...headers, [TENANT_HEADER]: tenant } });
const ACME = {
  billingAccountId: "acme",
  billingAccountName: "ACME",
  role: "owner",
  scopes: ROLE_SCOPES.owner,
  status: "active",
} as const;

const PRODUCTION = {
  COGNI_ENV: "production",
  PUBLIC_URL: "https://channels.example",
  LLM_MODEL: "a-model",
  // Never reached: nothing is mailed.
  SMTP_URL: "smtp://127.0.0.1:1",
  MAIL_FROM: "no-reply@channels.example",
};

describe("a person's tenants", () => {
  test("are those they are a member of and no other, with the role in each and what it may do", async () => {
    const uma = await person(edge, umbrella, "uma", "owner");
    expect(await mine(ann)).toEqual([ACME]);
    await withService(database.db, (tx) =>
      addMember(tx, { billingAccountId: umbrella, userId: ann.id, role: "viewer" }),
    );
    expect(await mine(ann)).toEqual([
      ACME,
      {
        billingAccountId: "umbrella",
        billingAccountName: "UMBRELLA",
        role: "viewer",
        scopes: ROLE_SCOPES.viewer,
        status: "active",
      },
    ]);
    expect(await mine(uma)).toHaveLength(1);
    expect(meSchema.parse(await (await me(ann, "umbrella")).json())).toMatchObject({ role: "viewer" });
    await asSuperuser(database, "UPDATE billing_accounts SET status = 'deleting' WHERE id = $1", [umbrella]);
    expect(await mine(ann)).toEqual([ACME]);
    await asSuperuser(database, "UPDATE billing_accounts SET status = 'active' WHERE id = $1", [umbrella]);
  });

  test("are still told to someone who is a member of none", async () => {
    const nina = await person(edge, umbrella, "nina", "viewer");
    expect((await post(edge, nina, "/members/remove", { userId: nina.id })).status).toBe(200);
    expect(await mine(nina)).toEqual([]);
  });

  test("are made by themselves in development, and are theirs at once", async () => {
    expect((await me(ann, "globex")).status).toBe(403);
    const made = await post(edge, ann, "/tenants", { id: "globex", name: " Globex " });
    expect(await made.json()).toEqual({
      billingAccountId: "globex",
      billingAccountName: "Globex",
      role: "owner",
      scopes: ROLE_SCOPES.owner,
      status: "active",
    });
    expect((await asked(ann)).mayCreate).toBe(true);
    expect((await me(ann, "globex")).status).toBe(200);
    const placed = await asSuperuser(database, "SELECT FROM placements WHERE billing_account_id = 'globex'");
    expect(placed).toHaveLength(1);
    const taken = await post(edge, ann, "/tenants", { id: "umbrella", name: "Mine" });
    expect(await problemOf(taken)).toMatchObject({ status: 409, code: "tenant_exists" });
    for (const id of ["", "A", "../acme", "a b", "x".repeat(57), "acme\n", "аcme"]) {
      expect((await post(edge, ann, "/tenants", { id, name: "n" })).status, JSON.stringify(id)).toBe(400);
    }
  });

  test("are made by nobody over HTTP in production", async () => {
    const production = await startEdge(database, {
      env: PRODUCTION,
    });
    try {
      const paul = await person(production, acme, "paul", "owner");
      const made = await post(production, paul, "/tenants", { id: "hooli", name: "Hooli" });
      expect(await problemOf(made)).toMatchObject({ status: 403, code: "forbidden" });
      expect((await asked(paul, production)).mayCreate).toBe(false);
      expect(await asSuperuser(database, "SELECT FROM billing_accounts WHERE id = 'hooli'")).toEqual([]);
    } finally {
      await production.close();
    }
  });
});

describe("a tenant's name", () => {
  const rename = (name: unknown, by = ann) => post(edge, by, "/tenants/rename", { name: name as string });

  test("is changed by its admins and owners, for everyone, with a row in the audit log", async () => {
    const admin = await person(edge, acme, "ada", "admin");
    const renamed = await rename("Acme & Söhne 株式会社", admin);
    expect(await renamed.json()).toEqual({
      billingAccountId: "acme",
      billingAccountName: "Acme & Söhne 株式会社",
    });
    expect(await (await me(ann, "acme")).json()).toMatchObject({
      billingAccountName: "Acme & Söhne 株式会社",
    });
    expect(await mine(ann)).toContainEqual({ ...ACME, billingAccountName: "Acme & Söhne 株式会社" });
    const [row] = await asSuperuser(
      database,
      "SELECT subject, actor->>'id' AS actor FROM audit_log WHERE action = 'tenant.rename'",
    );
    expect(row).toEqual({ subject: "acme", actor: admin.id });
    expect((await rename("Mine", await person(edge, acme, "max", "manager"))).status).toBe(403);
    const [other] = await asSuperuser(database, "SELECT name FROM billing_accounts WHERE id = 'umbrella'");
    expect(other).toEqual({ name: "UMBRELLA" });
  });

  test("is what can be read: nothing invisible, in one form, at most eighty characters", async () => {
    for (const name of [
      "",
      "   ",
      "\u200B",
      "A\u202Eemc",
      "A\u2066cme",
      "Ac\u200Dme",
      "a\u0000b",
      "two\nlines",
      "two\u2028lines",
      "\uDB40\uDC41",
      "\uD800",
      "x".repeat(81),
      "x".repeat(10_000),
      "\uFDFA".repeat(80),
      7,
      null,
      ["Acme"],
    ]) {
      const answer = await rename(name);
      expect(answer.status, JSON.stringify(name)?.slice(0, 60)).toBe(400);
    }
    expect((await rename("\uFF21\uFF43\uFF4D\uFF45\u3000")).status).toBe(200);
    expect(await (await me(ann, "acme")).json()).toMatchObject({ billingAccountName: "Acme" });
  });
});
