/** A tenant's people over HTTP: who may make whom what, and that a tenant is never without an owner. */
import { type BillingAccountId, ROLES, ROLES_GIVEN, type Role, TENANT_HEADER } from "@cogni/contract";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { asSuperuser, type TestDatabase, tenants, testDatabase } from "../support/database.ts";
import { type Edge, newKey, problemOf, startEdge } from "../support/edge.ts";
import { invite, membersOf, type Person, person, post } from "../support/members.ts";

let database: TestDatabase;
let edge: Edge;
/** Another process, which believes nobody for long. */
let second: Edge;
let acme: BillingAccountId;
let umbrella: BillingAccountId;
let people: Record<Role, Person>;

beforeAll(async () => {
  database = await testDatabase();
  [acme, umbrella] = await tenants(database.db, "acme", "umbrella");
  edge = await startEdge(database);
  second = await startEdge(database, { principalCacheMs: 1 });
  people = {
    owner: await person(edge, acme, "olga", "owner"),
    admin: await person(edge, acme, "ada", "admin"),
    manager: await person(edge, acme, "max", "manager"),
    viewer: await person(edge, acme, "vera", "viewer"),
  };
});
afterAll(async () => {
  await Promise.all([edge.close(), second.close()]);
  await database.drop();
});
/** Each test begins with one of each role. */
beforeEach(async () => {
  await asSuperuser(database, "DELETE FROM members WHERE billing_account_id = $1", [acme]);
  for (const role of ROLES) {
    const values = [acme, people[role].id, role];
    await asSuperuser(
      database,
      "INSERT INTO members (billing_account_id, user_id, role) VALUES ($1, $2, $3)",
      values,
    );
  }
});

const rolesNow = async (): Promise<Record<string, Role>> => {
  const rows = await asSuperuser(
    database,
    "SELECT split_part(email, '@', 1) AS name, role FROM members JOIN auth.\"user\" ON id = user_id WHERE billing_account_id = $1",
    [acme],
  );
  return Object.fromEntries(rows.map(({ name, role }) => [name, role]));
};
const change = (by: Person, whom: Person, role: string, at = edge) =>
  post(at, by, "/members/role", { userId: whom.id, role });
const remove = (by: Person, whom: Person, at = edge) => post(at, by, "/members/remove", { userId: whom.id });

describe("the members of a tenant", () => {
  test("see each other, those alone who may invite see who is invited, and each is told which roles they give", async () => {
    await invite(edge, people.admin, "new@acme.test", "manager");
    const seen = await membersOf(edge, people.viewer);
    expect(seen.members).toHaveLength(4);
    expect(seen.members.find(({ you }) => you)).toMatchObject({
      userId: people.viewer.id,
      name: "Ann",
      email: "vera@acme.test",
      role: "viewer",
    });
    expect(seen.invitations).toBeNull();
    expect((await membersOf(edge, people.manager)).invitations).toBeNull();
    for (const role of ROLES) {
      expect((await membersOf(edge, people[role])).gives, role).toEqual(ROLES_GIVEN[role]);
    }
    expect((await membersOf(edge, people.owner)).invitations).toMatchObject([
      { email: "new@acme.test", role: "manager", invitedBy: "Ann" },
    ]);
    const key = await newKey(edge, acme, ["members:read"]);
    const byKey = await membersOf(edge, { headers: { authorization: `Bearer ${key.key}` } });
    expect(byKey).toMatchObject({ invitations: null, gives: [] });
    expect(byKey.members.some(({ you }) => you)).toBe(false);
  });

  test("below the owners are managed by an admin, who makes no owner, of nobody, and unmakes none", async () => {
    const { admin, owner, manager, viewer } = people;
    expect((await change(admin, viewer, "manager")).status).toBe(200);
    expect((await change(admin, manager, "admin")).status).toBe(200);
    for (const [whom, role] of [
      [admin, "owner"],
      [viewer, "owner"],
      [owner, "admin"],
      [owner, "owner"],
    ] as const) {
      expect(await problemOf(await change(admin, whom, role))).toMatchObject({ code: "forbidden" });
    }
    expect(await problemOf(await remove(admin, owner))).toMatchObject({ code: "forbidden" });
    expect(
      await problemOf(await post(edge, admin, "/members/invite", { email: "mine@acme.test", role: "owner" })),
    ).toMatchObject({ code: "forbidden" });
    expect(await rolesNow()).toEqual({ olga: "owner", ada: "admin", max: "admin", vera: "manager" });
  });

  test("who were demoted a moment ago manage nobody, though their session is still believed", async () => {
    const { admin, viewer } = people;
    // As another process would: this one's memory hears nothing of it.
    await membersOf(edge, admin);
    await asSuperuser(database, "UPDATE members SET role = 'viewer' WHERE user_id = $1", [admin.id]);
    for (const answer of [
      await change(admin, viewer, "admin"),
      await change(admin, admin, "admin"),
      await remove(admin, viewer),
      await post(edge, admin, "/members/invite", { email: "mine@acme.test", role: "admin" }),
    ]) {
      expect(await problemOf(answer)).toMatchObject({ code: "forbidden" });
    }
  });

  test("lose the tenant with their next request when they are removed or leave, and their invitations with them", async () => {
    const { owner, admin, viewer } = people;
    const { link } = await invite(edge, admin, "friend@acme.test", "admin");
    const asks = async ({ headers }: Person) => (await fetch(`${edge.url}/api/v1/me`, { headers })).status;
    expect([await asks(admin), await asks(viewer)]).toEqual([200, 200]);
    expect(await (await remove(owner, admin)).json()).toEqual({ userId: admin.id, status: "removed" });
    expect((await remove(viewer, viewer)).status).toBe(200);
    expect([await asks(admin), await asks(viewer)]).toEqual([403, 403]);
    expect((await membersOf(edge, owner)).invitations?.map(({ email }) => email)).not.toContain(
      "friend@acme.test",
    );
    expect(link).toContain("#token=");
    expect(await problemOf(await remove(owner, admin))).toMatchObject({ code: "unknown_member" });
    const actions = await asSuperuser(
      database,
      "SELECT action, actor->>'id' AS actor, subject FROM audit_log ORDER BY id DESC LIMIT 2",
    );
    expect(actions).toEqual([
      { action: "member.leave", actor: viewer.id, subject: viewer.id },
      { action: "member.remove", actor: owner.id, subject: admin.id },
    ]);
  });

  test("include an owner, always: the last one neither leaves nor is demoted, and of two who leave at once one stays", async () => {
    const { owner, admin } = people;
    for (const answer of [await remove(owner, owner), await change(owner, owner, "admin")]) {
      expect(await problemOf(answer)).toMatchObject({ status: 409, code: "last_owner" });
    }
    for (let round = 0; round < 5; round += 1) {
      await asSuperuser(
        database,
        `INSERT INTO members (billing_account_id, user_id, role) VALUES ($1, $2, 'owner'), ($1, $3, 'owner')
         ON CONFLICT (billing_account_id, user_id) DO UPDATE SET role = 'owner'`,
        [acme, owner.id, admin.id],
      );
      const answers = await Promise.all([
        remove(owner, owner),
        round % 2 ? change(admin, admin, "viewer", second) : remove(admin, admin, second),
      ]);
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
      const owners = Object.values(await rolesNow()).filter((role) => role === "owner");
      expect(owners).toHaveLength(1);
    }
  });

  test("of another tenant are neither seen, changed nor removed", async () => {
    const stranger = await person(edge, umbrella, "uma", "owner");
    for (const answer of [
      await change(people.owner, stranger, "viewer"),
      await remove(people.owner, stranger),
    ]) {
      expect(await problemOf(answer)).toMatchObject({ code: "unknown_member" });
    }
    const named = { headers: { ...stranger.headers, [TENANT_HEADER]: acme } };
    expect((await post(edge, named, "/members/remove", { userId: stranger.id })).status).toBe(403);
    expect((await membersOf(edge, stranger)).members).toHaveLength(1);
  });

  test("have one of four roles, and ids that are read as such", async () => {
    for (const body of [
      {},
      { userId: people.viewer.id },
      { userId: people.viewer.id, role: "root" },
      { userId: people.viewer.id, role: "OWNER" },
      { userId: people.viewer.id, role: ["owner"] },
      { userId: "x".repeat(10_000), role: "viewer" },
      { userId: people.viewer.id, role: "viewer", billingAccountId: "umbrella" },
    ]) {
      expect((await post(edge, people.owner, "/members/role", body)).status, JSON.stringify(body)).toBe(400);
    }
    const odd = { id: "' OR 1=1 --", email: "", headers: {} };
    expect(await problemOf(await remove(people.owner, odd))).toMatchObject({ code: "unknown_member" });
  });
});

test("no API key manages members or renames the tenant, neither by the API nor by its row", async () => {
  for (const scope of ["members:write", "tenant:write"]) {
    const made = await post(edge, people.owner, "/keys", { name: "k", scopes: ["account:read", scope] });
    expect(await problemOf(made)).toMatchObject({ code: "invalid_request" });
    const row = newKey(edge, acme, [scope as "members:read"]);
    await expect(row).rejects.toThrow(/api_keys_scopes/);
  }
});
