import { randomBytes } from "node:crypto";
import type { BillingAccountId } from "@cogni/contract";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readConfig } from "../../src/config.ts";
import { createLogger } from "../../src/log.ts";
import { runOps } from "../../src/ops/run.ts";
import { Secret } from "../../src/secret.ts";
import { createVault } from "../../src/vault/vault.ts";
import { register } from "../support/connections.ts";
import { asSuperuser, type TestDatabase, tenants, testDatabase } from "../support/database.ts";
import { settings } from "../support/edge.ts";
import { addOldRow, CLOSED, migrateToOldSchema } from "../support/old-registrations.ts";

const vault = createVault({
  current: new Secret(Buffer.alloc(32, 7).toString("base64")),
  previous: [],
});

let database: TestDatabase;
let acme: BillingAccountId;
let umbrella: BillingAccountId;
beforeEach(async () => {
  database = await testDatabase();
  [acme, umbrella] = await tenants(database.db, "acme", "umbrella");
});
afterEach(() => database.drop());

async function ops(line: string, where = database) {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runOps(line.split(" "), {
    config: () => readConfig(settings(where)),
    log: createLogger("silent"),
    out: (text) => out.push(text),
    err: (text) => err.push(text),
  });
  return { code, out: out.join("\n"), err: err.join("\n"), json: () => JSON.parse(out.join("\n")) };
}

/** All that a look could change, and the schema itself. */
const everything = (where = database) =>
  asSuperuser(
    where,
    `SELECT query_to_xml('SELECT * FROM channel_registrations ORDER BY id', true, false, '')::text AS old,
       CASE WHEN to_regclass('connections') IS NULL THEN NULL
         ELSE query_to_xml('SELECT * FROM connections ORDER BY id', true, false, '')::text END AS new,
       query_to_xml('SELECT * FROM schema_migrations ORDER BY version', true, false, '')::text AS schema,
       query_to_xml('SELECT * FROM audit_log ORDER BY id', true, false, '')::text AS audit,
       (SELECT string_agg(relname || relacl::text, ' ' ORDER BY relname) FROM pg_class
        WHERE relnamespace = 'public'::regnamespace) AS grants`,
  );

async function fill(): Promise<void> {
  await addOldRow(database, vault, acme);
  await addOldRow(database, vault, acme, { channel: "x", columns: { credential_type: "oauth_token" } });
  await addOldRow(database, vault, acme, { channel: "y", credential: null });
  await addOldRow(database, vault, acme, { columns: CLOSED });
  await addOldRow(database, vault, umbrella);
  await register(database.db, umbrella, { vault, channel: "z" as never });
}

describe("ops connections move", () => {
  test("with --dry-run counts what is there and what opens, and writes nothing", async () => {
    await fill();
    const before = await everything();
    const { code, json } = await ops("connections move --dry-run --json");
    expect(code).toBe(0);
    expect(json()).toEqual({
      dryRun: true,
      moved: 0,
      after: null,
      before: {
        registrations: [
          { type: "bot_token", rows: 3, closed: 1, tenants: 2 },
          { type: "oauth_token", rows: 1, closed: 0, tenants: 1 },
          { type: "state_dir", rows: 1, closed: 0, tenants: 1 },
        ],
        connections: [{ type: "bot_token", rows: 1, closed: 0, tenants: 1 }],
        unreadable: 0,
      },
    });
    expect((await ops("connections move --dry-run")).out).toContain("A move would move 5 rows");
    expect(await everything()).toEqual(before);
  });

  test("with --dry-run leaves a database of the version before as it is, its schema too", async () => {
    const old = await testDatabase(null);
    try {
      await migrateToOldSchema(old);
      await asSuperuser(old, "INSERT INTO billing_accounts (id, name) VALUES ('acme', 'Acme')");
      await addOldRow(old, vault, acme);
      const strange = createVault({ current: new Secret(randomBytes(32).toString("base64")), previous: [] });
      await addOldRow(old, strange, acme, { channel: "x" });
      const before = await everything(old);
      const { code, json } = await ops("connections move --dry-run --json", old);
      expect(code).toBe(1);
      expect(json().before).toEqual({
        registrations: [{ type: "bot_token", rows: 2, closed: 0, tenants: 1 }],
        connections: [],
        unreadable: 1,
      });
      expect(await everything(old)).toEqual(before);
    } finally {
      await old.drop();
    }
  });

  test("moves everything, and counts as much after as before", async () => {
    await fill();
    const { code, json } = await ops("connections move --json");
    expect(code).toBe(0);
    const { moved, before, after } = json();
    const total = (counts: { rows: number }[]) => counts.reduce((sum, { rows }) => sum + rows, 0);
    expect(moved).toBe(5);
    expect(total(after.connections)).toBe(total(before.registrations) + total(before.connections));
    expect(after).toEqual({
      registrations: [],
      connections: [
        { type: "bot_token", rows: 5, closed: 1, tenants: 2 },
        { type: "channel_session", rows: 1, closed: 0, tenants: 1 },
      ],
      unreadable: 0,
    });
    expect((await ops("connections move")).out).toContain("Moved 0 rows.");
    expect((await ops("doctor")).out).toContain("ok     connections: all in one table");
  });

  test("refuses to begin while a key is missing, and says of what does not open that it is kept", async () => {
    const strange = createVault({ current: new Secret(randomBytes(32).toString("base64")), previous: [] });
    const lost = await addOldRow(database, strange, acme);
    expect((await ops("doctor")).out).toContain("1 are yet to be moved");
    const refused = await ops("connections move");
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining("encryption_key_missing")]);
    // Sealed with a key that is set, by what its first bytes say.
    await asSuperuser(
      database,
      `UPDATE channel_registrations SET encryption_key_id = $1,
         encrypted_credential = overlay(encrypted_credential PLACING decode($1, 'hex') FROM 1) WHERE id = $2`,
      [vault.currentKeyId, lost.id],
    );
    const { code, out } = await ops("connections move");
    expect(code).toBe(1);
    expect(out).toContain("1 credentials do not open");
    expect((await ops("doctor")).out).toContain(
      "WRONG  connections: 1 credentials of an older version do not open",
    );
    expect((await ops("credentials forget --yes")).out).toContain("Dropped 1 credentials");
    expect((await ops("doctor")).out).toContain("ok     connections");
  });
});
