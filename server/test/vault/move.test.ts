import { randomBytes } from "node:crypto";
import type { BillingAccountId } from "@cogni/contract";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { append, list } from "../../src/db/audit.ts";
import { activeConnection } from "../../src/db/connections.ts";
import { unmovedRegistrations } from "../../src/db/registrations.ts";
import { withNoTenant, withService, withTenant } from "../../src/db/tenant.ts";
import { Secret } from "../../src/secret.ts";
import { forgetUnreadable } from "../../src/vault/forget.ts";
import { checkKeys, rotateKeys } from "../../src/vault/keys.ts";
import { moveConnections } from "../../src/vault/move.ts";
import { createVault } from "../../src/vault/vault.ts";
import { register } from "../support/connections.ts";
import { asSuperuser, CHANNEL, type TestDatabase, tenants, testDatabase } from "../support/database.ts";
import { addOldRow, CLOSED } from "../support/old-registrations.ts";

const newKey = () => new Secret(randomBytes(32).toString("base64"));
const [first, second] = [newKey(), newKey()];
const vault = createVault({ current: first, previous: [] });
const bot = { botToken: "123:ABC" };
const address = { kind: "person", id: "ann" } as const;

let database: TestDatabase;
let acme: BillingAccountId;
let umbrella: BillingAccountId;
beforeEach(async () => {
  database = await testDatabase();
  [acme, umbrella] = await tenants(database.db, "acme", "umbrella");
});
afterEach(() => database.drop());

const rowOf = async (id: string) =>
  (await asSuperuser(database, "SELECT * FROM connections WHERE id = $1", [id]))[0];
const left = () => withNoTenant(database.db, unmovedRegistrations);
const oldRows = () => asSuperuser(database, "SELECT id, encrypted_credential FROM channel_registrations");
const opened = (row: Record<string, unknown> | undefined) =>
  vault.open(row?.encrypted_credentials as Uint8Array, {
    billingAccountId: row?.billing_account_id as BillingAccountId,
    connectionId: String(row?.id),
    provider: String(row?.provider),
  });
/** Spoils a credential, as a broken disk or a careless hand would. */
const spoil = (id: string) =>
  asSuperuser(
    database,
    `UPDATE channel_registrations SET encrypted_credential =
       set_byte(encrypted_credential, 25, 255 - get_byte(encrypted_credential, 25)) WHERE id = $1`,
    [id],
  );

describe("moving connections to their table", () => {
  test("leaves each as it stands, but for its seal and its names, so that a gateway has nothing to do", async () => {
    const columns = {
      display_name: "@acme",
      credential_version: 1_790_000_000_123,
      credential_fingerprint: Buffer.from("fp"),
      access: "approval",
      generation: 7,
      settled_generation: 6,
      outcome: "credential_refused",
      wished_at: "2026-03-01T00:00:00.123456Z",
      connected_at: "2026-03-02T00:00:00Z",
    };
    const token = await addOldRow(database, vault, acme, { credential: bot, columns });
    const before = await asSuperuser(database, "SELECT * FROM channel_registrations");
    await moveConnections(database.db, vault);
    const row = await rowOf(token.id);
    const { channel, disconnected_at, encrypted_credential, encryption_key_id, ...same } = before[0] ?? {};
    expect(row).toMatchObject({
      ...same,
      channel,
      provider: `openclaw:${CHANNEL}`,
      encryption_key_id: vault.currentKeyId,
      revoked_at: null,
      revoked_by: null,
      scopes: [],
      expires_at: null,
      last_used_at: null,
    });
    const exact = await asSuperuser(database, "SELECT wished_at::text AS at FROM connections");
    expect(String(exact[0]?.at)).toContain(".123456");
    expect(opened(row)).toEqual(bot);
    expect(await oldRows()).toEqual([]);
  });

  test("calls what was an OAuth token a bot token, and a state folder a session without credentials", async () => {
    const oauth = await addOldRow(database, vault, acme, { columns: { credential_type: "oauth_token" } });
    const session = await addOldRow(database, vault, acme, { channel: "by-code", credential: null });
    await moveConnections(database.db, vault);
    expect(await rowOf(oauth.id)).toMatchObject({ credential_type: "bot_token" });
    expect(await rowOf(session.id)).toMatchObject({
      credential_type: "channel_session",
      encrypted_credentials: null,
      encryption_key_id: null,
      outcome: null,
    });
  });

  test("brings along what is closed, and who made and ended each as far as the audit tells", async () => {
    const closed = await addOldRow(database, vault, acme, { columns: CLOSED });
    const leaving = await addOldRow(database, vault, acme, { columns: { desired_state: "disconnected" } });
    const unknown = await addOldRow(database, vault, umbrella);
    for (const action of ["channel.connect", "channel.disconnect"] as const) {
      await withService(database.db, (tx) =>
        append(tx, {
          billingAccountId: acme,
          actor: address,
          action,
          channel: CHANNEL,
          accountId: "tenant-acme",
          outcome: "requested",
          meta: null,
        }),
      );
    }
    await asSuperuser(
      database,
      "UPDATE audit_log SET at = '2026-04-01T00:00:00Z' WHERE action = 'channel.connect'",
    );
    await moveConnections(database.db, vault);
    expect(await rowOf(closed.id)).toMatchObject({
      revoked_at: CLOSED.disconnected_at,
      // Whoever wished the other one away did so later.
      revoked_by: { kind: "system", id: "move" },
      encrypted_credentials: null,
      credential_fingerprint: null,
    });
    expect(await rowOf(leaving.id)).toMatchObject({
      created_by: address,
      created_at: new Date("2026-04-01T00:00:00Z"),
      revoked_at: null,
      revoked_by: address,
    });
    expect(await rowOf(unknown.id)).toMatchObject({
      created_by: { kind: "system", id: "move" },
      revoked_by: null,
    });
  });

  test("by many processes at once moves each row once, and a second time nothing", async () => {
    const rows = await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        addOldRow(database, vault, acme, {
          channel: `channel-${index}`,
          credential: { botToken: `${index}` },
        }),
      ),
    );
    const results = await Promise.all(
      Array.from({ length: 4 }, () => moveConnections(database.db, vault, undefined, 4)),
    );
    expect(results.reduce((sum, { moved }) => sum + moved, 0)).toBe(30);
    for (const row of rows) expect(opened(await rowOf(row.id))).toEqual(row.credential);
    expect(await oldRows()).toEqual([]);
    expect(await moveConnections(database.db, vault)).toEqual({ moved: 0, unreadable: 0 });
  });

  test("deletes nothing where the new row does not open, and leaves the batch as it was", async () => {
    await addOldRow(database, vault, acme);
    const forgetful = { ...vault, seal: () => vault.seal({ botToken: "another" }, { vaultSecret: "x" }) };
    await expect(moveConnections(database.db, forgetful)).rejects.toMatchObject({ code: "internal_error" });
    expect(await oldRows()).toHaveLength(1);
    expect(await asSuperuser(database, "SELECT FROM connections")).toEqual([]);
    expect(await left()).toBe(1);
  });
});

describe("a credential that does not open when it is to be moved", () => {
  test("is asked of its tenant anew, and its old bytes are kept until the operator has them dropped", async () => {
    const lost = await addOldRow(database, vault, acme, {
      columns: { credential_fingerprint: Buffer.from("f") },
    });
    const fine = await addOldRow(database, vault, umbrella, { credential: bot });
    await spoil(lost.id);
    const kept = (await oldRows()).find(({ id }) => id === lost.id);
    expect(await moveConnections(database.db, vault)).toEqual({ moved: 1, unreadable: 1 });
    expect(opened(await rowOf(fine.id))).toEqual(bot);
    expect(await rowOf(lost.id)).toMatchObject({
      encrypted_credentials: null,
      outcome: "credential_unreadable",
      settled_generation: "1",
      credential_fingerprint: Buffer.from("f"),
    });
    expect(await oldRows()).toEqual([kept]);
    expect(await left()).toBe(0);

    expect(await forgetUnreadable(database.db, vault)).toMatchObject({ credentials: 1 });
    expect(await oldRows()).toEqual([]);
    expect(await rowOf(lost.id)).toMatchObject({
      outcome: "credential_unreadable",
      credential_fingerprint: null,
    });
    expect((await withTenant(database.db, acme, (tx) => list(tx, 1)))[0]).toMatchObject({
      action: "credential.forget",
    });
  });

  test("is put in as soon as it opens after all, unless its tenant gave another by then", async () => {
    const [mended, replaced] = [
      await addOldRow(database, vault, acme, { credential: bot }),
      await addOldRow(database, vault, umbrella),
    ];
    for (const { id } of [mended, replaced]) await spoil(id);
    await moveConnections(database.db, vault);
    const { id } = await register(database.db, umbrella, { vault, credential: { botToken: "newer" } });
    expect(id).toBe(replaced.id);
    for (const row of [mended, replaced]) await spoil(row.id);
    expect(await moveConnections(database.db, vault)).toEqual({ moved: 2, unreadable: 0 });
    expect(opened(await rowOf(mended.id))).toEqual(bot);
    expect(await rowOf(mended.id)).toMatchObject({ outcome: null, settled_generation: null });
    expect(opened(await rowOf(replaced.id))).toEqual({ botToken: "newer" });
    expect(await oldRows()).toEqual([]);
  });

  test("for want of its key keeps the program from starting, and from rotating, before it is moved", async () => {
    await addOldRow(database, vault, acme);
    const other = createVault({ current: second, previous: [] });
    await expect(checkKeys(database.db, other)).rejects.toMatchObject({ code: "encryption_key_missing" });
    await expect(rotateKeys(database.db, other)).rejects.toMatchObject({ code: "encryption_key_missing" });
    expect(await left()).toBe(1);
    const both = createVault({ current: second, previous: [first] });
    expect(await rotateKeys(database.db, both)).toEqual({ resealed: 0, unreadable: 0 });
    await checkKeys(database.db, other);
  });
});

describe("the table that connections were moved from", () => {
  test("refuses an older program, which would take what has moved for gone", async () => {
    await addOldRow(database, vault, acme);
    const asApi = (sql: string) => withTenant(database.db, acme, (tx) => tx.query(sql));
    const asService = (sql: string) => withService(database.db, (tx) => tx.query(sql));
    for (const sql of [
      "SELECT channel FROM channel_registrations WHERE disconnected_at IS NULL",
      "UPDATE channel_registrations SET settled_generation = generation",
      `INSERT INTO channel_registrations (id, billing_account_id, channel, account_id, credential_type, credential_version,
         desired_state) VALUES (gen_random_uuid(), 'acme', 'x', 'tenant-acme', 'bot_token', 1, 'connected')`,
    ]) {
      for (const ask of [asApi, asService]) await expect(ask(sql), sql).rejects.toThrow(/permission denied/);
    }
  });
});

describe("a credential", () => {
  test("copied into another tenant's row, or to another provider, does not open there", async () => {
    for (const tenant of [acme, umbrella]) await addOldRow(database, vault, tenant, { credential: bot });
    await moveConnections(database.db, vault);
    await asSuperuser(
      database,
      `UPDATE connections c SET encrypted_credentials = o.encrypted_credentials FROM connections o
       WHERE c.billing_account_id = 'umbrella' AND o.billing_account_id = 'acme'`,
    );
    await asSuperuser(
      database,
      "UPDATE connections SET provider = 'openclaw:other' WHERE billing_account_id = 'acme'",
    );
    for (const row of await asSuperuser(database, "SELECT * FROM connections")) {
      expect(() => opened(row)).toThrow(expect.objectContaining({ code: "credential_unreadable" }));
    }
    expect(await withTenant(database.db, acme, (tx) => activeConnection(tx, CHANNEL))).toBeNull();
  });
});
