import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { refusePrivilegedApiRole } from "../../src/db/guard.ts";
import { migrate, schemaVersion } from "../../src/db/migrate.ts";
import { createPools } from "../../src/db/pool.ts";
import { Secret } from "../../src/secret.ts";
import { asSuperuser, silent, type TestDatabase, testDatabase } from "../support/database.ts";
import { API_ROLE, SERVICE_ROLE } from "../support/names.ts";

let database: TestDatabase;
let lines: string[];
const run = (apiRole = API_ROLE) =>
  migrate({
    ownerUrl: new Secret(database.ownerUrl),
    apiRole,
    serviceRole: SERVICE_ROLE,
    log: (line) => lines.push(line),
  });

beforeEach(async () => {
  lines = [];
  database = await testDatabase(null);
});
afterEach(() => database.drop());

describe("migrations", () => {
  test("by many processes at once are fine, and run once", async () => {
    await Promise.all([run(), run(), run(), run()]);
    expect(lines.filter((line) => line.includes("0001_"))).toHaveLength(1);
    expect(lines.filter((line) => line.includes("access.sql"))).toHaveLength(1);
    const { wanted, found } = await schemaVersion(database.db.api);
    expect(found).toBe(wanted);
  });

  test("refuse a database that a newer version has changed, and leave it alone", async () => {
    await run();
    await asSuperuser(database, "INSERT INTO schema_migrations VALUES (9999, '9999_future.sql', 'x')");
    await asSuperuser(database, "DELETE FROM schema_migrations WHERE version = 0");
    lines = [];
    await expect(run()).rejects.toMatchObject({
      code: "schema_newer",
      detail: expect.stringContaining("9999"),
    });
    expect(lines).toEqual([]);
  });

  test("that fail leave nothing of themselves, and the next run goes on there", async () => {
    await asSuperuser(database, "CREATE TABLE channel_registrations ()");
    await expect(run()).rejects.toThrow(/channel_registrations/);
    expect(await asSuperuser(database, "SELECT to_regclass('account_observations') AS found")).toEqual([
      { found: null },
    ]);
    await asSuperuser(database, "DROP TABLE channel_registrations");
    await run();
  });

  test("give the grants to another role when the settings name another", async () => {
    const other = `api_${Math.random().toString(36).slice(2)}`;
    await run();
    await asSuperuser(database, `CREATE ROLE ${other} LOGIN PASSWORD 'p'`);
    try {
      await run(other);
      expect(lines.filter((line) => line.includes("access.sql"))).toHaveLength(2);
      const url = Object.assign(new URL(database.apiUrl), { username: other, password: "p" }).href;
      const pools = createPools({ apiUrl: new Secret(url), serviceUrl: null }, silent);
      expect((await pools.api.query("SELECT FROM billing_accounts")).rowCount).toBe(0);
      await pools.close();
    } finally {
      await asSuperuser(database, `DROP OWNED BY ${other}; DROP ROLE ${other}`);
    }
  });

  test("say database_unavailable where no database answers", async () => {
    const ownerUrl = new Secret("postgresql://someone@127.0.0.1:1/none");
    await expect(
      migrate({ ownerUrl, apiRole: "a", serviceRole: "b", log: () => undefined }),
    ).rejects.toMatchObject({
      code: "database_unavailable",
    });
  });
});

describe("start-up", () => {
  const guard = async (url: string) => {
    const pools = createPools({ apiUrl: new Secret(url), serviceUrl: null }, silent);
    try {
      await refusePrivilegedApiRole(pools.api);
    } finally {
      await pools.close();
    }
  };

  test("accepts the API's role and the service's, refuses the owner and a superuser by what they could do", async () => {
    await run();
    await guard(database.apiUrl);
    await guard(database.serviceUrl);
    const refused = (words: RegExp) => ({
      code: "database_role_privileged",
      detail: expect.stringMatching(words),
    });
    await expect(guard(database.ownerUrl)).rejects.toMatchObject(refused(/owns /));
    await expect(guard(database.superuserUrl)).rejects.toMatchObject(refused(/is a superuser/));
  });

  test("refuses a role that could become a privileged one, or that bypasses the wall", async () => {
    await run();
    const role = `guarded_${Math.random().toString(36).slice(2)}`;
    const url = Object.assign(new URL(database.apiUrl), { username: role, password: "p" }).href;
    await asSuperuser(database, `CREATE ROLE ${role} LOGIN NOINHERIT PASSWORD 'p'`);
    try {
      await guard(url);
      await asSuperuser(database, `GRANT cogni_owner TO ${role}`);
      await expect(guard(url)).rejects.toMatchObject({
        detail: expect.stringContaining("member of cogni_owner"),
      });
      await asSuperuser(database, `REVOKE cogni_owner FROM ${role}; ALTER ROLE ${role} BYPASSRLS`);
      await expect(guard(url)).rejects.toMatchObject({ detail: expect.stringContaining("BYPASSRLS") });
    } finally {
      await asSuperuser(database, `DROP OWNED BY ${role}; DROP ROLE ${role}`);
    }
  });
});
