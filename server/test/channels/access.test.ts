/** Who may write to an account: asked for when connecting, changed later, and refused where a channel can't ask first. */
import type { BillingAccountId, ConnectRequest } from "@cogni/contract";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { connectChannel } from "../../src/channels/connect.ts";
import type { ChannelsDeps } from "../../src/channels/deps.ts";
import { settle } from "../../src/db/connection-outcomes.ts";
import { activeConnection, type Connection } from "../../src/db/connections.ts";
import { withService, withTenant } from "../../src/db/tenant.ts";
import { channelsDeps, offer, principalOf, unlimited } from "../support/channels.ts";
import { CHANNEL, type TestDatabase, tenants, testDatabase } from "../support/database.ts";

const META = { requestId: "r", remoteAddress: "::1" };
const FORM = {
  method: "credentials",
  fields: [{ name: "botToken", label: "Token", help: null, placeholder: null, secret: true, required: true }],
} as const;
let database: TestDatabase;
let deps: ChannelsDeps;
let tenant: BillingAccountId;

beforeAll(async () => {
  database = await testDatabase();
  deps = channelsDeps(database.db);
});
afterAll(() => database.drop());
beforeEach(async () => {
  const name = `t-${crypto.randomUUID().slice(0, 8)}`;
  [tenant] = await tenants(database.db, name);
  await offer(database.db, { ...FORM, fields: [...FORM.fields] });
});

const connect = (request: Omit<ConnectRequest, "channel">) =>
  connectChannel(deps, principalOf(tenant), { channel: CHANNEL, ...request }, META, unlimited);
async function connection(): Promise<Connection> {
  const found = await withTenant(database.db, tenant, (tx) => activeConnection(tx, CHANNEL));
  if (!found) throw new Error("nothing is registered");
  return found;
}

describe("who may write", () => {
  test("is everyone at first, whoever is asked for, and stays so with another credential", async () => {
    await connect({ credential: "1" });
    expect((await connection()).access).toBe("everyone");
    await connect({ credential: "1", access: "approval" });
    await connect({ credential: "2" });
    expect((await connection()).access).toBe("approval");
  });

  test("is changed without the credential, by one new generation and no new version", async () => {
    await connect({ credential: "1" });
    const before = await connection();
    await connect({ access: "approval" });
    const after = await connection();
    expect(after).toEqual({ ...before, access: "approval", generation: before.generation + 1 });
    await connect({ access: "approval" });
    await connect({ credential: "1", access: "approval" });
    expect(await connection()).toEqual(after);
  });

  test("of one that waits for its tenant is kept for the credential to come, and not tried before", async () => {
    await connect({ credential: "1" });
    const before = await connection();
    await withService(database.db, (tx) => settle(tx, before, { outcome: "credential_claimed" }));
    await connect({ access: "approval" });
    expect(await connection()).toMatchObject({
      access: "approval",
      generation: before.generation,
      outcome: "credential_claimed",
    });
  });

  test("cannot be changed where nothing is connected", async () => {
    await expect(connect({ access: "approval" })).rejects.toMatchObject({
      code: "invalid_request",
      errors: [{ path: "credentials.botToken" }],
    });
  });

  test("is everyone on a channel that can't ask first, and a wish for approval is refused, not ignored", async () => {
    await offer(database.db, { ...FORM, fields: [...FORM.fields], byApproval: false });
    const refused = { code: "invalid_request", errors: [{ path: "access" }] };
    await expect(connect({ credential: "1", access: "approval" })).rejects.toMatchObject(refused);
    await connect({ credential: "1", access: "everyone" });
    await expect(connect({ access: "approval" })).rejects.toMatchObject(refused);
    expect((await connection()).access).toBe("everyone");
  });
});
