import { type BillingAccountId, TENANT_HEADER } from "@cogni/contract";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { asSuperuser, type TestDatabase, tenants, testDatabase } from "../support/database.ts";
import {
  cookieOf,
  type Edge,
  newKey,
  postJson,
  problemOf,
  signIn,
  signInAdministrator,
  startEdge,
} from "../support/edge.ts";

let database: TestDatabase;
let edge: Edge;
let acme: BillingAccountId;
const cookies: Record<string, string> = {};

beforeAll(async () => {
  database = await testDatabase();
  [acme] = await tenants(database.db, "acme", "umbrella");
  edge = await startEdge(database);
  for (const role of ["owner", "admin"] as const)
    cookies[role] = cookieOf(await signIn(edge, acme, `${role}@acme.test`, role));
  cookies.operator = cookieOf(await signInAdministrator(edge, "olga@platform.test"));
});
afterAll(async () => {
  await edge.close();
  await database.drop();
});
beforeEach(async () => {
  await asSuperuser(database, "TRUNCATE audit_log, platform_audit_log, tenant_deletions, api_keys CASCADE");
  await asSuperuser(database, "UPDATE billing_accounts SET status = 'active'");
  edge.ctx.principals.forget();
});

const post = (who: string, path: string, body: object) =>
  postJson(edge.url + path, body, {
    cookie: cookies[who] ?? "",
    ...(who !== "operator" && { [TENANT_HEADER]: acme }),
  });
const remove = (who: string, name: string) => post(who, "/api/v1/tenants/delete", { name });
const statusOf = async (id: string) =>
  (await asSuperuser(database, "SELECT status FROM billing_accounts WHERE id = $1", [id]))[0]?.status;

describe("deleting a tenant", () => {
  test("is an owner's to do, with the name typed letter by letter", async () => {
    const refused = await remove("admin", "ACME");
    expect([refused.status, (await problemOf(refused)).code]).toEqual([403, "forbidden"]);
    const mistyped = await remove("owner", "acme");
    expect(await problemOf(mistyped)).toMatchObject({ status: 400, errors: [{ path: "name" }] });
    expect(await statusOf("acme")).toBe("active");
    const done = await remove("owner", "ACME");
    expect(await done.json()).toEqual({ billingAccountId: "acme", status: "deleting" });
    expect([await statusOf("acme"), await statusOf("umbrella")]).toEqual(["deleting", "active"]);
  });

  test("makes its keys and its people's sessions useless at once, and is audited", async () => {
    const { key } = await newKey(edge, acme);
    const asks = (headers: Record<string, string>) => fetch(`${edge.url}/api/v1/me`, { headers });
    expect((await asks({ authorization: `Bearer ${key}` })).status).toBe(200);
    await remove("owner", "ACME");
    expect((await asks({ authorization: `Bearer ${key}` })).status).toBe(401);
    expect((await asks({ cookie: cookies.owner ?? "" })).status).toBe(403);
    const own = await fetch(`${edge.url}/api/v1/tenants`, { headers: { cookie: cookies.owner ?? "" } });
    expect(await own.json()).toMatchObject({ tenants: [] });
    const act = [{ action: "tenant.delete", outcome: "requested" }];
    expect(await asSuperuser(database, "SELECT action, outcome FROM audit_log")).toEqual(act);
    expect(await asSuperuser(database, "SELECT action, outcome FROM platform_audit_log")).toEqual(act);
  });
});

test("a platform's administrator suspends, resumes and deletes a tenant, and nobody else does", async () => {
  const operate = async (who: string, verb: string, more = {}) => {
    const response = await post(who, `/api/v1/operator/tenants/${verb}`, {
      billingAccountId: "acme",
      ...more,
    });
    return response.ok
      ? ((await response.json()) as { status: string }).status
      : (await problemOf(response)).code;
  };
  expect(await operate("operator", "suspend")).toBe("suspended");
  const listed = await fetch(`${edge.url}/api/v1/operator/tenants?status=suspended`, {
    headers: { cookie: cookies.operator ?? "" },
  });
  expect(await listed.json()).toMatchObject({ tenants: [{ id: "acme", status: "suspended" }] });
  expect(await operate("operator", "resume")).toBe("active");
  for (const verb of ["suspend", "resume", "delete"])
    expect(await operate("owner", verb, verb === "delete" ? { name: "ACME" } : {})).toBe("forbidden");
  expect(await operate("operator", "delete", { name: "Acme" })).toBe("invalid_request");
  expect(await operate("operator", "delete", { name: "ACME" })).toBe("deleting");
  expect(await operate("operator", "resume")).toBe("tenant_deleting");
  await vi.waitFor(async () => expect(await statusOf("acme")).toBe("deleting"));
});
