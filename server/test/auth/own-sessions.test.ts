import type { BillingAccountId, Sessions } from "@cogni/contract";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { shortUserAgent } from "../../src/auth/user-agent.ts";
import { asSuperuser, type TestDatabase, tenants, testDatabase } from "../support/database.ts";
import {
  cookieOf,
  type Edge,
  newKey,
  PASSWORD,
  postJson,
  problemOf,
  signIn,
  startEdge,
} from "../support/edge.ts";

const FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";
let database: TestDatabase;
let acme: BillingAccountId;
/** Two processes, as far as the database is concerned. */
let here: Edge;
let elsewhere: Edge;
let email: string;
let people = 0;

beforeAll(async () => {
  database = await testDatabase();
  [acme] = await tenants(database.db, "acme");
  const env = { TRUSTED_PROXIES: "127.0.0.1" };
  here = await startEdge(database, { env });
  elsewhere = await startEdge(database, { env, principalCacheMs: 300 });
});
afterAll(async () => {
  await here.close();
  await elsewhere.close();
  await database.drop();
});
beforeEach(() => {
  people += 1;
  email = `person-${people}@acme.test`;
});

/** Another session of the same person. */
async function another(headers: Readonly<Record<string, string>> = {}): Promise<string> {
  const response = await postJson(
    `${here.url}/api/auth/sign-in/email`,
    { email, password: PASSWORD },
    headers,
  );
  return cookieOf(response.headers.get("set-cookie") ?? "");
}
const first = async () => cookieOf(await signIn(here, acme, email));
const listed = async (cookie: string): Promise<Sessions["sessions"]> => {
  const response = await fetch(`${here.url}/api/auth/sessions`, { headers: { cookie } });
  return ((await response.json()) as Sessions).sessions;
};
const end = (cookie: string, body: unknown) =>
  postJson(`${here.url}/api/auth/sessions/end`, body, { cookie });
const statusOf = async (edge: Edge, cookie: string) =>
  (await fetch(`${edge.url}/api/v1/me`, { headers: { cookie } })).status;

describe("a person's sessions", () => {
  test("are listed with where they were begun, the newest first, and without their tokens", async () => {
    const older = await first();
    const newer = await another({ "user-agent": FIREFOX, "x-forwarded-for": "203.0.113.7" });
    const sessions = await listed(older);
    expect(sessions).toMatchObject([
      { userAgent: "Firefox · Linux", address: "203.0.113.7", current: false },
      { userAgent: "node", address: "127.0.0.1", current: true },
    ]);
    const lifeMs = Date.parse(sessions[0]?.expiresAt ?? "") - Date.parse(sessions[0]?.createdAt ?? "");
    expect(Math.round(lifeMs / 86_400_000)).toBe(7);
    for (const cookie of [older, newer]) {
      const token = decodeURIComponent(cookie.split("=")[1] ?? "").split(".")[0] ?? "";
      expect(token).not.toBe("");
      expect(JSON.stringify(sessions)).not.toContain(token);
    }
  });

  test("that have run out are not listed", async () => {
    const cookie = await first();
    await another();
    const [other] = (await listed(cookie)).filter(({ current }) => !current);
    await asSuperuser(database, `UPDATE auth.session SET "expiresAt" = now() WHERE id = $1`, [other?.id]);
    expect((await listed(cookie)).map(({ current }) => current)).toEqual([true]);
  });

  test("end one by one: at once in the process that was asked, soon in the others", async () => {
    const cookie = await first();
    const other = await another();
    for (const edge of [here, elsewhere]) expect(await statusOf(edge, other)).toBe(200);
    const [target] = (await listed(cookie)).filter(({ current }) => !current);
    const ended = await end(cookie, { id: target?.id });
    expect([ended.status, await ended.json()]).toEqual([200, { ended: 1 }]);
    expect(await statusOf(here, other)).toBe(401);
    await vi.waitFor(async () => expect(await statusOf(elsewhere, other)).toBe(401), { timeout: 2_000 });
    for (const edge of [here, elsewhere]) expect(await statusOf(edge, cookie)).toBe(200);
    expect(await (await end(cookie, { id: target?.id })).json()).toEqual({ ended: 0 });
  });

  test("end all but the one that asks", async () => {
    const cookie = await first();
    const others = [await another(), await another()];
    expect(await (await end(cookie, { others: true })).json()).toEqual({ ended: 2 });
    for (const other of others) expect(await statusOf(here, other)).toBe(401);
    expect(await listed(cookie)).toMatchObject([{ current: true }]);
    expect(await statusOf(here, cookie)).toBe(200);
  });

  test("are nobody else's to see or to end", async () => {
    const mine = await first();
    const [own] = await listed(mine);
    email = `other-${email}`;
    const theirs = await first();
    expect((await listed(theirs)).map(({ id }) => id)).not.toContain(own?.id);
    const ended = await end(theirs, { id: own?.id });
    expect([ended.status, await ended.json()]).toEqual([200, { ended: 0 }]);
    await end(theirs, { others: true });
    expect(await statusOf(here, mine)).toBe(200);
  });

  test("are neither listed nor ended by an API key, nor by an ended session", async () => {
    const cookie = await first();
    const { key } = await newKey(here, acme);
    const authorization = `Bearer ${key}`;
    const url = `${here.url}/api/auth/sessions`;
    const byKey = [
      await fetch(url, { headers: { authorization, cookie } }),
      await postJson(`${url}/end`, { others: true }, { authorization, cookie }),
    ];
    for (const response of byKey)
      expect(await problemOf(response)).toMatchObject({ status: 403, code: "forbidden" });
    const [own] = await listed(cookie);
    await end(cookie, { id: own?.id });
    for (const response of [await fetch(url, { headers: { cookie } }), await end(cookie, { others: true })]) {
      expect(await problemOf(response)).toMatchObject({ status: 401, code: "unauthenticated" });
    }
  });

  test("can be ended by whoever was put out of every tenant", async () => {
    const cookie = await first();
    await another();
    await asSuperuser(
      database,
      `DELETE FROM members WHERE user_id = (SELECT id FROM auth."user" WHERE email = $1)`,
      [email],
    );
    expect(await (await end(cookie, { others: true })).json()).toEqual({ ended: 1 });
  });

  test.each([
    [{}],
    [{ others: false }],
    [{ id: "" }],
    [{ id: "x", others: true }],
    [{ id: "x".repeat(129) }],
  ])("are not ended by %j", async (body) => {
    const refused = await problemOf(await end(await first(), body));
    expect(refused).toMatchObject({ status: 400, code: "invalid_request" });
  });
});

test.each([
  [FIREFOX, "Firefox · Linux"],
  [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0",
    "Edge · Windows",
  ],
  [
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36",
    "Chrome · Android",
  ],
  [
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1",
    "Safari · iPhone",
  ],
  [
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15",
    "Safari · macOS",
  ],
  ["curl/8.5.0", "curl"],
  ["node", "node"],
  ["Mozilla/5.0 (compatible)", null],
  ["<script>alert(1)</script>", null],
  [`${"x".repeat(500)}/1`, null],
])("the user agent %s reads %s", (userAgent, words) => {
  expect(shortUserAgent(userAgent)).toBe(words);
});
