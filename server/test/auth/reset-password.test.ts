/** A forgotten password, and the mailed link by which a new one is set. */
import type { BillingAccountId } from "@cogni/contract";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { asSuperuser, type TestDatabase, tenants, testDatabase } from "../support/database.ts";
import { cookieOf, type Edge, PASSWORD, postJson, problemOf, signIn, startEdge } from "../support/edge.ts";
import { type Outbox, testOutbox, tokenIn } from "../support/mail.ts";

const NEW_PASSWORD = "a wholly new password";
let database: TestDatabase;
let outbox: Outbox;
let edge: Edge;
let acme: BillingAccountId;
/** Somebody of the test's own. */
let email: string;
let people = 0;

beforeAll(async () => {
  database = await testDatabase();
  outbox = await testOutbox();
  [acme] = await tenants(database.db, "acme");
  edge = await startEdge(database, { env: { TRUSTED_PROXIES: "127.0.0.1", DATA_DIR: outbox.dataDir } });
});
afterAll(async () => {
  await edge.close();
  await outbox.remove();
  await database.drop();
});
beforeEach(() => {
  people += 1;
  email = `person-${people}@acme.test`;
});

/** From an address of the test's own, so that no test uses up another's attempts. */
const from = () => ({ "x-forwarded-for": `198.51.100.${people}` });
const forget = (address = email, headers: Readonly<Record<string, string>> = from()) =>
  postJson(`${edge.url}/api/auth/password/forget`, { email: address }, headers);
const reset = (token: string, password = NEW_PASSWORD, query = "") =>
  postJson(`${edge.url}/api/auth/password/reset${query}`, { token, password }, from());
const signInWith = async (password: string, address = email) =>
  (await postJson(`${edge.url}/api/auth/sign-in/email`, { email: address, password }, from())).status;
const me = async (cookie: string) => (await fetch(`${edge.url}/api/v1/me`, { headers: { cookie } })).status;
/** The token of the newest link for a new password. */
const linkFor = async (address = email, count = 1) => {
  expect((await forget(address)).status).toBe(200);
  return tokenIn(await outbox.mailTo(address, count));
};

describe("a forgotten password", () => {
  test("is replaced by the mailed link, which ends every session and is told by mail", async () => {
    const cookies = [cookieOf(await signIn(edge, acme, email))];
    const again = await postJson(`${edge.url}/api/auth/sign-in/email`, { email, password: PASSWORD });
    cookies.push(cookieOf(again.headers.get("set-cookie") ?? ""));
    for (const cookie of cookies) expect(await me(cookie)).toBe(200);

    expect((await forget(email.toUpperCase())).status).toBe(200);
    const mail = await outbox.mailTo(email);
    expect(mail).toMatch(/^http:\/\/console\.test\/reset-password#token=[\w-]{43}$/m);
    const done = await reset(tokenIn(mail));
    expect([done.status, await done.json()]).toEqual([200, { reset: true }]);

    for (const cookie of cookies) expect(await me(cookie)).toBe(401);
    expect([await signInWith(PASSWORD), await signInWith(NEW_PASSWORD)]).toEqual([401, 200]);
    expect(await outbox.mailTo(email, 2)).toContain("Your password was changed");
    expect(edge.logged()).not.toContain(tokenIn(mail));
  });

  test("signs nobody in any more, not even whoever was about to be", async () => {
    await signIn(edge, acme, email);
    const own = `(SELECT id FROM auth."user" WHERE email = '${email}')`;
    const living = () => asSuperuser(database, `SELECT FROM auth.session WHERE "userId" = ${own}`);
    // What a reset does, held before its end.
    const reset = await database.db.api.connect();
    await reset.query(`BEGIN; UPDATE auth.account SET password = 'a:b' WHERE "userId" = ${own}`);
    await reset.query(`DELETE FROM auth.session WHERE "userId" = ${own}`);
    const late = signInWith(PASSWORD);
    try {
      // Its session is there beside the one that is being ended, and waits.
      await vi.waitFor(async () => expect(await living()).toHaveLength(2), { timeout: 5_000 });
    } finally {
      await reset.query("COMMIT");
      reset.release();
    }
    expect([await late, await living()]).toEqual([401, []]);
  });

  test("is asked for with the same answer, whether or not anyone has the address", async () => {
    await signIn(edge, acme, email);
    const [known, unknown] = [await forget(), await forget("nobody@acme.test")];
    expect([known.status, await known.json()]).toEqual([200, { requested: true }]);
    expect([unknown.status, await unknown.json()]).toEqual([200, { requested: true }]);
    const names = (response: Response) => [...response.headers.keys()].sort();
    expect(names(known)).toEqual(names(unknown));
    await outbox.mailTo(email);
    expect((await outbox.mails()).join("")).not.toContain("nobody@");
  });

  test("is answered before the link is made, so that a known address takes no longer", async () => {
    await signIn(edge, acme, email);
    // Nobody can write a link meanwhile.
    const holder = await database.db.api.connect();
    await holder.query("BEGIN; LOCK auth.mail_link IN ACCESS EXCLUSIVE MODE");
    try {
      expect((await forget()).status).toBe(200);
    } finally {
      await holder.query("ROLLBACK");
      holder.release();
    }
    await outbox.mailTo(email);
  });

  test("fills no mailbox, and locks nobody out: what was mailed last still works", async () => {
    await signIn(edge, acme, email);
    for (let i = 1; i <= 3; i++) await linkFor(email, i);
    const limited = await forget(email, { "x-forwarded-for": "203.0.113.9" });
    expect(await problemOf(limited)).toMatchObject({ status: 429, code: "rate_limited" });
    expect(Number(limited.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await reset(tokenIn(await outbox.mailTo(email, 3)))).status).toBe(200);
  });

  test("is asked for by one address so often, for whomever", async () => {
    const statuses = await Promise.all(
      Array.from({ length: 21 }, async (_, i) => (await forget(`many-${i}@acme.test`)).status),
    );
    expect(statuses.sort()).toEqual([...Array(20).fill(200), 429]);
  });

  test("is told by mail in the language of whoever asks: as chosen on the page, else as their browser asks", async () => {
    await signIn(edge, acme, email);
    await forget(email, { ...from(), "accept-language": "de-AT,en;q=0.5" });
    const german = await outbox.mailTo(email);
    expect(german).toContain("Subject: Neues Passwort setzen\n");
    const chinese = { ...from(), "accept-language": "de", cookie: "locale=zh" };
    const token = tokenIn(german);
    await postJson(`${edge.url}/api/auth/password/reset`, { token, password: NEW_PASSWORD }, chinese);
    expect(await outbox.mailTo(email, 2)).toContain("Subject: 您的密码已更改\n");
  });

  test.each([
    "ann",
    "ann@acme.test\r\nBcc: eve@evil.test",
    "ann@acme.test,eve@evil.test",
    `${"a".repeat(250)}@b.example`,
  ])("is not asked for with %j", async (address) => {
    expect(await problemOf(await forget(address))).toMatchObject({ status: 400, code: "invalid_request" });
  });
});

describe("a link for a new password", () => {
  const invalid = { status: 400, code: "link_invalid" };

  test("works once, also for two who use it at the same moment", async () => {
    await signIn(edge, acme, email);
    const token = await linkFor();
    const both = await Promise.all([reset(token), reset(token, "another new password")]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 400]);
    expect(await problemOf(await reset(token))).toMatchObject(invalid);
  });

  test("works until a newer one is asked for", async () => {
    await signIn(edge, acme, email);
    const older = await linkFor();
    const newer = await linkFor(email, 2);
    expect(await problemOf(await reset(older))).toMatchObject(invalid);
    expect((await reset(newer)).status).toBe(200);
  });

  test("works for 30 minutes", async () => {
    await signIn(edge, acme, email);
    const token = await linkFor();
    const expires = `SELECT extract(epoch FROM expires_at - now())::integer AS left FROM auth.mail_link WHERE email = $1`;
    const [row] = await asSuperuser(database, expires, [email]);
    expect(row?.left).toBeGreaterThan(29 * 60);
    expect(row?.left).toBeLessThanOrEqual(30 * 60);
    await asSuperuser(database, "UPDATE auth.mail_link SET expires_at = now() WHERE email = $1", [email]);
    expect(await problemOf(await reset(token))).toMatchObject(invalid);
    expect(await signInWith(PASSWORD)).toBe(200);
  });

  test("is for its own person only, and for an address they still have", async () => {
    await signIn(edge, acme, email);
    const other = `other-${email}`;
    const cookie = cookieOf(await signIn(edge, acme, other));
    expect((await reset(await linkFor())).status).toBe(200);
    expect([await me(cookie), await signInWith(PASSWORD, other)]).toEqual([200, 200]);
    const token = await linkFor(other);
    await asSuperuser(database, `UPDATE auth."user" SET email = 'moved-' || email WHERE email = $1`, [other]);
    expect(await problemOf(await reset(token))).toMatchObject(invalid);
  });

  test("is kept as a hash only", async () => {
    await signIn(edge, acme, email);
    const token = await linkFor();
    const rows = await asSuperuser(database, "SELECT mail_link::text AS row FROM auth.mail_link");
    const hex = Buffer.from(token, "base64url").toString("hex");
    expect(JSON.stringify(rows)).toContain(email);
    expect(JSON.stringify(rows)).not.toContain(token);
    expect(JSON.stringify(rows)).not.toContain(hex);
  });

  test("is refused in an address, where it would be logged, and is not used up by that", async () => {
    await signIn(edge, acme, email);
    const token = await linkFor();
    const problem = await problemOf(await reset(token, NEW_PASSWORD, `?token=${token}`));
    expect(problem).toMatchObject({ status: 400, code: "invalid_request" });
    expect(problem.errors.map(({ path }) => path)).toEqual(["token"]);
    expect((await reset(token)).status).toBe(200);
  });

  test.each([
    ["is too short", "nine char"],
    ["is too long", "x".repeat(129)],
    ["is the e-mail", "EMAIL "],
  ])("is not used up by a password that %s", async (_, password) => {
    await signIn(edge, acme, email);
    const token = await linkFor();
    const refused = await problemOf(await reset(token, password.replace("EMAIL", email.toUpperCase())));
    expect(refused).toMatchObject({ status: 400, code: "invalid_request" });
    expect(refused.errors.map(({ path }) => path)).toEqual(["password"]);
    expect((await reset(token, "x".repeat(128))).status).toBe(200);
  });

  test("can't be guessed at leisure", async () => {
    const guesses = await Promise.all(
      Array.from({ length: 51 }, async (_, i) => (await reset(String(i).padEnd(43, "x"))).status),
    );
    expect(guesses.sort()).toEqual([...Array(50).fill(400), 429]);
  });
});

test("a mail server that is away changes no answer, and its log line names neither address nor link", async () => {
  const away = await startEdge(database, {
    env: {
      SMTP_URL: "smtp://127.0.0.1:1",
      MAIL_FROM: "no-reply@acme.test",
      TIMING: JSON.stringify({ mail: { attempts: 1 } }),
    },
  });
  try {
    await signIn(away, acme, email);
    const asked = await postJson(`${away.url}/api/auth/password/forget`, { email });
    expect([asked.status, await asked.json()]).toEqual([200, { requested: true }]);
    await vi.waitFor(() => expect(away.logged()).toContain("a mail was given up"));
    expect(away.logged()).not.toMatch(/person-|#token/);
  } finally {
    await away.close();
  }
});
