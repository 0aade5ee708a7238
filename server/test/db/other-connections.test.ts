import { randomBytes, randomUUID } from "node:crypto";
import type { BillingAccountId } from "@cogni/contract";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listBillingAccounts } from "../../src/db/billing-accounts.ts";
import { activeConnection, allOnGateway } from "../../src/db/connections.ts";
import { keyIdsInUse } from "../../src/db/credentials.ts";
import { listDrift } from "../../src/db/drift.ts";
import { listGateways } from "../../src/db/gateways.ts";
import { tenantStatus } from "../../src/db/status.ts";
import { withService, withTenant } from "../../src/db/tenant.ts";
import { openAccounts } from "../../src/db/tenant-status.ts";
import { Secret } from "../../src/secret.ts";
import { forgetUnreadable } from "../../src/vault/forget.ts";
import { rotateKeys } from "../../src/vault/keys.ts";
import { createVault } from "../../src/vault/vault.ts";
import { register } from "../support/connections.ts";
import {
  asSuperuser,
  CHANNEL,
  GATEWAY,
  type TestDatabase,
  tenants,
  testDatabase,
} from "../support/database.ts";

const [first, second] = [randomBytes(32), randomBytes(32)].map((key) => new Secret(key.toString("base64")));
if (!first || !second) throw new Error("two keys");
const vault = createVault({ current: first, previous: [] });
const PROVIDER = "github";
const credentials = { accessToken: "gho_x", refreshToken: "ghr_x" };

let database: TestDatabase;
let acme: BillingAccountId;
beforeAll(async () => {
  database = await testDatabase();
  [acme] = await tenants(database.db, "acme");
});
afterAll(() => database.drop());

const id = randomUUID();
const connect = (connectionId = id) => {
  const sealed = vault.seal(credentials, { billingAccountId: acme, connectionId, provider: PROVIDER });
  return withTenant(database.db, acme, (tx) =>
    tx.query(
      `INSERT INTO connections (id, billing_account_id, provider, credential_type, encrypted_credentials, encryption_key_id,
         credential_fingerprint, scopes, expires_at, created_by)
       VALUES ($1, $2, $3, 'app_installation', $4, $5, $6, '{repo,read:org}', now() + interval '1 hour',
         '{"kind": "person", "id": "ann"}')`,
      [connectionId, acme, PROVIDER, sealed, vault.currentKeyId, Buffer.from("fingerprint")],
    ),
  );
};

describe("a connection to something else than a channel", () => {
  test("fits the table as it is, once for each tenant and provider", async () => {
    await connect();
    await expect(connect(randomUUID())).rejects.toThrow(/one_active_connection/);
    expect(await asSuperuser(database, "SELECT channel, account_id, desired_state FROM connections")).toEqual(
      [{ channel: null, account_id: null, desired_state: "connected" }],
    );
  });

  test("is seen by nothing that is about channels", async () => {
    const service = <T>(read: Parameters<typeof withService<T>>[1]) => withService(database.db, read);
    expect((await tenantStatus(database.db, acme)).connections).toEqual([]);
    expect(await withTenant(database.db, acme, (tx) => activeConnection(tx, CHANNEL))).toBeNull();
    expect(await service((tx) => allOnGateway(tx, GATEWAY))).toEqual([]);
    expect(await service(listDrift)).toEqual([]);
    expect(await service((tx) => openAccounts(tx, acme))).toEqual([]);
    expect(await service(listGateways)).toMatchObject([{ accounts: 0, unsettled: 0 }]);
    expect(await service(listBillingAccounts)).toMatchObject([{ id: acme, channels: [] }]);
    expect(await asSuperuser(database, "SELECT * FROM connection_states()")).toEqual([]);
    await register(database.db, acme, { vault });
    expect((await tenantStatus(database.db, acme)).connections).toHaveLength(1);
    expect(await service((tx) => allOnGateway(tx, GATEWAY))).toMatchObject([{ channel: CHANNEL }]);
  });

  test("has its credentials rotated with all others, and forgotten when their key is lost", async () => {
    const both = createVault({ current: second, previous: [first] });
    expect(await rotateKeys(database.db, both)).toEqual({ resealed: 2, unreadable: 0 });
    const [row] = await asSuperuser(
      database,
      "SELECT encrypted_credentials AS sealed FROM connections WHERE id = $1",
      [id],
    );
    const after = createVault({ current: second, previous: [] });
    expect(
      after.open(row?.sealed as Uint8Array, { billingAccountId: acme, connectionId: id, provider: PROVIDER }),
    ).toEqual(credentials);
    expect(await forgetUnreadable(database.db, vault)).toMatchObject({ credentials: 2 });
    expect((await withService(database.db, keyIdsInUse)).map(({ keyId }) => keyId)).not.toContain(
      after.currentKeyId,
    );
  });

  test("keeps nothing of its credentials once it is revoked, and its place is free again", async () => {
    const revoke = (what: string) =>
      withTenant(database.db, acme, (tx) =>
        tx.query(`UPDATE connections SET revoked_at = now(), ${what} WHERE id = $1`, [id]),
      );
    const by = `revoked_by = '{"kind": "person", "id": "ann"}'`;
    const zeroed = "encrypted_credentials = NULL, encryption_key_id = NULL, credential_fingerprint = NULL";
    await expect(revoke(`${by}, credential_fingerprint = 'x'`)).rejects.toThrow(/check constraint/);
    await expect(revoke(zeroed)).rejects.toThrow(/check constraint/);
    await revoke(`${by}, ${zeroed}`);
    await connect(randomUUID());
  });
});
