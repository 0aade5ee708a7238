import { type AuditEntry, type AuditPage, type BillingAccountId, TENANT_HEADER } from "@cogni/contract";
import { afterAll, beforeAll, expect, test } from "vitest";
import { actOnPlatform, write } from "../support/audit.ts";
import { type TestDatabase, tenants, testDatabase } from "../support/database.ts";
import { cookieOf, type Edge, newKey, signIn, signInAdministrator, startEdge } from "../support/edge.ts";

let database: TestDatabase;
let edge: Edge;
let acme: BillingAccountId;
let umbrella: BillingAccountId;
let key: string;
let admin: Record<string, string>;
let operator: Record<string, string>;

beforeAll(async () => {
  database = await testDatabase();
  [acme, umbrella] = await tenants(database.db, "acme", "umbrella");
  edge = await startEdge(database);
  key = (await newKey(edge, acme, ["audit:read", "keys:write"])).key;
  admin = { cookie: cookieOf(await signIn(edge, acme, "ann@acme.test", "admin")), [TENANT_HEADER]: acme };
  operator = { cookie: cookieOf(await signInAdministrator(edge, "olga@platform.test")) };
  await write(database, umbrella, 3);
  for (const outcome of ["requested", "connected", "credential_refused", "requested", "connected"]) {
    await write(database, acme, 1, { outcome });
  }
});
afterAll(async () => {
  await edge.close();
  await database.drop();
});

const asKey = {
  get authorization() {
    return `Bearer ${key}`;
  },
};
const get = (path: string, headers: Record<string, string> = asKey) =>
  fetch(`${edge.url}${path}`, { headers });
const page = async (query = "", headers: Record<string, string> = asKey, path = "/api/v1/audit") => {
  const answer = await get(`${path}${query}`, headers);
  expect(answer.status, await answer.clone().text()).toBe(200);
  return (await answer.json()) as AuditPage;
};
const all = async (query = "", path = "/api/v1/audit", headers: Record<string, string> = asKey) => {
  const entries: AuditEntry[] = [];
  for (let cursor: string | null = ""; cursor !== null; ) {
    const next = await page(`?limit=2${query}${cursor && `&cursor=${cursor}`}`, headers, path);
    entries.push(...next.entries);
    cursor = next.next;
  }
  return entries;
};

test("a tenant's audit is told in pages, the newest first, without gaps, and no other tenant's", async () => {
  const entries = await all();
  expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, index) => entries.length - index));
  expect(new Set(entries.flatMap(({ accountId }) => accountId ?? []))).toEqual(new Set(["tenant-acme"]));
  // What is written meanwhile is on no page that follows.
  const first = await page("?limit=2");
  await write(database, acme, 1);
  const second = await page(`?limit=2&cursor=${first.next}`);
  expect(second.entries[0]?.seq).toBe((first.entries[1]?.seq ?? 0) - 1);
});

test("each filter narrows it, and they add up", async () => {
  const outcomes = async (query: string) => (await all(query)).map(({ outcome }) => outcome);
  expect(new Set(await outcomes("&outcome=connected"))).toEqual(new Set(["connected"]));
  expect(await outcomes("&outcome=connected&actorKind=key")).toEqual([]);
  expect(await outcomes("&channel=slack")).toEqual([]);
  expect(
    (await all("&actor=ann&actorKind=person&action=channel.connect&channel=telegram")).length,
  ).toBeGreaterThan(4);
  const [newest, before] = await all("&action=channel.connect");
  expect(await all(`&from=${newest?.at}`)).toEqual([newest]);
  expect((await all(`&action=channel.connect&to=${newest?.at}`))[0]).toEqual(before);
  expect(await all(`&entry=${before?.seq}`)).toEqual([before]);
  expect(await all("&entry=99999")).toEqual([]);
});

test("what can't be meant is refused by its name", async () => {
  for (const [field, value] of [
    ["cursor", "nonsense"],
    ["cursor", Buffer.from("before:1; DROP TABLE audit_log").toString("base64url")],
    ["from", "yesterday"],
    ["limit", "1000"],
    ["actorKind", "ghost"],
    ["entry", "-1"],
    ["accountId", "tenant-umbrella"],
  ]) {
    const answer = await get(`/api/v1/audit?${field}=${encodeURIComponent(value ?? "")}`);
    expect(
      [answer.status, ((await answer.json()) as { errors: { path: string }[] }).errors[0]?.path],
      value,
    ).toEqual([400, field]);
  }
});

test("an act over HTTP is told with who it was, by name, from where, and in which request", async () => {
  const made = await fetch(`${edge.url}/api/v1/keys`, {
    method: "POST",
    headers: { ...admin, "content-type": "application/json", "x-request-id": "trace-of-the-key" },
    body: JSON.stringify({ name: "Deploy bot", scopes: ["channels:read"] }),
  });
  const { id } = (await made.json()) as { id: string };
  expect((await page("?limit=1")).entries).toMatchObject([
    {
      actor: { kind: "person", name: expect.any(String) },
      action: "key.create",
      subject: id,
      subjectName: "Deploy bot",
      outcome: "done",
      remoteAddress: expect.stringMatching(/^(127\.0\.0\.1|::1)$/),
      requestId: "trace-of-the-key",
    },
  ]);
  expect((await all("&requestId=trace-of-the-key")).map(({ subject }) => subject)).toEqual([id]);
  await fetch(`${edge.url}/api/v1/keys/revoke`, {
    method: "POST",
    headers: { ...asKey, "content-type": "application/json" },
    body: JSON.stringify({ id }),
  });
  expect((await page("?limit=1")).entries).toMatchObject([
    {
      actor: { kind: "key", name: expect.stringMatching(/./) },
      action: "key.revoke",
      subjectName: "Deploy bot",
    },
  ]);
});

test("a platform administrator's name is not told to the tenants", async () => {
  const body = JSON.stringify({ billingAccountId: acme });
  for (const word of ["suspend", "resume"]) {
    await fetch(`${edge.url}/api/v1/operator/tenants/${word}`, {
      method: "POST",
      headers: { ...operator, "content-type": "application/json" },
      body,
    });
  }
  expect((await page("?limit=1")).entries).toMatchObject([
    { action: "tenant.resume", actor: { kind: "person", name: null } },
  ]);
  const told = await page("?limit=1", operator, "/api/v1/operator/audit");
  expect(told.entries).toMatchObject([
    { action: "tenant.resume", subject: acme, subjectName: "ACME", actor: { name: expect.any(String) } },
  ]);
});

test("the platform's audit is told to its administrators, in pages and by filters", async () => {
  await actOnPlatform(database);
  await actOnPlatform(database);
  const drains = await all("&action=gateway.drain", "/api/v1/operator/audit", operator);
  expect(drains.map(({ subject }) => subject)).toEqual(["shared", "shared"]);
  expect(await all("&channel=telegram", "/api/v1/operator/audit", operator)).toEqual([]);
  expect(await all("&requestId=of-nobody", "/api/v1/operator/audit", operator)).toEqual([]);
  expect((await get("/api/v1/operator/audit", admin)).status).toBe(403);
});

test("as a file it has every entry that the filters leave, however many, and nothing that a spreadsheet would run", async () => {
  const subject = '=HYPERLINK("http://evil.test"), "x"\r\ny';
  await write(database, acme, 1, {
    subject,
    action: "sender.approve",
    meta: { requestId: "@SUM(1)", remoteAddress: "::1" },
  });
  const answer = await get("/api/v1/audit/export?format=csv");
  expect(answer.headers.get("content-type")).toContain("text/csv");
  expect(answer.headers.get("content-disposition")).toMatch(
    /^attachment; filename="audit-acme-\d{4}-\d\d-\d\d\.csv"$/,
  );
  const text = await answer.text();
  const records = parseCsv(text);
  expect(records).toHaveLength((await all()).length + 1);
  expect(records[1]).toEqual(expect.arrayContaining([`'${subject}`, "'@SUM(1)"]));
  expect(text.endsWith("\r\n")).toBe(true);

  // More than is read at once.
  await write(database, umbrella, 600);
  const theirs = (await newKey(edge, umbrella, ["audit:read"])).key;
  const file = await get("/api/v1/audit/export?format=json&outcome=requested", {
    authorization: `Bearer ${theirs}`,
  });
  const entries = (await file.json()) as AuditEntry[];
  expect(entries.map(({ seq }) => seq)).toEqual(Array.from({ length: 603 }, (_, index) => 603 - index));
  const none = await get("/api/v1/audit/export?format=json&outcome=nothing");
  expect(await none.json()).toEqual([]);
  expect((await get("/api/v1/audit/export?format=xml")).status).toBe(400);
  const platform = await get("/api/v1/operator/audit/export?format=csv", operator);
  expect(parseCsv(await platform.text()).length).toBeGreaterThan(2);
});

/** As RFC 4180 says. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/g)) {
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain ?? "");
    if (end === "\r\n") rows.push([]);
    if (end === "") break;
  }
  return rows.slice(0, -1);
}
