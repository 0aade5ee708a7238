/** Connect links over HTTP: made by API, opened once, kept to their channels, embedded where their tenant allows it. */
import {
  type BillingAccountId,
  type ChannelId,
  type ConnectLinkSettings,
  type CreatedConnectLink,
  connectLinksSchema,
  createdConnectLinkSchema,
  type OpenedConnectLink,
  openedConnectLinkSchema,
  type StatusDocument,
  TENANT_HEADER,
} from "@cogni/contract";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { append } from "../../src/db/audit.ts";
import { withTenant } from "../../src/db/tenant.ts";
import { register } from "../support/connections.ts";
import { asSuperuser, CHANNEL, type TestDatabase, tenants, testDatabase } from "../support/database.ts";
import { cookieOf, type Edge, newKey, postJson, problemOf, signIn, startEdge } from "../support/edge.ts";

let database: TestDatabase;
let edge: Edge;
let acme: BillingAccountId;
let umbrella: BillingAccountId;
let admin: Record<string, string>;
let key: { id: string; key: string };

const pages = {
  handle: async (_: unknown, outgoing: { end(text: string): unknown }) =>
    void outgoing.end("<!doctype html>"),
  close: async () => undefined,
};

beforeAll(async () => {
  database = await testDatabase();
  [acme, umbrella] = await tenants(database.db, "acme", "umbrella");
  edge = await startEdge(database, { principalCacheMs: 1, pages });
  // Nothing is on offer without a gateway; what was connected once is listed all the same.
  await register(database.db, acme);
  admin = { cookie: cookieOf(await signIn(edge, acme, "ada@acme.test", "admin")), [TENANT_HEADER]: acme };
  key = await newKey(edge, acme, ["links:read", "links:write"]);
  await settle({ allowedOrigins: ["https://shop.example", "http://localhost:4000"] });
});
afterAll(async () => {
  await edge.close();
  await database.drop();
});

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const byKey = () => bearer(key.key);
const post = (path: string, body: object, headers: Readonly<Record<string, string>> = byKey()) =>
  postJson(`${edge.url}/api/v1/connect-links${path}`, body, headers);
const settle = (settings: Partial<ConnectLinkSettings>) =>
  post("/settings", { name: null, color: null, allowedOrigins: [], ...settings }, admin);
const create = async (
  request: object = {},
  headers: Record<string, string> = byKey(),
): Promise<CreatedConnectLink> =>
  createdConnectLinkSchema.parse(await (await post("", request, headers)).json());
const list = async (headers: Record<string, string> = byKey()) =>
  connectLinksSchema.parse(await (await fetch(`${edge.url}/api/v1/connect-links`, { headers })).json()).links;
const tokenOf = ({ url }: CreatedConnectLink) => new URL(url).hash.slice(1);
const tryToOpen = ({ id, url }: CreatedConnectLink, headers = {}) =>
  postJson(`${edge.url}/api/auth/connect-link/open`, { id, token: new URL(url).hash.slice(1) }, headers);
const open = async (link: CreatedConnectLink): Promise<OpenedConnectLink> =>
  openedConnectLinkSchema.parse(await (await tryToOpen(link)).json());
const looks = (token: string) => fetch(`${edge.url}/api/v1/channels/status`, { headers: bearer(token) });
const statusFor = async (token: string) => (await looks(token)).status;
const disconnect = (token: string, channel = "telegram") =>
  postJson(`${edge.url}/api/v1/channels/disconnect`, { channel }, bearer(token));
const audited = (id: string) =>
  asSuperuser(
    database,
    `SELECT action, actor->>'kind' AS kind FROM audit_log WHERE subject = '${id}' ORDER BY id`,
  );

describe("a connect link", () => {
  test("is opened once, however many try at the same moment, and says nothing of why it does not open", async () => {
    const link = await create({ channels: ["telegram"], returnUrl: "https://shop.example/done?order=7" });
    expect(link.url).toBe(`http://console.test/connect/${link.id}#${tokenOf(link)}`);
    expect(Math.abs(Date.parse(link.expiresAt) - Date.now() - 30 * 60_000)).toBeLessThan(60_000);
    const answers = await Promise.all(Array.from({ length: 12 }, () => tryToOpen(link)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(11).fill(410)]);
    const [opened] = answers.filter(({ ok }) => ok);
    expect(opened?.headers.getSetCookie()).toEqual([]);
    expect(openedConnectLinkSchema.parse(await opened?.json())).toEqual({
      bearer: expect.stringMatching(/^ccl_[\w-]{43}$/),
      tenantName: "ACME",
      brand: { name: "ACME", color: null },
      channels: ["telegram"],
      returnUrl: "https://shop.example/done?order=7",
      allowedOrigins: ["https://shop.example", "http://localhost:4000"],
      expiresAt: link.expiresAt,
    });

    const revoked = await create();
    await post("/revoke", { id: revoked.id });
    const over = await create();
    await asSuperuser(database, `UPDATE connect_links SET expires_at = now() WHERE id = '${over.id}'`);
    const elsewhere = { ...(await create()), id: link.id };
    const unknown = { ...link, url: `${link.url.slice(0, -43)}${"x".repeat(43)}` };
    for (const ended of [link, revoked, over, elsewhere, unknown]) {
      const { requestId: _, ...problem } = await problemOf(await tryToOpen(ended));
      expect(problem).toMatchObject({ status: 410, code: "link_ended", errors: [] });
    }
  });

  test("is kept as hashes, logged nowhere and listed without what opens it", async () => {
    const link = await create({ channels: ["telegram"] });
    const { bearer: token } = await open(link);
    const dump = JSON.stringify(await asSuperuser(database, "SELECT * FROM connect_links"));
    for (const secret of [tokenOf(link), token]) {
      expect(edge.logged()).not.toContain(secret);
      expect(dump).not.toContain(secret);
      expect(JSON.stringify(await list())).not.toContain(secret);
    }
    expect((await list()).find(({ id }) => id === link.id)).toMatchObject({
      channels: ["telegram"],
      createdBy: "test key",
      openedAt: expect.any(String),
    });
    const inAddress = await fetch(`${edge.url}/api/v1/channels/status?bearer=${token}`, {
      headers: bearer(token),
    });
    expect(await problemOf(inAddress)).toMatchObject({ code: "invalid_request" });
  });

  test("shows and takes its own channels, and knows no others", async () => {
    const { bearer: token } = await open(await create({ channels: ["telegram"] }));
    const document = (await (await looks(token)).json()) as StatusDocument;
    expect(document.channels.map(({ channel }) => channel)).toEqual(["telegram"]);

    const other = await create();
    await asSuperuser(database, `UPDATE connect_links SET channels = '{discord}' WHERE id = '${other.id}'`);
    const { bearer: otherToken } = await open(other);
    const nothing = (await (await looks(otherToken)).json()) as StatusDocument;
    expect(nothing.channels).toEqual([]);
    const body = { channel: "telegram", credential: "123:ABC" };
    const connected = await postJson(`${edge.url}/api/v1/channels/connect`, body, bearer(otherToken));
    expect(await problemOf(connected)).toMatchObject({ code: "unknown_channel" });
    expect(await problemOf(await disconnect(otherToken))).toMatchObject({ code: "unknown_channel" });
    expect(await problemOf(await post("", { channels: ["telegarm"] }))).toMatchObject({
      code: "invalid_request",
      errors: [{ path: "channels.0" }],
    });
  });

  test("streams the status of its own channels alone", async () => {
    const link = await create();
    await asSuperuser(database, `UPDATE connect_links SET channels = '{discord}' WHERE id = '${link.id}'`);
    const { bearer: token } = await open(link);
    const first = async (headers: Record<string, string>) => {
      const leave = new AbortController();
      const response = await fetch(`${edge.url}/api/v1/channels/status`, {
        headers: { ...headers, accept: "text/event-stream" },
        signal: leave.signal,
      });
      const chunk = await response.body?.getReader().read();
      leave.abort();
      return new TextDecoder().decode(chunk?.value);
    };
    expect(await first(admin)).toContain('"channel":"telegram"');
    expect(await first(bearer(token))).toMatch(/event: snapshot\n.*\ndata: .*"channels":\[\]\}/);
  });

  test("disconnects what was connected by it, and nothing that others connected", async () => {
    const link = await create({ channels: ["telegram"] });
    const { bearer: token } = await open(link);
    const connectedBy = (actor: { kind: "key" | "link"; id: string }) =>
      withTenant(database.db, acme, (tx) =>
        append(tx, {
          billingAccountId: acme,
          actor,
          action: "channel.connect",
          channel: CHANNEL as ChannelId,
          accountId: null,
          outcome: "requested",
          meta: null,
        }),
      );
    await connectedBy({ kind: "key", id: key.id });
    expect(await problemOf(await disconnect(token))).toMatchObject({ code: "forbidden" });
    await connectedBy({ kind: "link", id: link.id });
    // No gateway carries it out here: the wish is kept.
    expect(await problemOf(await disconnect(token))).toMatchObject({ code: "gateway_unreachable" });
  });

  test("ends with its time, its revocation, its tenant, and the right of whoever made it", async () => {
    const made = async (headers: Record<string, string> = byKey()) => {
      const link = await create({}, headers);
      const { bearer: token } = await open(link);
      expect(await statusFor(token)).toBe(200);
      return { id: link.id, token };
    };
    const isOver = ({ token }: { token: string }) =>
      vi.waitFor(async () => expect(await statusFor(token)).toBe(401));

    const revoked = await made();
    expect(await (await post("/revoke", { id: revoked.id })).json()).toEqual({
      id: revoked.id,
      status: "revoked",
    });
    await isOver(revoked);
    expect(await problemOf(await post("/revoke", { id: revoked.id }))).toMatchObject({ code: "link_ended" });

    const over = await made();
    await asSuperuser(database, `UPDATE connect_links SET expires_at = now() WHERE id = '${over.id}'`);
    await isOver(over);

    const other = await newKey(edge, acme, ["links:write"]);
    const ofOther = await made(bearer(other.key));
    const unopened = await create({}, bearer(other.key));
    await postJson(`${edge.url}/api/v1/keys/revoke`, { id: other.id }, admin);
    await isOver(ofOther);
    expect((await tryToOpen(unopened)).status).toBe(410);

    const ofPerson = await made(admin);
    await asSuperuser(database, "UPDATE members SET role = 'manager' WHERE billing_account_id = 'acme'");
    await isOver(ofPerson);
    await asSuperuser(database, "UPDATE members SET role = 'admin' WHERE billing_account_id = 'acme'");

    const suspended = await made();
    await asSuperuser(database, "UPDATE billing_accounts SET status = 'suspended' WHERE id = 'acme'");
    await isOver(suspended);
    await asSuperuser(database, "UPDATE billing_accounts SET status = 'active' WHERE id = 'acme'");
  });

  test("is no key, no session and no other tenant's, and its bearer wins over a session that came along", async () => {
    const link = await create({ channels: ["telegram"] });
    const { bearer: token } = await open(link);
    for (const path of ["me", "keys", "members", "senders", "channels/timeline", "connect-links"]) {
      const response = await fetch(`${edge.url}/api/v1/${path}`, { headers: { ...admin, ...bearer(token) } });
      expect([path, response.status]).toEqual([path, 403]);
    }
    expect((await fetch(`${edge.url}/api/auth/sessions`, { headers: bearer(token) })).status).toBe(403);
    expect((await fetch(`${edge.url}/api/v1/me`, { headers: bearer(tokenOf(link)) })).status).toBe(401);
    const named = { ...bearer(token), [TENANT_HEADER]: umbrella };
    expect((await fetch(`${edge.url}/api/v1/channels/status`, { headers: named })).status).toBe(403);

    const theirs = await newKey(edge, umbrella, ["links:read", "links:write"]);
    expect(await list(bearer(theirs.key))).toEqual([]);
    expect((await post("/revoke", { id: link.id }, bearer(theirs.key))).status).toBe(410);
    expect(await statusFor(token)).toBe(200);
  });

  test("leads back to allowed sites alone, also where they were allowed once", async () => {
    for (const returnUrl of [
      "https://evil.example/",
      "https://shop.example.evil.example/",
      "https://shop.example@evil.example/",
      "http://shop.example/",
      "https://shop.example:8443/",
      "javascript:alert(1)//https://shop.example",
      "//shop.example/",
      "/channels",
      "https:\\\\shop.example\\",
    ]) {
      expect(await problemOf(await post("", { returnUrl })), returnUrl).toMatchObject({
        code: "invalid_request",
        errors: [{ path: "returnUrl" }],
      });
    }
    const link = await create({ returnUrl: "http://localhost:4000/back" });
    await settle({ allowedOrigins: ["https://shop.example"], name: "Shop", color: "#FFDD00" });
    expect(await open(link)).toMatchObject({
      returnUrl: null,
      brand: { name: "Shop", color: "#ffdd00" },
      allowedOrigins: ["https://shop.example"],
    });
  });

  test("refuses settings that would open the page to more sites than are named", async () => {
    for (const wrong of [
      { allowedOrigins: ["https://*.shop.example"] },
      { allowedOrigins: ["https://shop.example/path"] },
      { allowedOrigins: ["https://shop.example; script-src *"] },
      { allowedOrigins: Array.from({ length: 21 }, (_, n) => `https://shop-${n}.example`) },
      { color: "red" },
      { color: "#fff;background:url(x)" },
      { name: "Раypal" },
      { name: "a\u202Eb" },
      { name: "x".repeat(81) },
    ]) {
      expect(await problemOf(await settle(wrong)), JSON.stringify(wrong)).toMatchObject({
        code: "invalid_request",
      });
    }
    expect((await post("/settings", {}, byKey())).status).toBe(403);
  });

  test("is made, opened and revoked with a row in the audit log each, by whom it was", async () => {
    const link = await create();
    await open(link);
    await post("/revoke", { id: link.id }, admin);
    expect(await audited(link.id)).toEqual([
      { action: "connect_link.create", kind: "key" },
      { action: "connect_link.open", kind: "link" },
      { action: "connect_link.revoke", kind: "person" },
    ]);
  });

  test("is not guessed: many wrong ones from one address are refused unread", async () => {
    const wrong = { id: crypto.randomUUID(), url: `http://x/#${"x".repeat(43)}`, expiresAt: "" };
    await vi.waitFor(async () => expect((await tryToOpen(wrong)).status).toBe(429), { timeout: 10_000 });
  });
});

describe("the page of a connect link", () => {
  const policyOf = async (path: string) => {
    const { headers } = await fetch(edge.url + path);
    const ancestors = headers
      .get("content-security-policy")
      ?.split("; ")
      .find((directive) => directive.startsWith("frame-ancestors"));
    return { ancestors, options: headers.get("x-frame-options") };
  };

  test("may be embedded by the sites of its tenant, also when it has ended, and by no other; nor may any other page", async () => {
    await settle({ allowedOrigins: ["https://shop.example", "https://bücher.example"] });
    const link = await create();
    await post("/revoke", { id: link.id });
    const sites = "frame-ancestors https://shop.example https://xn--bcher-kva.example";
    expect(await policyOf(`/connect/${link.id}`)).toEqual({ ancestors: sites, options: null });
    expect(await policyOf(`/connect/${link.id}?x=1`)).toEqual({ ancestors: sites, options: null });

    const none = { ancestors: "frame-ancestors 'none'", options: null };
    const theirs = await newKey(edge, umbrella, ["links:write"]);
    const unsettled = await create({}, bearer(theirs.key));
    expect(await policyOf(`/connect/${unsettled.id}`)).toEqual(none);
    for (const id of [crypto.randomUUID(), "x", "%00", `${link.id}'`]) {
      expect(await policyOf(`/connect/${id}`), id).toEqual(none);
    }
    for (const path of ["/", "/channels", "/connect", "/connect/", `/connect/${link.id}/more`, "/sign-in"]) {
      expect(await policyOf(path), path).toEqual({ ancestors: "frame-ancestors 'none'", options: "DENY" });
    }
  });
});
