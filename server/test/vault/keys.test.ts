import { randomBytes } from "node:crypto";
import { type BillingAccountId, channelIdSchema } from "@cogni/contract";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { list } from "../../src/db/audit.ts";
import { claimCredential } from "../../src/db/connection-outcomes.ts";
import { providerOf } from "../../src/db/connections.ts";
import { keyIdsInUse } from "../../src/db/credentials.ts";
import { withService, withTenant } from "../../src/db/tenant.ts";
import { wishDisconnected } from "../../src/db/wishes.ts";
import { Secret } from "../../src/secret.ts";
import { loadFingerprints } from "../../src/vault/fingerprint.ts";
import { forgetUnreadable } from "../../src/vault/forget.ts";
import { checkKeys, rotateKeys } from "../../src/vault/keys.ts";
import { createVault, encryptionKeyId } from "../../src/vault/vault.ts";
import { activeOf, BY, register } from "../support/connections.ts";
import { asSuperuser, CHANNEL, type TestDatabase, tenants, testDatabase } from "../support/database.ts";

const newKey = () => new Secret(randomBytes(32).toString("base64"));
const [first, second] = [newKey(), newKey()];
const before = createVault({ current: first, previous: [] });
const during = createVault({ current: second, previous: [first] });
const after = createVault({ current: second, previous: [] });

let database: TestDatabase;
let acme: BillingAccountId;

beforeEach(async () => {
  database = await testDatabase();
  [acme] = await tenants(database.db, "acme");
});
afterEach(() => database.drop());

const bot = { botToken: "123:ABC" };
async function connect(count: number, vault = before): Promise<void> {
  const channels = Array.from({ length: count }, (_, index) =>
    channelIdSchema.parse(`channel-${index}`),
  ).values();
  // No more at once than there are connections.
  const worker = async () => {
    for (const channel of channels) {
      await register(database.db, acme, { channel, vault, credential: { botToken: channel } });
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
}
const opened = async (vault: typeof before) => {
  const rows = await withTenant(database.db, acme, activeOf);
  return rows.map((row) => {
    const { billingAccountId, channel } = row;
    return vault.open(row.encryptedCredentials ?? Buffer.alloc(0), {
      billingAccountId,
      connectionId: row.id,
      provider: providerOf(channel),
    });
  });
};
const keyIds = async () => (await withService(database.db, keyIdsInUse)).map(({ keyId }) => keyId);

describe("the key of the fingerprints", () => {
  test("is one, however many processes ask for it first, and is stored sealed", async () => {
    const all = await Promise.all(Array.from({ length: 5 }, () => loadFingerprints(database.db, before)));
    const values = new Set(all.map((one) => Buffer.from(one.of(CHANNEL, bot)).toString("hex")));
    expect(values.size).toBe(1);
    expect(await keyIds()).toEqual([encryptionKeyId(first)]);
  });

  test("survives rotation: the same credential has the same fingerprint", async () => {
    const value = (await loadFingerprints(database.db, before)).of(CHANNEL, bot);
    await rotateKeys(database.db, during);
    expect((await loadFingerprints(database.db, after)).of(CHANNEL, bot)).toEqual(value);
  });
});

describe("rotation", () => {
  test("reseals everything, so that the old key is needed no more", async () => {
    await loadFingerprints(database.db, before);
    await connect(3);
    expect(await rotateKeys(database.db, during)).toEqual({ resealed: 3, unreadable: 0 });
    expect(await keyIds()).toEqual([encryptionKeyId(second)]);
    await checkKeys(database.db, after);
    expect((await opened(after)).length).toBe(3);
    expect(await rotateKeys(database.db, during)).toEqual({ resealed: 0, unreadable: 0 });
  });

  test("that is interrupted keeps what it did, and the next one does the rest", async () => {
    await connect(500);
    const interrupted = rotateKeys(database.db, during, () => {
      throw new Error("interrupted");
    });
    await expect(interrupted).rejects.toThrow("interrupted");
    expect((await keyIds()).toSorted()).toEqual([encryptionKeyId(first), encryptionKeyId(second)].toSorted());
    expect((await opened(during)).length).toBe(500);
    const progress: number[] = [];
    const rest = await rotateKeys(database.db, during, ({ resealed }) => progress.push(resealed));
    expect(rest).toEqual({ resealed: 300, unreadable: 0 });
    expect(progress).toEqual([200, 300]);
    expect((await opened(after)).length).toBe(500);
  });

  test("passes over what no key opens, and says how much", async () => {
    await connect(2);
    await register(database.db, acme, { vault: createVault({ current: newKey(), previous: [] }) });
    expect(await rotateKeys(database.db, during)).toEqual({ resealed: 2, unreadable: 1 });
  });

  test("loses no credential that is replaced at the same time", async () => {
    await connect(30);
    await Promise.all([rotateKeys(database.db, during), connect(30, during)]);
    expect((await opened(during)).length).toBe(30);
  });
});

describe("a wrong key", () => {
  test("is named at start-up, by the id that is missing and the setting it belongs in", async () => {
    await connect(1);
    await checkKeys(database.db, before);
    await checkKeys(database.db, during);
    const problem = expect.objectContaining({
      code: "encryption_key_missing",
      detail: expect.stringMatching(
        new RegExp(`CHANNEL_ENCRYPTION_KEY \\(id ${encryptionKeyId(second)}\\).*${encryptionKeyId(first)}`),
      ),
    });
    await expect(checkKeys(database.db, after)).rejects.toEqual(problem);
  });

  test("lost for good costs what it sealed and nothing else", async () => {
    const lost = await register(database.db, acme, { vault: before });
    await loadFingerprints(database.db, before);
    const kept = await register(database.db, acme, { channel: channelIdSchema.parse("kept"), vault: after });
    const going = await register(database.db, acme, {
      channel: channelIdSchema.parse("going"),
      vault: before,
    });
    await withTenant(database.db, acme, (tx) => wishDisconnected(tx, going.channel, BY));
    for (const wish of [lost, kept]) {
      await withService(database.db, (tx) => claimCredential(tx, wish, Buffer.from(wish.id)));
    }

    expect(await forgetUnreadable(database.db, after)).toEqual({
      credentials: 2,
      webhookSecrets: 0,
      fingerprintKey: true,
    });
    await checkKeys(database.db, after);
    const rows = await withTenant(database.db, acme, activeOf);
    const byId = new Map(rows.map((row) => [row.id, row]));
    expect(byId.get(lost.id)).toMatchObject({
      outcome: "credential_unreadable",
      encryptedCredentials: null,
      settledGeneration: lost.generation,
      claimed: false,
    });
    expect(byId.get(kept.id)).toMatchObject({ outcome: null, credentialVersion: kept.credentialVersion });
    expect(byId.get(kept.id)?.encryptedCredentials).not.toBeNull();
    expect(byId.get(going.id)).toMatchObject({ outcome: null, desiredState: "disconnected" });
    const audit = await withTenant(database.db, acme, (tx) => list(tx, 10));
    expect(audit.filter((entry) => entry.action === "credential.forget")).toHaveLength(2);
    expect(await forgetUnreadable(database.db, after)).toEqual({
      credentials: 0,
      webhookSecrets: 0,
      fingerprintKey: false,
    });

    const again = await register(database.db, acme, { vault: after });
    expect(again).toMatchObject({ id: lost.id, outcome: null });
  });

  test("that changed a stored byte behind our back is found by forgetting too", async () => {
    const { id } = await register(database.db, acme, { vault: before });
    await asSuperuser(
      database,
      `UPDATE connections SET encrypted_credentials =
         set_byte(encrypted_credentials, 25, 255 - get_byte(encrypted_credentials, 25)) WHERE id = $1`,
      [id],
    );
    await checkKeys(database.db, before);
    expect(await forgetUnreadable(database.db, before)).toMatchObject({ credentials: 1 });
  });
});
