import type { BillingAccountId } from "@cogni/contract";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { OIDC_CLIENT, type OidcStandIn, startOidc } from "../../../dev-env/src/stand-ins/oidc.ts";
import { asSuperuser, type TestDatabase, tenants, testDatabase } from "../support/database.ts";
import { cookieOf, type Edge, PUBLIC_URL, signIn, startEdge } from "../support/edge.ts";
import { invite, person } from "../support/members.ts";

let database: TestDatabase;
let provider: OidcStandIn;
let edge: Edge;
let acme: BillingAccountId;

beforeAll(async () => {
  database = await testDatabase();
  [acme] = (await tenants(database.db, "acme")) as [BillingAccountId];
  provider = await startOidc();
  edge = await startEdge(database, { env: settings() });
});
afterEach(() => {
  provider.mood(null);
  provider.emailInIdToken(true);
});
afterAll(async () => {
  await Promise.all([edge.close(), provider.close()]);
  await database.drop();
});

let addresses = 0;
function settings(timing: object = {}, issuer = provider.url): Record<string, string> {
  return {
    OIDC_ISSUER: issuer,
    OIDC_CLIENT_ID: OIDC_CLIENT.id,
    OIDC_CLIENT_SECRET: OIDC_CLIENT.secret,
    TIMING: JSON.stringify({ signIn: timing }),
    TRUSTED_PROXIES: "127.0.0.1",
  };
}

/** What a browser does with an address: it shows its cookies, and tells where it is sent. */
async function open(address: string, cookie = "", at = edge) {
  const headers = { cookie, "x-forwarded-for": `198.51.100.${++addresses}` };
  const answer = await fetch(address.replace(PUBLIC_URL, at.url), { redirect: "manual", headers });
  const cookies = answer.headers.getSetCookie();
  const location = answer.headers.get("location") ?? "";
  return { status: answer.status, location, cookies, sent: cookies.map(cookieOf).join("; ") };
}

const start = (next?: string, at = edge) => {
  const query = next === undefined ? "" : `?next=${encodeURIComponent(next)}`;
  return open(`${PUBLIC_URL}/api/auth/oidc/start${query}`, "", at);
};

/** From the button to the end. */
async function comeIn(next?: string, at = edge) {
  const left = await start(next, at);
  const { location } = await open(left.location);
  const end = await open(location, left.sent, at);
  return { ...end, returned: location, kept: left.sent };
}

const me = async (cookie: string) =>
  (await fetch(`${edge.url}/api/v1/me`, { headers: { cookie } })).json() as Promise<object>;
const claims = (sub: string, email = `${sub}@acme.test`) => ({
  sub,
  email,
  email_verified: true,
  name: "Ann",
});
const known = (name: string) => signIn(edge, acme, `${name}@acme.test`);

describe("signing in by the identity provider", () => {
  test("leads out with PKCE, state and nonce, and back to where the person wanted to go, by a new session", async () => {
    const planted = cookieOf(await known("eve"));
    await known("ann");
    provider.nextPerson(claims("ann", "Ann@Acme.test"));
    const left = await start("/channels?from=mail");
    expect(left.status).toBe(303);
    expect(left.cookies).toEqual([
      expect.stringMatching(/^cogni\.oidc=[^;]+; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax$/),
    ]);
    const sent = Object.fromEntries(new URL(left.location).searchParams);
    expect(sent).toMatchObject({
      redirect_uri: `${PUBLIC_URL}/api/auth/oidc/callback`,
      code_challenge_method: "S256",
    });
    const { location } = await open(left.location);
    const end = await open(location, `${planted}; ${left.sent}`);
    expect(end).toMatchObject({ status: 303, location: "/channels?from=mail" });
    expect(end.cookies).toEqual([
      expect.stringMatching(/^cogni\.session_token=[^;]+; Max-Age=604800; Path=\/; HttpOnly; SameSite=Lax$/),
      expect.stringMatching(/^cogni\.oidc=; Max-Age=0/),
    ]);
    expect(cookieOf(end.cookies[0] ?? "")).not.toBe(planted);
    expect(await me(cookieOf(end.cookies[0] ?? ""))).toMatchObject({ person: { email: "ann@acme.test" } });
    expect(await me(planted)).toMatchObject({ person: { email: "eve@acme.test" } });
  });

  test("knows people by issuer and subject from then on, whatever becomes of the address", async () => {
    await known("moves");
    await known("heir");
    provider.nextPerson(claims("moves"));
    await comeIn();
    provider.nextPerson({ sub: "moves", email: "heir@acme.test", email_verified: false });
    const { cookies } = await comeIn();
    expect(await me(cookieOf(cookies[0] ?? ""))).toMatchObject({ person: { email: "moves@acme.test" } });
    // Whoever has the address now is not whoever had it.
    provider.nextPerson(claims("another", "moves@acme.test"));
    expect((await comeIn()).location).toBe("/sign-in?refused=unknown");
  });

  test("takes an address that stands only in what the access token opens", async () => {
    await known("apart");
    provider.nextPerson(claims("apart"));
    provider.emailInIdToken(false);
    expect((await comeIn()).location).toBe("/");
  });

  test("lets nobody in by an address that the provider has not verified, or that we have not", async () => {
    await known("unsure");
    for (const email_verified of [false, "false", 1]) {
      provider.nextPerson({ ...claims("unsure"), email_verified });
      expect((await comeIn("/channels")).location).toBe("/sign-in?refused=unverified&next=%2Fchannels");
    }
    provider.nextPerson(claims("unsure"));
    await asSuperuser(
      database,
      `UPDATE auth."user" SET "emailVerified" = false WHERE email = 'unsure@acme.test'`,
    );
    expect((await comeIn()).location).toBe("/sign-in?refused=unknown");
  });

  test("makes nobody who is not invited; whoever is invited accepts by the link of the mail", async () => {
    provider.nextPerson({ ...claims("new"), name: "New\u202e One" });
    expect((await comeIn()).location).toBe("/sign-in?refused=unknown");
    expect(await asSuperuser(database, `SELECT FROM auth."user" WHERE email = 'new@acme.test'`)).toEqual([]);
    const host = await person(edge, acme, "host", "owner");
    const { link } = await invite(edge, host, "new@acme.test");
    const { location, cookies } = await comeIn("/channels");
    expect(location).toBe("/invitation");
    const cookie = cookieOf(cookies[0] ?? "");
    expect(await me(cookie)).toMatchObject({ code: "forbidden" });
    const accepted = await fetch(`${edge.url}/api/auth/invitation/accept`, {
      method: "POST",
      headers: { cookie, "content-type": "application/json" },
      body: JSON.stringify({ token: link.split("#token=")[1] }),
    });
    expect(accepted.status).toBe(200);
    expect(await me(cookie)).toMatchObject({ person: { email: "new@acme.test", name: "new@acme.test" } });
  });

  test.each([
    "//evil.test",
    "/\\evil.test",
    "https://evil.test",
    "/x/..//evil.test",
    "/\t/evil.test",
    "/api/auth/oidc/start",
    "javascript:alert(1)",
  ])("leads to no other site by the return address %j", async (next) => {
    await known(`open-${++addresses}`);
    provider.nextPerson(claims(`open-${addresses}`));
    expect((await comeIn(next)).location).toBe("/");
  });
});

describe("an answer of the identity provider", () => {
  const REFUSED = "/sign-in?refused=failed";

  test("is good once, in the browser that asked for it, and in its time", async () => {
    await known("browser");
    provider.nextPerson(claims("browser"));
    const { returned, kept, location } = await comeIn();
    expect(location).toBe("/");
    expect((await open(returned, kept)).location).toBe(REFUSED);
    const other = await start();
    const { location: stolen } = await open((await start()).location);
    expect((await open(stolen)).location).toBe(REFUSED);
    expect((await open(stolen, other.sent)).location).toBe(REFUSED);
    expect((await open(stolen, "cogni.oidc=%7B%7D.x")).location).toBe(REFUSED);
    const hurried = await startEdge(database, { env: settings({ oidcMs: 1 }) });
    try {
      expect((await comeIn(undefined, hurried)).location).toBe(REFUSED);
    } finally {
      await hurried.close();
    }
  });

  test.each([
    ["another nonce", { nonce: "another-nonce" }],
    ["another audience", { aud: "another-client" }],
    ["another issuer", { iss: "https://impostor.test" }],
    ["a time that is over", { exp: 1_000_000 }],
    ["a time to come", { nbf: 4_000_000_000 }],
  ])("with %s lets nobody in", async (_, lie) => {
    await known(`lied-${++addresses}`);
    provider.nextPerson(claims(`lied-${addresses}`));
    provider.mood({ kind: "lies", claims: lie });
    const { location, cookies } = await comeIn();
    expect(location).toBe(REFUSED);
    expect(cookies).toEqual([expect.stringMatching(/^cogni\.oidc=; Max-Age=0/)]);
  });

  test("signed by a key that the provider does not name lets nobody in", async () => {
    await known("forged");
    provider.nextPerson(claims("forged"));
    provider.mood({ kind: "forges" });
    expect((await comeIn()).location).toBe(REFUSED);
  });

  test("that is a refusal is told as such", async () => {
    provider.mood({ kind: "refuses", error: "access_denied" });
    expect((await comeIn()).location).toBe("/sign-in?refused=cancelled");
    provider.mood({ kind: "refuses", error: "server_error" });
    expect((await comeIn()).location).toBe(REFUSED);
  });

  test("is made up so often by one address, which keeps nobody else out, and right ones are not counted", async () => {
    await known("office");
    provider.nextPerson(claims("office"));
    const made = async (from: string) => {
      const headers = { "x-forwarded-for": from };
      const answer = await fetch(`${edge.url}/api/auth/oidc/callback?code=guess`, {
        redirect: "manual",
        headers,
      });
      return answer.headers.get("location");
    };
    const guesses = await Promise.all(Array.from({ length: 52 }, () => made("192.0.2.9")));
    expect(guesses.filter((location) => location === "/sign-in?refused=too_often")).toHaveLength(2);
    expect(await made("192.0.2.10")).toBe(REFUSED);
    const office = { "x-forwarded-for": "192.0.2.11" };
    for (let i = 0; i < 60; i++) {
      const answer = await fetch(`${edge.url}/api/auth/oidc/start`, { redirect: "manual", headers: office });
      expect(answer.headers.get("location")).toMatch(provider.url);
    }
  });

  test("is not waited for, and its log line holds neither secret nor address", async () => {
    await known("patient");
    provider.nextPerson(claims("patient"));
    const hurried = await startEdge(database, { env: settings({ oidcCallMs: 300 }) });
    try {
      const left = await start(undefined, hurried);
      const { location } = await open(left.location);
      provider.mood({ kind: "slow", ms: 1_000 });
      expect((await open(location, left.sent, hurried)).location).toBe("/sign-in?refused=away");
      for (const kept of [
        OIDC_CLIENT.secret,
        "patient@acme.test",
        new URL(location).searchParams.get("code") ?? "",
      ]) {
        expect(hurried.logged()).not.toContain(kept);
      }
    } finally {
      await hurried.close();
    }
  });
});

describe("an identity provider", () => {
  test("that is away is told, keeps nobody from a password, and is found again when it is back", async () => {
    const edge2 = await startEdge(database, { env: settings() });
    try {
      provider.mood({ kind: "status", status: 503 });
      expect((await start("/channels", edge2)).location).toBe("/sign-in?refused=away&next=%2Fchannels");
      expect(cookieOf(await signIn(edge2, acme, "password@acme.test"))).not.toBe("");
      provider.mood(null);
      expect((await start(undefined, edge2)).location).toMatch(`${provider.url}/authorize`);
    } finally {
      await edge2.close();
    }
    const nobody = await startEdge(database, { env: settings({}, "http://127.0.0.1:1") });
    try {
      expect((await start(undefined, nobody)).location).toBe("/sign-in?refused=away");
    } finally {
      await nobody.close();
    }
  });

  test("that says it is another is not believed, and one that is not set leads nowhere", async () => {
    const impostor = await startEdge(database, { env: settings() });
    const none = await startEdge(database);
    try {
      provider.mood({ kind: "impostor" });
      expect((await start(undefined, impostor)).location).toBe("/sign-in?refused=failed");
      expect((await start(undefined, none)).location).toBe("/sign-in");
    } finally {
      await Promise.all([impostor.close(), none.close()]);
    }
  });
});
