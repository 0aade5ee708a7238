import { createHash } from "node:crypto";
import { type BillingAccountId, channelIdSchema, resolveResponseSchema } from "@cogni/contract";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Connection } from "../../src/db/connections.ts";
import { upsertGateway } from "../../src/db/gateways.ts";
import { withService, withTenant } from "../../src/db/tenant.ts";
import { wishDisconnected } from "../../src/db/wishes.ts";
import { Secret } from "../../src/secret.ts";
import { createVault } from "../../src/vault/vault.ts";
import { BY, register } from "../support/connections.ts";
import { GATEWAY, type TestDatabase, tenants, testDatabase } from "../support/database.ts";
import { type Edge, newKey, postJson, problemOf, startEdge } from "../support/edge.ts";

const TOKENS = { own: "own-gateway-token-canary", other: "other-gateway-token" };
const sha256 = (text: string) => createHash("sha256").update(text).digest();
let database: TestDatabase;
let edge: Edge;
let acme: BillingAccountId;
let globex: BillingAccountId;
const vault = createVault({ current: new Secret(Buffer.alloc(32, 7).toString("base64")), previous: [] });

beforeAll(async () => {
  database = await testDatabase();
  [acme, globex] = await tenants(database.db, "acme", "globex");
  edge = await startEdge(database);
  await withService(database.db, async (tx) => {
    await upsertGateway(tx, {
      id: GATEWAY,
      url: "ws://127.0.0.1:1",
      tokenHash: sha256(TOKENS.own),
      models: [],
    });
    await upsertGateway(tx, {
      id: "other",
      url: "ws://127.0.0.1:2",
      tokenHash: sha256(TOKENS.other),
      models: [],
    });
  });
});
afterAll(async () => {
  await edge.close();
  await database.drop();
});

const ask = (ids: string[], token = TOKENS.own) =>
  postJson(
    `${edge.internalUrl}/internal/v1/secrets`,
    { protocolVersion: 1, provider: "cogni", ids },
    { authorization: `Bearer ${token}` },
  );
const resolve = async (ids: string[], token?: string) =>
  resolveResponseSchema.parse(await (await ask(ids, token)).json());
const reference = ({ billingAccountId, channel, credentialVersion }: Connection, field = "botToken") =>
  `tenant/${billingAccountId}/${channel}/v${credentialVersion}/${field}`;
const connected = (tenant: BillingAccountId, channel: string, token: string) =>
  register(database.db, tenant, {
    channel: channelIdSchema.parse(channel),
    credential: { botToken: token },
    vault,
  });

describe("a gateway's secrets", () => {
  test("are told to the gateway on which the tenant is placed, and to no other", async () => {
    const one = reference(await connected(acme, "one", "token-canary-1"));
    const two = reference(await connected(globex, "one", "token-canary-2"));
    expect(await resolve([one, two, "llm/upstream"])).toEqual({
      protocolVersion: 1,
      values: {
        [one]: "token-canary-1",
        [two]: "token-canary-2",
        "llm/upstream": "each call carries its own",
      },
      errors: {},
    });
    expect(await resolve([one], TOKENS.other)).toMatchObject({
      values: {},
      errors: { [one]: { code: "NOT_FOUND" } },
    });
    expect(edge.logged()).not.toContain("canary");
  });

  test("end with the wish for them, and with the version that was replaced", async () => {
    const first = await connected(acme, "two", "old-token");
    const second = await connected(acme, "two", "new-token");
    expect(await resolve([reference(first), reference(second)])).toMatchObject({
      values: { [reference(second)]: "new-token" },
      errors: { [reference(first)]: { code: "NOT_FOUND" } },
    });
    await withTenant(database.db, acme, (tx) => wishDisconnected(tx, second.channel, BY));
    expect(await resolve([reference(second)])).toMatchObject({
      values: {},
      errors: { [reference(second)]: { code: "NOT_FOUND" } },
    });
  });

  test("are not found where a reference is not of our making", async () => {
    const known = await connected(acme, "three", "token");
    const ids = [
      reference(known, "toString"),
      `${reference(known)}/x`,
      "tenant/acme/three/v999999999999999999999/botToken",
      "tenant/../three/v1/botToken",
      "__proto__",
      "",
    ];
    const { values, errors } = (await (await ask(ids)).json()) as Record<string, object>;
    expect(values).toEqual({});
    expect(Object.keys(errors ?? {}).sort()).toEqual([...ids].sort());
  });

  test("that no key opens cost nobody else theirs", async () => {
    const good = reference(await connected(globex, "four", "good-token"));
    const broken = await register(database.db, acme, { channel: channelIdSchema.parse("four") });
    expect(await resolve([good, reference(broken)])).toEqual({
      protocolVersion: 1,
      values: { [good]: "good-token" },
      errors: { [reference(broken)]: { code: "CREDENTIAL_UNREADABLE" } },
    });
    expect(edge.logged()).toContain("a stored credential cannot be opened");
  });

  test.each(["", "wrong-gateway-token", TOKENS.own.slice(0, -1)])(
    "are not told for the token %j",
    async (token) => {
      expect(await problemOf(await ask(["llm/upstream"], token))).toMatchObject({
        status: 401,
        code: "unauthenticated",
      });
    },
  );

  test("are not told to a tenant's key, and never on the public port", async () => {
    const { key } = await newKey(edge, acme);
    expect((await ask(["llm/upstream"], key)).status).toBe(401);
    const body = { protocolVersion: 1, provider: "cogni", ids: ["llm/upstream"] };
    const headers = { authorization: `Bearer ${TOKENS.own}` };
    expect((await postJson(`${edge.url}/internal/v1/secrets`, body, headers)).status).toBe(404);
  });

  test("of 500 references come in one answer", async () => {
    const known = await connected(acme, "five", "token");
    const ids = Array.from({ length: 500 }, (_, i) => reference(known, i === 0 ? "botToken" : `field${i}`));
    const { values, errors } = await resolve(ids);
    expect([Object.keys(values).length, Object.keys(errors).length]).toEqual([1, 499]);
  });
});
