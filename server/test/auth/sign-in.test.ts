import { createHook } from "node:async_hooks";
import type { BillingAccountId } from "@cogni/contract";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
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

let database: TestDatabase;
let edge: Edge;
let acme: BillingAccountId;
let globex: BillingAccountId;

beforeAll(async () => {
  database = await testDatabase();
  [acme, globex] = await tenants(database.db, "acme", "globex");
  edge = await startEdge(database, { env: { TRUSTED_PROXIES: "127.0.0.1" } });
});
afterAll(async () => {
  await edge.close();
  await database.drop();
});

const attempt = (email: string, password: string, from = "198.51.100.1") =>
  postJson(`${edge.url}/api/auth/sign-in/email`, { email, password }, { "x-forwarded-for": from });
const me = (cookie: string, url = edge.url) => fetch(`${url}/api/v1/me`, { headers: { cookie } });

describe("a session", () => {
  test("tells who it is, whatever the case of the e-mail, and ends for good at sign-out", async () => {
    const setCookie = await signIn(edge, acme, "Ann@Acme.test");
    const cookie = cookieOf(setCookie);
    expect(await (await me(cookie)).json()).toEqual({
      billingAccountId: "acme",
      billingAccountName: "ACME",
      person: { email: "ann@acme.test", name: "Ann" },
      role: "owner",
    });
    const out = await fetch(`${edge.url}/api/auth/sign-out`, { method: "POST", headers: { cookie } });
    expect(out.headers.get("set-cookie")).toMatch(/=; Max-Age=0/);
    expect(await problemOf(await me(cookie))).toMatchObject({ status: 401, code: "unauthenticated" });
    expect(await asSuperuser(database, "SELECT FROM auth.session")).toEqual([]);
    // Nothing to end is no failure.
    expect((await fetch(`${edge.url}/api/auth/sign-out`, { method: "POST" })).status).toBe(200);
  });

  test("stands in a cookie that scripts cannot read and other sites do not send", async () => {
    const plain = await signIn(edge, acme, "plain@acme.test");
    expect(plain).toMatch(/^cogni\.session_token=[^;]+; Max-Age=604800; Path=\/; HttpOnly; SameSite=Lax$/);
    const secure = await startEdge(database, { env: { PUBLIC_URL: "https://channels.example" } });
    try {
      const overTls = await signIn(secure, acme, "secure@acme.test");
      expect(overTls).toMatch(
        /^__Host-cogni\.session_token=[^;]+; Max-Age=604800; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
      );
      expect((await me(cookieOf(overTls), secure.url)).status).toBe(200);
      const out = await fetch(`${secure.url}/api/auth/sign-out`, {
        method: "POST",
        headers: { cookie: cookieOf(overTls) },
      });
      expect(out.headers.get("set-cookie")).toMatch(/^__Host-cogni\.session_token=; .*Secure/);
    } finally {
      await secure.close();
    }
  });

  test("is never told to the page itself", async () => {
    const setCookie = await signIn(edge, acme, "body@acme.test");
    const body = await (await attempt("body@acme.test", PASSWORD)).text();
    expect(JSON.parse(body)).toEqual({ person: { email: "body@acme.test", name: "Ann" } });
    expect(edge.logged()).not.toContain(cookieOf(setCookie).split("=")[1]?.slice(0, 32));
  });

  test.each([
    "",
    "cogni.session_token=",
    "cogni.session_token=guess",
    "cogni.session_token=a.b; x",
    "\u00e9=1",
  ])("is not had by the cookie %j", async (cookie) => {
    expect((await me(cookie)).status).toBe(401);
  });

  test("is not had by a token without its signature, or with another's", async () => {
    const one = cookieOf(await signIn(edge, acme, "one@acme.test"));
    const two = cookieOf(await signIn(edge, globex, "two@globex.test"));
    const [token] = one.split(".").slice(-2);
    const [, signature] = two.split(".").slice(-2);
    expect((await me(`cogni.session_token=${token}`)).status).toBe(401);
    expect((await me(`cogni.session_token=${token?.split("=")[1]}.${signature}`)).status).toBe(401);
  });

  test("is of no use while its tenant is suspended, and ends with its own time", async () => {
    const cookie = cookieOf(await signIn(edge, globex, "late@globex.test"));
    const other = await startEdge(database);
    try {
      await asSuperuser(database, "UPDATE billing_accounts SET status = 'suspended' WHERE id = 'globex'");
      expect((await me(cookie, other.url)).status).toBe(403);
    } finally {
      await asSuperuser(database, "UPDATE billing_accounts SET status = 'active' WHERE id = 'globex'");
      await other.close();
    }
    await asSuperuser(database, `UPDATE auth.session SET "expiresAt" = now()`);
    expect((await me(cookie)).status).toBe(401);
  });
});

describe("signing in", () => {
  test("does not tell a wrong password from an unknown e-mail", async () => {
    await signIn(edge, acme, "known@acme.test");
    const [wrong, unknown] = [
      await attempt("known@acme.test", "wrong"),
      await attempt("nobody@acme.test", "wrong"),
    ];
    const [a, b] = [await problemOf(wrong), await problemOf(unknown)];
    expect(a).toMatchObject({ status: 401, code: "unauthenticated" });
    expect({ ...a, requestId: "" }).toEqual({ ...b, requestId: "" });
    expect(wrong.headers.get("set-cookie")).toBeNull();
  });

  test("computes a password's hash whether or not anyone has that e-mail, so that both take equally long", async () => {
    await signIn(edge, acme, "timed@acme.test");
    let hashes = 0;
    const hook = createHook({
      init: (_, type) => {
        if (type === "SCRYPTREQUEST") hashes += 1;
      },
    }).enable();
    try {
      for (const email of ["timed@acme.test", "nobody-timed@acme.test"]) {
        hashes = 0;
        expect((await attempt(email, "wrong", "192.0.2.9")).status).toBe(401);
        expect(hashes, email).toBe(1);
      }
    } finally {
      hook.disable();
    }
  });

  test("makes a new session each time, whatever session the browser came with", async () => {
    const planted = cookieOf(await signIn(edge, acme, "eve@acme.test"));
    await edge.ctx.people.create({ email: "victim@acme.test", name: "Ann", password: PASSWORD });
    const signedIn = await postJson(
      `${edge.url}/api/auth/sign-in/email`,
      { email: "victim@acme.test", password: PASSWORD },
      { cookie: planted },
    );
    const own = cookieOf(signedIn.headers.get("set-cookie") ?? "");
    expect(own).toMatch(/^cogni\.session_token=./);
    expect(own).not.toBe(planted);
    expect(await (await me(planted)).json()).toMatchObject({ person: { email: "eve@acme.test" } });
    const sessions = (cookie: string) => fetch(`${edge.url}/api/auth/sessions`, { headers: { cookie } });
    expect(JSON.parse(await (await sessions(own)).text()).sessions).toHaveLength(1);
  });

  test("is limited for whoever guesses, and for nobody else", async () => {
    await signIn(edge, acme, "target@acme.test");
    for (let i = 0; i < 12; i++)
      expect((await attempt("target@acme.test", PASSWORD, "192.0.2.1")).status).toBe(200);
    const guesses = await Promise.all(
      Array.from({ length: 12 }, () => attempt("target@acme.test", "guess", "192.0.2.1")),
    );
    const statuses = guesses.map(({ status }) => status).sort();
    expect(statuses).toEqual([...Array(10).fill(401), 429, 429]);
    const limited = await attempt("target@acme.test", PASSWORD, "192.0.2.1");
    expect(Number(limited.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(await problemOf(limited)).toMatchObject({ status: 429, code: "rate_limited" });
    expect((await attempt("target@acme.test", PASSWORD, "192.0.2.2")).status).toBe(200);
  });

  test.each([
    ["/api/auth/sign-up/email", { email: "new@acme.test", password: PASSWORD, name: "New" }],
    ["/api/auth/update-user", { name: "x" }],
    ["/api/auth/forget-password", { email: "known@acme.test" }],
  ])("is all that Better Auth offers over HTTP: no %s", async (path, body) => {
    expect((await postJson(edge.url + path, body)).status).toBe(404);
  });

  test("refuses what is no e-mail, and fields it does not know", async () => {
    const response = await postJson(`${edge.url}/api/auth/sign-in/email`, {
      email: "ann",
      password: "",
      callbackURL: "//evil",
    });
    expect((await problemOf(response)).errors.map(({ path }) => path).sort()).toEqual([
      "callbackURL",
      "email",
      "password",
    ]);
  });
});

describe("a key", () => {
  test("shows its own tenant, and counts even beside another's session", async () => {
    const cookie = cookieOf(await signIn(edge, globex, "beside@globex.test"));
    const { key } = await newKey(edge, acme);
    const response = await fetch(`${edge.url}/api/v1/me`, {
      headers: { cookie, authorization: `Bearer ${key}` },
    });
    expect(await response.json()).toEqual({
      billingAccountId: "acme",
      billingAccountName: "ACME",
      person: null,
      role: null,
    });
  });

  test.each([
    ["unknown", `Bearer cck_${"x".repeat(43)}`],
    ["malformed", "Bearer cck_short"],
    ["of another kind", "Basic YTpi"],
    ["empty", ""],
  ])("that is %s is refused, also beside a good session", async (_, authorization) => {
    const cookie = cookieOf(await signIn(edge, acme, `${crypto.randomUUID()}@acme.test`));
    const response = await fetch(`${edge.url}/api/v1/me`, { headers: { cookie, authorization } });
    expect(await problemOf(response)).toMatchObject({ status: 401, code: "unauthenticated" });
  });
});
