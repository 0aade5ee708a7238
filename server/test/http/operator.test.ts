/** The platform's administrators over HTTP: what they see and do across tenants, and what they never do. */
import {
  type BillingAccountId,
  gatewaysSchema,
  operatorCreatedTenantSchema,
  type TenantsPage,
  tenantsPageSchema,
} from "@cogni/contract";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { acquireLease, recordReachable } from "../../src/db/gateways.ts";
import { withNoTenant, withService } from "../../src/db/tenant.ts";
import { register } from "../support/connections.ts";
import { asSuperuser, GATEWAY, type TestDatabase, tenants, testDatabase } from "../support/database.ts";
import {
  cookieOf,
  type Edge,
  PASSWORD,
  postJson,
  problemOf,
  signInAdministrator,
  startEdge,
} from "../support/edge.ts";
import { type Outbox, testOutbox, tokenIn } from "../support/mail.ts";
import { type Person, person } from "../support/members.ts";

let database: TestDatabase;
let outbox: Outbox;
let edge: Edge;
let acme: BillingAccountId;
let ann: Person;
let olga: Pick<Person, "headers">;

beforeAll(async () => {
  database = await testDatabase();
  outbox = await testOutbox();
  [acme] = await tenants(database.db, "acme", "umbrella");
  edge = await startEdge(database, { env: { DATA_DIR: outbox.dataDir } });
  ann = await person(edge, acme, "ann", "owner");
  olga = { headers: { cookie: cookieOf(await signInAdministrator(edge, "olga@platform.test")) } };
});
afterAll(async () => {
  await edge.close();
  await database.drop();
  await outbox.remove();
});

const get = (path: string, by = olga) => fetch(`${edge.url}/api${path}`, { headers: by.headers });
const post = (path: string, body: object, by = olga) =>
  postJson(`${edge.url}/api/v1/operator${path}`, body, by.headers);
const list = async (query = ""): Promise<TenantsPage> =>
  tenantsPageSchema.parse(await (await get(`/v1/operator/tenants${query}`)).json());
const idsOf = ({ tenants: listed }: TenantsPage) => listed.map(({ id }) => id);
const gateways = async () => gatewaysSchema.parse(await (await get("/v1/operator/gateways")).json()).gateways;
const acts = async (action: string) =>
  await asSuperuser(
    database,
    "SELECT actor->>'kind' AS by, subject FROM platform_audit_log WHERE action = $1",
    [action],
  );

describe("a platform administrator", () => {
  test("sees the tenants by id, in pages, by part of a name or id, and by state and gateway", async () => {
    await register(database.db, acme);
    const { tenants: all, next } = await list();
    expect([all, next]).toMatchObject([
      [
        {
          id: "acme",
          name: "ACME",
          status: "active",
          gateway: GATEWAY,
          members: 1,
          connections: { unknown: 1 },
        },
        { id: "umbrella", members: 0, connections: {} },
      ],
      null,
    ]);
    const first = await list("?limit=1");
    expect([idsOf(first), first.next]).toEqual([["acme"], "acme"]);
    expect(idsOf(await list(`?limit=1&after=${first.next}`))).toEqual(["umbrella"]);
    expect(idsOf(await list("?search=BRELL"))).toEqual(["umbrella"]);
    expect(idsOf(await list("?search=%25"))).toEqual([]);
    expect(idsOf(await list("?status=suspended"))).toEqual([]);
    expect(idsOf(await list(`?gateway=${GATEWAY}&status=active`))).toEqual(["acme", "umbrella"]);
    for (const wrong of ["?limit=0", "?limit=9999", "?after=../a", "?tenant=acme"]) {
      expect((await get(`/v1/operator/tenants${wrong}`)).status, wrong).toBe(400);
    }
  });

  test("sees the gateways, who watches them and what they hold, without what lets one in", async () => {
    await asSuperuser(
      database,
      "UPDATE gateways SET url = 'wss://user:canary@gate.test:1/p?token=canary#canary'",
    );
    expect(await gateways()).toMatchObject([{ reachable: false, lease: null, connections: { unknown: 1 } }]);
    await withService(database.db, async (tx) => {
      await acquireLease(tx, GATEWAY, "one", 60_000);
      await recordReachable(tx, GATEWAY, "one", true);
    });
    expect(await gateways()).toMatchObject([
      {
        id: GATEWAY,
        address: "wss://gate.test:1",
        reachable: true,
        lease: { holder: "one" },
        draining: false,
        tenants: 2,
        connections: { connecting: 1 },
      },
    ]);
  });

  test("keeps new tenants off a gateway, and lets them on again", async () => {
    const drained = await post("/gateways/drain", { gateway: GATEWAY, draining: true });
    expect(await drained.json()).toEqual({ gateway: GATEWAY, draining: true });
    expect(
      (await post("/tenants/create", { id: "waits", name: "Waits", owner: "w@waits.test" })).status,
    ).toBe(200);
    expect((await list("?search=waits")).tenants).toMatchObject([{ gateway: null }]);
    await post("/gateways/drain", { gateway: GATEWAY, draining: false });
    expect(await gateways()).toMatchObject([{ draining: false }]);
    expect(await acts("gateway.drain")).toEqual([{ by: "person", subject: GATEWAY }]);
    expect(await acts("gateway.fill")).toHaveLength(1);
    const unknown = await post("/gateways/drain", { gateway: "other", draining: true });
    expect(await problemOf(unknown)).toMatchObject({ status: 404, code: "unknown_gateway" });
  });

  test("makes a tenant whose first owner is invited, and is no member of it", async () => {
    const made = await post("/tenants/create", { name: "Müller & Söhne", owner: "Max@Hooli.test" });
    const { link, ...tenant } = operatorCreatedTenantSchema.parse(await made.json());
    const billingAccountId = expect.stringMatching(/^muller-sohne-[0-9a-f]{6}$/);
    expect(tenant).toEqual({
      billingAccountId,
      billingAccountName: "Müller & Söhne",
      invited: "max@hooli.test",
    });
    expect(await outbox.mailTo("max@hooli.test")).toContain(link);
    const body = { token: tokenIn(link), name: "Max", password: PASSWORD };
    expect((await postJson(`${edge.url}/api/auth/invitation/accept`, body)).status).toBe(200);
    const [listed] = (await list("?search=söhne")).tenants;
    expect(listed).toMatchObject({ gateway: GATEWAY, members: 1 });
    expect(await acts("tenant.create")).toContainEqual({ by: "person", subject: listed?.id });
    const taken = await post("/tenants/create", { id: "acme", name: "Mine", owner: "olga@platform.test" });
    expect(await problemOf(taken)).toMatchObject({ status: 409, code: "tenant_exists" });
    expect(await asSuperuser(database, "SELECT FROM invitations WHERE email = 'olga@platform.test'")).toEqual(
      [],
    );
    expect((await post("/tenants/create", { name: "株式会社", owner: "a@b.test" })).status).toBe(200);
  });

  test("is shown no credential, no name of a person who writes, and no member, whatever the route", async () => {
    const canary = "canary-7f3a";
    await asSuperuser(
      database,
      `UPDATE connections SET display_name = $1::text, encrypted_credentials = $1::text::bytea, encryption_key_id = $1::text`,
      [canary],
    );
    await asSuperuser(
      database,
      `INSERT INTO pending_senders (billing_account_id, gateway_id, channel, sender, name, request_id, requested_at, expires_at)
       VALUES ('acme', $2, 'telegram', $1, $1, $1, now(), now())`,
      [canary, GATEWAY],
    );
    await asSuperuser(
      database,
      `INSERT INTO account_observations (billing_account_id, gateway_id, channel, account_id, observation, observed_at, state,
         display_name, started_version)
       SELECT 'acme', $2, 'telegram', 'tenant-acme', jsonb_build_object('text', $1::text), now(), 'connected', $1::text,
         credential_version FROM connections WHERE billing_account_id = 'acme'`,
      [canary, GATEWAY],
    );
    await asSuperuser(database, "UPDATE gateways SET lease_until = now() + interval '1 minute'");
    const answers = await Promise.all(
      ["/v1/operator/gateways", "/v1/operator/tenants"].map((path) => get(path)),
    );
    const texts = await Promise.all(answers.map((answer) => answer.text()));
    expect(texts[1]).toContain('"connections":{"connected":1}');
    for (const text of texts) {
      expect(text).not.toContain(canary);
      expect(text).not.toContain(ann.email);
    }
  });

  test("sees across tenants through functions alone that name no credential, sender or message", async () => {
    const functions = await asSuperuser(
      database,
      `SELECT proname AS name, pg_get_function_result(oid) AS result, prosrc AS source FROM pg_proc
       WHERE pronamespace = 'public'::regnamespace AND proname ~ '^(operator_|connection_|roomiest_)' ORDER BY proname`,
    );
    expect(functions.map(({ name, result }) => `${name}: ${result}`)).toEqual([
      "connection_states: TABLE(billing_account_id text, gateway_id text, state text)",
      "operator_acknowledge_alert: boolean",
      "operator_add_credit: TABLE(id uuid, balance numeric)",
      "operator_alert_mails: boolean",
      "operator_alerts: SETOF alerts",
      "operator_audit: TABLE(seq bigint, at timestamp with time zone, actor jsonb, name text, action text, subject text, subject_name text, outcome text, remote_address text, request_id text, hash bytea)",
      "operator_create_tenant: boolean",
      "operator_credit_of: TABLE(id uuid, balance numeric, kind text, amount_nano bigint, note text)",
      "operator_delete: boolean",
      "operator_drain: boolean",
      "operator_gateways: TABLE(id text, address text, reachable boolean, observed_at timestamp with time zone, lease_holder text, lease_until timestamp with time zone, capacity integer, draining boolean, tenants integer, connections jsonb)",
      "operator_suspend: text",
      "operator_tenants: TABLE(id text, name text, status text, gateway_id text, created_at timestamp with time zone, members integer, connections jsonb)",
      "operator_usage: TABLE(id text, name text, calls bigint, limited bigint, estimated bigint, unpriced bigint, prompt_tokens numeric, cached_tokens numeric, completion_tokens numeric, reasoning_tokens numeric, cost numeric, upstream_cost numeric, unconfirmed bigint, unknown bigint, unknown_cost numeric, balance numeric)",
      "roomiest_gateway: text",
    ]);
    for (const { name, source } of functions) {
      // An LLM's tokens are no secret.
      expect(source, String(name)).not.toMatch(
        /encrypted|fingerprint|observation\b|display_name|sender|channel_login|api_keys|token(?!s\b)|email|catalog|\*\s*FROM/i,
      );
    }
    // The API's own role, in whose name an administrator's request runs, stands before the wall as ever.
    const rows = (sql: string) => withNoTenant(database.db, (tx) => tx.query(sql));
    for (const table of ["connections", "account_observations", "pending_senders", "api_keys", "members"]) {
      expect(await rows(`SELECT FROM ${table}`), table).toEqual([]);
    }
  });

  test("is who the session says, and nobody else sees or changes a thing by those functions", async () => {
    const [session] = await asSuperuser(database, 'SELECT id FROM auth.session WHERE "userId" = $1', [
      ann.id,
    ]);
    const run = (sql: string) =>
      withNoTenant(database.db, (tx) => tx.query<Record<string, unknown>>(sql, [String(session?.id)]));
    expect(await run("SELECT * FROM operator_gateways($1)")).toEqual([]);
    const audit =
      "SELECT * FROM operator_audit($1, NULL, 50, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)";
    expect(await run(audit)).toEqual([]);
    expect(await run("SELECT * FROM operator_tenants($1, NULL, 50, NULL, NULL, NULL)")).toEqual([]);
    expect(await run(`SELECT operator_drain($1, '${GATEWAY}', true) AS done`)).toEqual([{ done: false }]);
    expect(await run("SELECT operator_create_tenant($1, 'sneaky', 'n') AS done")).toEqual([{ done: false }]);
    await asSuperuser(
      database,
      `UPDATE auth.session SET "expiresAt" = now() - interval '1 s' WHERE "userId" =
      (SELECT id FROM auth."user" WHERE email = 'olga@platform.test')`,
    );
    expect((await get("/v1/operator/tenants")).status).toBe(401);
  });
});
