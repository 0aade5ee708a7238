import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { changeAgent } from "../../src/db/agents.ts";
import { append } from "../../src/db/audit.ts";
import { addMember } from "../../src/db/members.ts";
import { tenantStatus } from "../../src/db/status.ts";
import { withNoTenant, withService, withTenant } from "../../src/db/tenant.ts";
import { register } from "../support/connections.ts";
import { asSuperuser, type TestDatabase, tenants, testDatabase } from "../support/database.ts";
import { fillBill } from "../support/usage.ts";

let database: TestDatabase;
let acme: Awaited<ReturnType<typeof tenants>>[number];
let umbrella: typeof acme;

beforeAll(async () => {
  database = await testDatabase();
  [acme, umbrella] = await tenants(database.db, "acme", "umbrella");
  for (const tenant of [acme, umbrella]) {
    await register(database.db, tenant);
    await asSuperuser(
      database,
      `INSERT INTO auth."user" (id, name, email) VALUES ('${tenant}-person', 'Ann', '${tenant}@example.com')`,
    );
    await withService(database.db, (tx) =>
      addMember(tx, { billingAccountId: tenant, userId: `${tenant}-person`, role: "viewer" }),
    );
    await withTenant(database.db, tenant, (tx) =>
      changeAgent(tx, { instructions: `of ${tenant}`, greeting: "", model: null }, 0),
    );
    await withService(database.db, async (tx) => {
      await tx.query(
        "INSERT INTO api_keys (billing_account_id, name, prefix, key_hash, scopes) VALUES ($1, 'k', 'p', $2, '{}')",
        [tenant, Buffer.from(tenant)],
      );
      await tx.query(
        `INSERT INTO invitations (billing_account_id, email, role, token_hash, expires_at)
         VALUES ($1, 'bob@example.com', 'viewer', $2, now())`,
        [tenant, Buffer.from(tenant)],
      );
      await asSuperuser(
        database,
        `INSERT INTO connect_links (billing_account_id, token_hash, by_person, expires_at)
         VALUES ($1, $2, $1 || '-person', now())`,
        [tenant, Buffer.from(tenant)],
      );
      await asSuperuser(
        database,
        "INSERT INTO connect_link_settings (billing_account_id, allowed_origins) VALUES ($1, '{}')",
        [tenant],
      );
      await tx.query(
        `INSERT INTO account_observations (billing_account_id, gateway_id, channel, account_id)
         VALUES ($1, 'shared', 'telegram', 'tenant-' || $1)`,
        [tenant],
      );
      await tx.query(
        `INSERT INTO channel_logins (id, billing_account_id, gateway_id, channel, account_id, access, status)
         VALUES (gen_random_uuid(), $1, 'shared', 'telegram', 'tenant-' || $1, 'everyone', 'requested')`,
        [tenant],
      );
      await tx.query(
        `INSERT INTO account_state_changes (billing_account_id, channel, at, state)
         VALUES ($1, 'telegram', now(), 'connected')`,
        [tenant],
      );
      await tx.query(
        `INSERT INTO pending_senders (billing_account_id, gateway_id, channel, sender, request_id,
           requested_at, expires_at)
         VALUES ($1, 'shared', 'telegram', '42', 'r', now(), now())`,
        [tenant],
      );
      await tx.query(
        "INSERT INTO approved_senders (billing_account_id, channel, sender) VALUES ($1, 'telegram', '43')",
        [tenant],
      );
      await asSuperuser(
        database,
        `WITH endpoint AS (
           INSERT INTO webhook_endpoints (billing_account_id, url, description, event_types, encrypted_secret,
             encryption_key_id, created_by)
           VALUES ($1, 'https://example.com', '', '{alert.opened}', '', '', '{}') RETURNING id
         ), delivery AS (
           INSERT INTO webhook_deliveries (billing_account_id, endpoint_id, event_id, type, lane, body)
           SELECT $1, id, id, 'alert.opened', '', '{}' FROM endpoint RETURNING id
         )
         INSERT INTO webhook_attempts (billing_account_id, delivery_id, at, took_ms, headers, body)
         SELECT $1, id, now(), 1, '{}', '' FROM delivery`,
        [tenant],
      );
      await tx.query(
        `WITH made AS (
           INSERT INTO alerts (billing_account_id, kind, code, needs_person, began_at, looked_at)
           VALUES ($1, 'account_down', 'account_down', false, now(), now()) RETURNING id
         )
         INSERT INTO alert_notices (billing_account_id, user_id, alert_id, news, due_at)
         SELECT $1, $1 || '-person', id, 'opened', now() FROM made`,
        [tenant],
      );
      await fillBill(database, tenant, "olga");
      await tx.query("INSERT INTO tenant_deletions (billing_account_id) VALUES ($1)", [tenant]);
      await asSuperuser(
        database,
        `INSERT INTO channel_registrations (id, billing_account_id, channel, account_id, credential_type,
           credential_version, desired_state)
         VALUES (gen_random_uuid(), $1, 'telegram', 'tenant-' || $1, 'state_dir', 1, 'connected')`,
        [tenant],
      );
      await append(tx, {
        billingAccountId: tenant,
        actor: { kind: "system", id: "test" },
        action: "agent.change",
        channel: null,
        accountId: null,
        outcome: "ok",
        meta: null,
      });
    });
  }
});
afterAll(() => database.drop());

/** Every table that names a tenant, and by which column. */
function tenantTables(): Promise<
  { name: string; tenant: string; enabled: boolean; forced: boolean; policies: string[] }[]
> {
  return asSuperuser(
    database,
    `SELECT c.relname AS name, a.attname AS tenant, c.relrowsecurity AS enabled, c.relforcerowsecurity AS forced,
       ARRAY(SELECT polname::text FROM pg_policy WHERE polrelid = c.oid) AS policies
     FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND NOT a.attisdropped
     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
       AND (a.attname = 'billing_account_id' OR c.relname = 'billing_accounts' AND a.attname = 'id')`,
  ) as ReturnType<typeof tenantTables>;
}

/** Those that the API has a use for; the table that connections were moved from is none. */
const readable = async () => (await tenantTables()).filter(({ name }) => name !== "channel_registrations");

describe("the wall between tenants", () => {
  test("stands, forced and with a policy, on every table that names a tenant", async () => {
    const tables = await tenantTables();
    expect(tables.map((table) => table.name).sort()).toEqual([
      "account_observations",
      "account_state_changes",
      "agents",
      "alert_notices",
      "alerts",
      "api_keys",
      "approved_senders",
      "audit_log",
      "billing_accounts",
      "call_slots",
      "channel_logins",
      "channel_registrations",
      "connect_link_settings",
      "connect_links",
      "connections",
      "invitations",
      "ledger_entries",
      "limits",
      "llm_keys",
      "members",
      "pending_senders",
      "placements",
      "quotas",
      "reply_fates",
      "tenant_deletions",
      "upstream_costs",
      "usage_days",
      "usage_events",
      "webhook_attempts",
      "webhook_deliveries",
      "webhook_endpoints",
    ]);
    for (const table of tables) {
      expect(table).toMatchObject({ enabled: true, forced: true });
      expect(table.policies).toContain("tenant");
    }
  });

  test("shows a tenant its own rows and no other's, on every table", async () => {
    for (const { name, tenant } of await readable()) {
      const rows = await withTenant(database.db, acme, (tx) =>
        tx.query<{ tenant: string }>(`SELECT ${tenant} AS tenant FROM ${name}`),
      );
      expect(rows.length, name).toBeGreaterThan(0);
      expect(new Set(rows.map((row) => row.tenant)), name).toEqual(new Set([acme]));
    }
  });

  test("shows nothing at all while no tenant is named", async () => {
    for (const { name } of await readable()) {
      expect(await withNoTenant(database.db, (tx) => tx.query(`SELECT FROM ${name}`)), name).toEqual([]);
    }
  });

  test("stands before its owner too, but for what the look-ups need", async () => {
    const owner = new pg.Client({ connectionString: database.ownerUrl });
    await owner.connect();
    const seen: string[] = [];
    for (const { name } of await tenantTables()) {
      if ((await owner.query(`SELECT FROM ${name}`)).rowCount) seen.push(name);
    }
    await owner.end();
    expect(seen.sort()).toEqual([
      "account_observations",
      "api_keys",
      // Of which the owner's functions drop and redact rows.
      "audit_log",
      "billing_accounts",
      "channel_registrations",
      "connect_link_settings",
      "connect_links",
      "connections",
      "invitations",
      "ledger_entries",
      "members",
      "placements",
      "upstream_costs",
      "usage_days",
      "usage_events",
    ]);
  });

  test("refuses to write a row of another tenant", async () => {
    const write = withTenant(database.db, acme, (tx) =>
      tx.query(
        `INSERT INTO audit_log (billing_account_id, actor, action, outcome) VALUES ($1, '{}', 'forged', 'ok')`,
        [umbrella],
      ),
    );
    await expect(write).rejects.toThrow(/row-level security/);
    const changed = await withTenant(database.db, acme, (tx) =>
      tx.query("UPDATE connections SET display_name = 'x' WHERE billing_account_id = $1 RETURNING id", [
        umbrella,
      ]),
    );
    expect(changed).toEqual([]);
  });

  test("is not carried over by a pooled connection, whatever ended the transaction", async () => {
    const setting = () =>
      database.db.api
        .query("SELECT current_setting('app.billing_account_id', true) AS tenant")
        .then(({ rows }) => rows[0]);
    const rounds = Array.from({ length: 64 }, async (_, round) => {
      if (round % 3 === 0) await tenantStatus(database.db, acme);
      else if (round % 3 === 1) await withTenant(database.db, umbrella, (tx) => tx.query("SELECT 1"));
      else {
        await withTenant(database.db, acme, (tx) => tx.query("SELECT 1/0")).catch((error) =>
          expect(error.code).toBe("22012"),
        );
      }
      expect((await setting())?.tenant || null).toBeNull();
    });
    await Promise.all(rounds);
  });

  test("gives no transaction the tenant of another, however many run at once", async () => {
    const seen = await Promise.all(
      Array.from({ length: 200 }, async (_, round) => {
        const tenant = round % 2 ? acme : umbrella;
        const status = await tenantStatus(database.db, tenant);
        const own = await withTenant(database.db, tenant, (tx) =>
          tx.query<{ id: string }>("SELECT id FROM billing_accounts"),
        );
        return [tenant, status.connections[0]?.accountId, own[0]?.id];
      }),
    );
    for (const [tenant, accountId, own] of seen) {
      expect(accountId).toBe(`tenant-${tenant}`);
      expect(own).toBe(tenant);
    }
  });

  test("keeps the audit log append-only, and the gateways' secrets away, from the API", async () => {
    const attempt = (sql: string) => withTenant(database.db, acme, (tx) => tx.query(sql));
    for (const sql of [
      "UPDATE audit_log SET outcome = 'other'",
      "DELETE FROM audit_log",
      "INSERT INTO audit_log (billing_account_id, actor, action, outcome, seq) VALUES ('acme', '{}', 'x', 'x', 7)",
      "INSERT INTO audit_log (billing_account_id, actor, action, outcome, at) VALUES ('acme', '{}', 'x', 'x', now())",
      "SELECT salts FROM audit_log",
      "SELECT FROM audit_heads",
      "SELECT drop_old_audit('tenant/acme', 365, NULL)",
      "DELETE FROM connections",
      "SELECT FROM channel_registrations",
      "SELECT registrations_after(gen_random_uuid(), 1)",
      "SELECT token_hash FROM gateways",
      "SELECT url FROM gateways",
      "UPDATE gateways SET reachable = true",
      "UPDATE account_observations SET state = 'connected'",
      "UPDATE agents SET applied_version = 1",
      "DELETE FROM agents",
      "UPDATE gateways SET models = '{}'",
      "UPDATE vault_secrets SET sealed = ''",
      "UPDATE api_keys SET billing_account_id = 'acme'",
      "UPDATE billing_accounts SET status = 'active'",
      "UPDATE invitations SET role = 'owner'",
      "DELETE FROM invitations",
      "INSERT INTO platform_administrators VALUES ('acme-person')",
      "DELETE FROM platform_administrators",
      "SELECT FROM platform_invitations",
      "SELECT FROM platform_audit_log",
      "DELETE FROM platform_audit_log",
      "SELECT connection_states()",
      "UPDATE connect_links SET expires_at = now() + interval '1 year'",
      "UPDATE connect_links SET channels = NULL",
      "SELECT set_suspended('acme', false)",
      "INSERT INTO tenant_deletions VALUES ('acme')",
      "SELECT FROM erased_tenants",
      "SELECT FROM erased_audit_log",
      "CREATE TABLE mine ()",
    ]) {
      await expect(attempt(sql), sql).rejects.toThrow(/permission denied/);
    }
    expect(await attempt("SELECT id, reachable, observed_at FROM gateways")).toHaveLength(1);
  });

  test("keeps the audit log append-only from the service, too", async () => {
    for (const sql of [
      "UPDATE audit_log SET outcome = 'other'",
      "DELETE FROM audit_log",
      "UPDATE platform_audit_log SET outcome = 'other'",
      "DELETE FROM platform_audit_log",
      "INSERT INTO erased_audit_log (id, pseudonym, at, actor, action, outcome) VALUES (1, 'x', now(), '{}', 'x', 'x')",
      "DELETE FROM erased_audit_log",
      "UPDATE audit_heads SET seq = 0",
      "DELETE FROM audit_heads",
      "ALTER TABLE audit_log DISABLE TRIGGER chain",
    ]) {
      const attempt = withService(database.db, (tx) => tx.query(sql));
      await expect(attempt, sql).rejects.toThrow(/permission denied|must be owner/);
    }
  });

  test("refuses a tenant id of any form but its own before it reaches SQL", async () => {
    for (const id of ["", "A", "a'; DROP TABLE x; --", "a b", "tenant\n"]) {
      await expect(async () =>
        withTenant(database.db, id as typeof acme, (tx) => tx.query("SELECT 1")),
      ).rejects.toThrow();
    }
  });
});
