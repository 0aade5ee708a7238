/** Invitations over HTTP: good once, for some days, for one address, and telling nothing when they are over. */
import {
  acceptedInvitationSchema,
  type BillingAccountId,
  invitationDetailsSchema,
  MAX_INVITATIONS,
  meSchema,
  TENANT_HEADER,
} from "@cogni/contract";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { asSuperuser, type TestDatabase, tenants, testDatabase } from "../support/database.ts";
import { cookieOf, type Edge, PASSWORD, postJson, problemOf, startEdge } from "../support/edge.ts";
import { type Outbox, testOutbox, tokenIn } from "../support/mail.ts";
import { invite, membersOf, type Person, person, post } from "../support/members.ts";

let database: TestDatabase;
let edge: Edge;
let outbox: Outbox;
let acme: BillingAccountId;
let umbrella: BillingAccountId;
let owner: Person;
let admin: Person;
let stranger: Person;

beforeAll(async () => {
  database = await testDatabase();
  outbox = await testOutbox();
  [acme, umbrella] = await tenants(database.db, "acme", "umbrella");
  edge = await startEdge(database, { env: { DATA_DIR: outbox.dataDir, TRUSTED_PROXIES: "127.0.0.1" } });
  owner = await person(edge, acme, "olga", "owner");
  admin = await person(edge, acme, "ada", "admin");
  stranger = await person(edge, umbrella, "uma", "owner");
});
afterAll(async () => {
  await edge.close();
  await database.drop();
  await outbox.remove();
});

const NEW = { name: "Nora", password: PASSWORD };
const look = (token: string, from = "198.51.100.1") =>
  postJson(`${edge.url}/api/auth/invitation/look`, { token }, { "x-forwarded-for": from });
const accept = (token: string, body: object = {}, headers: Readonly<Record<string, string>> = {}) =>
  postJson(`${edge.url}/api/auth/invitation/accept`, { token, ...body }, headers);
const membership = async (email: string) =>
  (await membersOf(edge, owner)).members.find((one) => one.email === email)?.role;

describe("an invitation", () => {
  test("is mailed, told once, and makes a new person a member who is signed in", async () => {
    const { invitation, link } = await invite(edge, admin, "Nora@New.test", "manager");
    expect(invitation).toMatchObject({ email: "nora@new.test", role: "manager", invitedBy: "Ann" });
    const inDays = (Date.parse(invitation.expiresAt) - Date.now()) / 86_400_000;
    expect(Math.abs(inDays - 7)).toBeLessThan(0.01);
    const mail = await outbox.mailTo("nora@new.test");
    expect(mail).toContain(link);
    const token = tokenIn(mail);
    expect(invitationDetailsSchema.parse(await (await look(token)).json())).toEqual({
      billingAccountName: "ACME",
      role: "manager",
      email: "n•••@new.test",
      hasAccount: false,
    });
    const accepted = await accept(token, NEW);
    expect(acceptedInvitationSchema.parse(await accepted.json())).toEqual({
      billingAccountId: "acme",
      billingAccountName: "ACME",
    });
    const cookie = cookieOf(accepted.headers.get("set-cookie") ?? "");
    const me = await fetch(`${edge.url}/api/v1/me`, { headers: { cookie, [TENANT_HEADER]: acme } });
    expect(meSchema.parse(await me.json())).toMatchObject({
      person: { email: "nora@new.test", name: "Nora" },
      role: "manager",
    });
    expect((await membersOf(edge, owner)).invitations).toEqual([]);
    const again = await postJson(`${edge.url}/api/auth/sign-in/email`, {
      email: "nora@new.test",
      password: PASSWORD,
    });
    expect(again.status).toBe(200);
    const [stored] = await asSuperuser(
      database,
      'SELECT "emailVerified" AS verified FROM auth."user" WHERE email = \'nora@new.test\'',
    );
    expect(stored).toEqual({ verified: true });
    expect(edge.logged()).not.toContain(token);
  });

  test("makes whoever is signed in with its address a member, and nobody else", async () => {
    const token = tokenIn((await invite(edge, owner, stranger.email, "admin")).link);
    expect(await (await look(token)).json()).toMatchObject({ hasAccount: true });
    expect(await problemOf(await accept(token, {}, admin.headers))).toMatchObject({
      status: 403,
      code: "invitation_for_another",
    });
    // Without a session, nobody takes over the account that is there.
    expect(await problemOf(await accept(token, NEW))).toMatchObject({ code: "unauthenticated" });
    expect(await membership(stranger.email)).toBeUndefined();
    const named = { ...stranger.headers, [TENANT_HEADER]: acme };
    expect((await fetch(`${edge.url}/api/v1/me`, { headers: named })).status).toBe(403);
    const accepted = await accept(token, {}, stranger.headers);
    expect([accepted.status, accepted.headers.get("set-cookie")]).toEqual([200, null]);
    // At once: that they were refused a moment ago is forgotten.
    expect((await fetch(`${edge.url}/api/v1/me`, { headers: named })).status).toBe(200);
    expect(await membership(stranger.email)).toBe("admin");
  });

  test("is good once, however many accept it at the same moment, and makes one person", async () => {
    const token = tokenIn((await invite(edge, admin, "twice@new.test")).link);
    const answers = await Promise.all(Array.from({ length: 5 }, () => accept(token, NEW)));
    const codes = await Promise.all(
      answers.map(async (answer) => (answer.ok ? "ok" : (await problemOf(answer)).code)),
    );
    expect(codes.filter((code) => code === "ok")).toHaveLength(1);
    expect(codes.filter((code) => code === "invitation_ended" || code === "unauthenticated")).toHaveLength(4);
    expect(
      await asSuperuser(database, `SELECT FROM auth."user" WHERE email = 'twice@new.test'`),
    ).toHaveLength(1);
  });

  test("that is used, expired, revoked, replaced or made up is over, in the same words", async () => {
    const used = tokenIn((await invite(edge, admin, "used@new.test")).link);
    expect((await accept(used, NEW)).status).toBe(200);
    const expired = await invite(edge, admin, "expired@new.test");
    await asSuperuser(database, "UPDATE invitations SET expires_at = now() WHERE id = $1", [
      expired.invitation.id,
    ]);
    const revoked = await invite(edge, admin, "revoked@new.test");
    const revoke = () => post(edge, admin, "/members/revoke-invitation", { id: revoked.invitation.id });
    expect((await revoke()).status).toBe(200);
    expect(await problemOf(await revoke())).toMatchObject({ code: "invitation_ended" });
    const replaced = await invite(edge, admin, "replaced@new.test");
    const newest = await invite(edge, admin, "REPLACED@new.test", "admin");
    const dead = [used, ...[expired, revoked, replaced].map(({ link }) => tokenIn(link)), "x".repeat(43)];
    for (const ask of [
      look,
      (token: string) => accept(token, NEW),
      (token: string) => accept(token, {}, stranger.headers),
    ]) {
      const answers = await Promise.all(dead.map(async (token) => problemOf(await ask(token))));
      const told = answers.map(({ requestId: _, ...rest }) => rest);
      expect(new Set(told.map((one) => JSON.stringify(one))).size).toBe(1);
      expect(told[0]).toMatchObject({ status: 410, code: "invitation_ended" });
    }
    expect(await (await look(tokenIn(newest.link))).json()).toMatchObject({ role: "admin" });
    expect(await asSuperuser(database, `SELECT FROM auth."user" WHERE email = 'revoked@new.test'`)).toEqual(
      [],
    );
    // Time that is over leaves the place to the next one.
    expect((await invite(edge, admin, "expired@new.test")).invitation.email).toBe("expired@new.test");
  });

  test("of an owner is neither taken back nor replaced by an admin, and none is for a member", async () => {
    const { invitation, link } = await invite(edge, owner, "next@new.test", "owner");
    for (const answer of [
      await post(edge, admin, "/members/revoke-invitation", { id: invitation.id }),
      await post(edge, admin, "/members/invite", { email: "next@new.test", role: "viewer" }),
    ]) {
      expect(await problemOf(answer)).toMatchObject({ code: "forbidden" });
    }
    expect((await look(tokenIn(link))).status).toBe(200);
    const member = await post(edge, owner, "/members/invite", { email: "OLGA@acme.test", role: "viewer" });
    expect(await problemOf(member)).toMatchObject({ status: 409, code: "already_member" });
    const theirs = await post(edge, stranger, "/members/revoke-invitation", { id: invitation.id });
    expect(await problemOf(theirs)).toMatchObject({ code: "invitation_ended" });
  });

  test("wants of a new person a name that can be read and a password worth the name, and stays open until then", async () => {
    const token = tokenIn((await invite(edge, admin, "odd@new.test")).link);
    const odd = [
      {},
      { name: "Nora" },
      { password: PASSWORD },
      { name: "Nora", password: "short" },
      { name: "Nora", password: "ODD@new.test " },
      { name: "x".repeat(10_000), password: PASSWORD },
      { name: "No\u202Era", password: PASSWORD },
      { name: "\u200B", password: PASSWORD },
      { name: "Nora", password: PASSWORD, role: "owner" },
      { name: "Nora", password: PASSWORD, email: "other@new.test" },
    ];
    for (const body of odd) {
      expect((await accept(token, body)).status, JSON.stringify(body).slice(0, 80)).toBe(400);
    }
    const inAddress = await postJson(`${edge.url}/api/auth/invitation/look?token=${token}`, { token });
    expect(inAddress.status).toBe(400);
    expect((await accept(token, { name: "\uFF2E\uFF4F\uFF52\uFF41", password: PASSWORD })).status).toBe(200);
    expect((await membersOf(edge, owner)).members.find(({ email }) => email === "odd@new.test")?.name).toBe(
      "Nora",
    );
  });

  test("goes to an address and to nothing else, and not over and over", async () => {
    for (const email of [
      "",
      "nobody",
      "a@b.test, eve@evil.test",
      "a@b.test\r\nBcc: eve@evil.test",
      `${"x".repeat(10_000)}@b.test`,
      "аda@acme.test",
    ]) {
      expect(
        (await post(edge, admin, "/members/invite", { email, role: "viewer" })).status,
        email.slice(0, 40),
      ).toBe(400);
    }
    const again = () => post(edge, admin, "/members/invite", { email: "much@new.test", role: "viewer" });
    const statuses = [];
    for (let round = 0; round < 6; round += 1) statuses.push((await again()).status);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
  });

  test("is one of fifty that are open at most, however many are made at once", async () => {
    const answers = await Promise.all(
      Array.from({ length: MAX_INVITATIONS + 10 }, (_, index) =>
        post(edge, stranger, "/members/invite", { email: `p${index}@many.test`, role: "viewer" }),
      ),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 409]));
    const { invitations } = await membersOf(edge, stranger);
    expect(invitations).toHaveLength(MAX_INVITATIONS);
    // In the place of one that is open there is room.
    const email = invitations?.[0]?.email ?? "";
    expect((await post(edge, stranger, "/members/invite", { email, role: "admin" })).status).toBe(200);
  });

  test("is not found by guessing: wrong tokens are limited for the address they come from, and for no other", async () => {
    const from = "203.0.113.9";
    const token = tokenIn((await invite(edge, admin, "guessed@new.test")).link);
    const wrong = await Promise.all(Array.from({ length: 60 }, () => look("y".repeat(43), from)));
    expect(new Set(wrong.map(({ status }) => status))).toEqual(new Set([410, 429]));
    expect((await look(token, from)).status).toBe(429);
    expect((await look(token)).status).toBe(200);
  });

  test("is kept as a hash only", async () => {
    const token = tokenIn((await invite(edge, admin, "hashed@new.test")).link);
    const rows = await asSuperuser(database, "SELECT i::text AS row FROM invitations i");
    expect(JSON.stringify(rows)).not.toContain(token);
  });
});
