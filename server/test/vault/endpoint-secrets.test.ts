/** What becomes of the secrets of webhook endpoints when encryption keys come and go. */
import { randomBytes } from "node:crypto";
import type { BillingAccountId } from "@cogni/contract";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { Secret } from "../../src/secret.ts";
import { newEndpointSecret } from "../../src/vault/endpoint-secrets.ts";
import { forgetUnreadable } from "../../src/vault/forget.ts";
import { checkKeys, rotateKeys } from "../../src/vault/keys.ts";
import { createVault, type Vault } from "../../src/vault/vault.ts";
import { openSecret } from "../../src/webhooks/signature.ts";
import { asSuperuser, type TestDatabase, tenants, testDatabase } from "../support/database.ts";
import { KEY } from "../support/webhook-settings.ts";
import { addEndpoint, vault } from "../support/webhooks.ts";

const second = new Secret(randomBytes(32).toString("base64"));
const during = createVault({ current: second, previous: [KEY] });
const after = createVault({ current: second, previous: [] });
let database: TestDatabase;
let acme: BillingAccountId;
let umbrella: BillingAccountId;
beforeAll(async () => {
  database = await testDatabase();
  [acme, umbrella] = await tenants(database.db, "acme", "umbrella");
});
afterAll(() => database.drop());
beforeEach(() => asSuperuser(database, "TRUNCATE webhook_endpoints CASCADE"));

const row = async (id: string) =>
  (await asSuperuser(database, "SELECT * FROM webhook_endpoints WHERE id = $1", [id]))[0] ?? {};
const secretOf = async (id: string, by: Vault, column = "encrypted_secret", tenant = acme) =>
  openSecret(by, (await row(id))[column] as Uint8Array, {
    billingAccountId: tenant,
    endpointId: id,
  }).reveal();

test("rotation reseals both secrets of an endpoint, so that the old key is needed no more", async () => {
  const secret = newEndpointSecret();
  const id = await addEndpoint(database, acme, { secret });
  await asSuperuser(
    database,
    `UPDATE webhook_endpoints SET encrypted_previous_secret = encrypted_secret, previous_until = now() + interval '1 day',
       previous_encryption_key_id = encryption_key_id`,
  );
  expect(await rotateKeys(database.db, during)).toEqual({ resealed: 1, unreadable: 0 });
  await checkKeys(database.db, after);
  expect(await secretOf(id, after)).toBe(secret.reveal());
  expect(await secretOf(id, after, "encrypted_previous_secret")).toBe(secret.reveal());
  expect(await rotateKeys(database.db, during)).toEqual({ resealed: 0, unreadable: 0 });
});

test("a secret opens in its own row alone", async () => {
  const id = await addEndpoint(database, acme);
  await expect(secretOf(id, vault, "encrypted_secret", umbrella)).rejects.toMatchObject({
    code: "credential_unreadable",
  });
});

test("a key that is lost for good costs the secrets it sealed: others are made, and those endpoints pause", async () => {
  const lost = await addEndpoint(database, acme);
  await expect(checkKeys(database.db, after)).rejects.toMatchObject({ code: "encryption_key_missing" });
  expect(await forgetUnreadable(database.db, after)).toMatchObject({ webhookSecrets: 1 });
  await checkKeys(database.db, after);
  expect(await row(lost)).toMatchObject({ paused_because: "secret_lost" });
  expect(await secretOf(lost, after)).toMatch(/^whsec_/);
  expect(await forgetUnreadable(database.db, after)).toMatchObject({ webhookSecrets: 0 });
});
