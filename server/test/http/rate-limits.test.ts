import { type BillingAccountId, TENANT_HEADER } from "@cogni/contract";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { claimCredential, settle } from "../../src/db/connection-outcomes.ts";
import { connectionByKey, type PlacedConnection } from "../../src/db/connections.ts";
import { addMember } from "../../src/db/members.ts";
import { withService } from "../../src/db/tenant.ts";
import { loadFingerprints } from "../../src/vault/fingerprint.ts";
import { createVault } from "../../src/vault/vault.ts";
import { offer } from "../support/channels.ts";
import { asSuperuser, CHANNEL, type TestDatabase, tenants, testDatabase } from "../support/database.ts";
import {
  cookieOf,
  type Edge,
  newKey,
  newLinkBearer,
  postJson,
  problemOf,
  signIn,
  startEdge,
} from "../support/edge.ts";

const BY_TOKEN = {
  method: "credentials",
  fields: [{ name: "botToken", label: "Token", help: null, placeholder: null, secret: true, required: true }],
} as const;
const ENV = {
  TRUSTED_PROXIES: "127.0.0.1",
  TIMING: JSON.stringify({ wishWaitMs: 1 }),
  LIMIT_CALLS: "60/600",
  LIMIT_CONNECT: "4/600",
  LIMIT_DISCONNECT: "2/600",
  LIMIT_CODES: "2/600",
  LIMIT_REFUSED: "3/600",
  LIMIT_ADDRESS_FACTOR: "2",
};
let database: TestDatabase;
/** Two processes, as far as the database is concerned. */
let edge: Edge;
let other: Edge;
let acme: BillingAccountId;
let bolt: BillingAccountId;
let coil: BillingAccountId;
let number = 0;

beforeAll(async () => {
  database = await testDatabase();
  edge = await startEdge(database, { env: ENV });
  other = await startEdge(database, { env: ENV });
});
afterAll(async () => {
  await edge.close();
  await other.close();
  await database.drop();
});
beforeEach(async () => {
  number += 1;
  [acme, bolt, coil] = await tenants(database.db, `acme-${number}`, `bolt-${number}`, `coil-${number}`);
  await offer(database.db, { ...BY_TOKEN, fields: [...BY_TOKEN.fields] });
});

const bearer = async (tenant: BillingAccountId) => ({
  authorization: `Bearer ${(await newKey(edge, tenant)).key}`,
});
const token = () => ({ credential: crypto.randomUUID() });
const connect = (headers: Record<string, string>, body: object = token(), at = edge) =>
  postJson(`${at.url}/api/v1/channels/connect`, { channel: CHANNEL, ...body }, headers);
const disconnect = (headers: Record<string, string>) =>
  postJson(`${edge.url}/api/v1/channels/disconnect`, { channel: CHANNEL }, headers);
/** How many of these requests were let through, in turn. */
async function letThrough(times: number, ask: () => Promise<Response>): Promise<number> {
  let through = 0;
  for (let i = 0; i < times; i++) {
    const { status } = await ask();
    expect([200, 429]).toContain(status);
    if (status === 200) through += 1;
  }
  return through;
}
async function connectionOf(billingAccountId: BillingAccountId): Promise<PlacedConnection> {
  const key = { billingAccountId, channel: CHANNEL };
  const connection = await withService(database.db, (tx) => connectionByKey(tx, key));
  if (!connection) throw new Error("nothing is connected");
  return connection;
}
/** The messenger refused the credential that is connected now. */
async function refuse(billingAccountId: BillingAccountId): Promise<void> {
  const connection = await connectionOf(billingAccountId);
  await withService(database.db, (tx) => settle(tx, connection, { outcome: "credential_refused" }));
}
/** The messenger accepted it. */
async function accept(billingAccountId: BillingAccountId, botToken: string): Promise<void> {
  const connection = await connectionOf(billingAccountId);
  const fingerprints = await loadFingerprints(edge.ctx.db, createVault(edge.ctx.config.encryption));
  const fingerprint = fingerprints.of(CHANNEL, { botToken });
  await withService(database.db, (tx) => claimCredential(tx, connection, fingerprint));
}
const limits = ({ headers }: Response) => ({
  policy: headers.get("ratelimit-policy"),
  left: headers.get("ratelimit"),
  retryAfter: headers.get("retry-after"),
});

describe("the limits of a tenant", () => {
  test("let through exactly as many of 200 at once, in two processes", { timeout: 60_000 }, async () => {
    const env = { ...ENV, LIMIT_CALLS: "300/600", LIMIT_CONNECT: "50/600" };
    const processes = await Promise.all([startEdge(database, { env }), startEdge(database, { env })]);
    const key = await bearer(acme);
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, n) => connect(key, token(), processes[n % 2])),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(50);
    expect(statuses.filter((status) => status === 429)).toHaveLength(150);
    await Promise.all(processes.map((process) => process.close()));
  });

  test("are told on every answer, and a refusal says how long to wait", async () => {
    const key = await bearer(acme);
    const first = limits(await connect(key));
    expect(first.policy).toBe(
      '"calls";q=60;w=600, "refused";q=3;w=600, "refused-long";q=12;w=86400, "connect";q=4;w=600',
    );
    expect(first.left).toMatch(
      /^"calls";r=59;t=\d+, "refused";r=3;t=\d+, "refused-long";r=12;t=\d+, "connect";r=3;t=\d+$/,
    );
    expect(first.retryAfter).toBeNull();
    expect(limits(await connect(key, { credential: "" })).left).toMatch(/^"calls";r=58;t=\d+$/);
    expect(await letThrough(4, () => connect(key))).toBe(3);
    const refused = await connect(key);
    expect(await problemOf(refused)).toMatchObject({ status: 429, code: "rate_limited" });
    const { left, retryAfter } = limits(refused);
    expect(left).toMatch(/"connect";r=0;t=\d+$/);
    expect(Number(retryAfter)).toBe(Number(/"connect";r=0;t=(\d+)/.exec(left ?? "")?.[1]));
    expect(Number(retryAfter)).toBeGreaterThan(500);
    expect(Number(retryAfter)).toBeLessThanOrEqual(600);
  });

  test("are its own: others connect from the same address, by key, as they like", async () => {
    const keys = await Promise.all([acme, bolt, coil].map(bearer));
    for (const key of keys) expect(await letThrough(5, () => connect(key))).toBe(4);
  });

  test("hardly count what changes nothing, and do not let it flood", async () => {
    const key = await bearer(acme);
    const same = token();
    await connect(key, same);
    expect(limits(await connect(key, same)).left).toMatch(/"connect";r=3;/);
    expect(await letThrough(10, () => connect(key, same))).toBe(10);
    expect(limits(await connect(key, same)).left).toMatch(/"connect";r=3;/);
    expect(await letThrough(60, () => connect(key, same, other))).toBe(60 - 13);
  });

  test("hold for disconnecting, and nothing connected costs nothing", async () => {
    const key = await bearer(acme);
    expect(await letThrough(5, () => disconnect(key))).toBe(5);
    await connect(key);
    const disconnected = await disconnect(key);
    expect(limits(disconnected).left).toMatch(/^"calls";r=53;t=\d+, "disconnect";r=1;t=\d+$/);
  });

  test("are stricter for codes: the one that is on offer is free, each fresh one counts", async () => {
    await offer(database.db, {});
    const key = await bearer(acme);
    expect(await letThrough(5, () => connect(key, {}))).toBe(5);
    expect(await letThrough(5, () => connect(key, { force: true }))).toBe(1);
    expect(limits(await connect(key, {})).left).toMatch(/"code";r=0;/);
  });
});

describe("the limits of an address", () => {
  const inPerson = async (from: string) => {
    const cookie = cookieOf(await signIn(edge, acme, `ann-${number}@acme.test`));
    const [{ id } = {}] = await asSuperuser(database, `SELECT id FROM auth."user" WHERE email = $1`, [
      `ann-${number}@acme.test`,
    ]);
    for (const billingAccountId of [bolt, coil]) {
      const member = { billingAccountId, userId: String(id), role: "owner" as const };
      await withService(database.db, (tx) => addMember(tx, member));
    }
    return (tenant: BillingAccountId, address = from) => ({
      cookie,
      [TENANT_HEADER]: tenant,
      "x-forwarded-for": address,
    });
  };

  test("hold across tenants for people, and for no other address", async () => {
    const as = await inPerson(`192.0.2.${number}`);
    for (const tenant of [acme, bolt]) expect(await letThrough(5, () => connect(as(tenant)))).toBe(4);
    const refused = await connect(as(coil));
    expect(refused.status).toBe(429);
    expect(limits(refused).policy).toContain('"connect";q=4;w=600, "connect-address";q=8;w=600');
    // What the address was refused is not the tenant's to pay.
    expect(limits(refused).left).toMatch(/"connect";r=4;t=\d+, "connect-address";r=0;/);
    expect((await connect(as(coil, "198.51.100.1"))).status).toBe(200);
    expect((await connect(await bearer(coil))).status).toBe(200);
  });

  test("take what one subscriber has of IPv6 for one address", async () => {
    const as = await inPerson("2001:db8::1");
    for (const [n, tenant] of [acme, bolt].entries()) {
      expect(await letThrough(4, () => connect(as(tenant, `2001:db8:0:${number}::${n}`)))).toBe(4);
    }
    expect((await connect(as(coil, `2001:db8:0:${number}:ffff::2`))).status).toBe(429);
    expect((await connect(as(coil, `2001:db8:0:f${number}::2`))).status).toBe(200);
  });
});

describe("a connect link", () => {
  test("may half of what its tenant may, so that whoever holds it locks nobody out", async () => {
    const link = { authorization: `Bearer ${await newLinkBearer(edge, acme)}` };
    expect(await letThrough(4, () => connect(link))).toBe(2);
    expect(await letThrough(4, async () => connect(await bearer(acme)))).toBe(2);
  });
});

describe("credentials that are refused", () => {
  const env = { ...ENV, LIMIT_CONNECT: "50/600" };
  let roomy: Edge;
  beforeAll(async () => {
    roomy = await startEdge(database, { env });
  });
  afterAll(() => roomy.close());

  /** Another in the place of a refused one. */
  async function guess(key: Record<string, string>, body = token()): Promise<number> {
    const { status } = await connect(key, body, roomy);
    if (status === 200) await refuse(acme);
    return status;
  }

  test("slow down whoever tries one after the other, on whatever channel, and nobody else", async () => {
    const key = await bearer(acme);
    expect(await guess(key)).toBe(200);
    for (let i = 0; i < 3; i++) expect(await guess(key)).toBe(200);
    const refused = await connect(key, token(), roomy);
    expect(await problemOf(refused)).toMatchObject({ code: "rate_limited", detail: /refused/ as never });
    expect(limits(refused).left).toMatch(/"refused";r=0;t=\d+, "refused-long";r=9;/);
    expect((await connect(await bearer(bolt), token(), roomy)).status).toBe(200);
    // Taking it away first is no way round.
    expect((await disconnect(key)).status).not.toBe(429);
    expect((await connect(key, token(), roomy)).status).toBe(429);
  });

  test("cost whoever mistypes twice nothing but two of them; the same one again is none", async () => {
    const key = await bearer(acme);
    const wrong = token();
    for (let i = 0; i < 5; i++) expect(await guess(key, wrong)).toBe(200);
    expect(await guess(key)).toBe(200);
    const right = await connect(key, token(), roomy);
    expect([right.status, limits(right).left]).toEqual([200, expect.stringMatching(/"refused";r=1;/)]);
    expect((await connect(key, token(), roomy)).status).toBe(200);
    expect(limits(await connect(key, token(), roomy)).left).toMatch(/"refused";r=1;/);
  });

  test("are slowed down for a day where the window alone does not do", async () => {
    const key = await bearer(acme);
    for (let window = 0; window < 4; window++) {
      await asSuperuser(database, "UPDATE rate_limits SET expire = 0 WHERE key LIKE 'refused:%'");
      for (let i = 0; i < (window === 0 ? 4 : 3); i++) expect(await guess(key)).toBe(200);
    }
    await asSuperuser(database, "UPDATE rate_limits SET expire = 0 WHERE key LIKE 'refused:%'");
    const refused = await connect(key, token(), roomy);
    expect(refused.status).toBe(429);
    expect(Number(limits(refused).retryAfter)).toBeGreaterThan(80_000);
  });

  test("count as much when they are somebody else's", async () => {
    const theirs = token();
    await connect(await bearer(bolt), theirs, roomy);
    await accept(bolt, theirs.credential);
    const key = await bearer(acme);
    for (let i = 0; i < 3; i++) expect((await connect(key, theirs, roomy)).status).toBe(409);
    expect((await connect(key, theirs, roomy)).status).toBe(429);
  });
});
