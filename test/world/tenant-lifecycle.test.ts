/** A tenant that is suspended, comes back, and is deleted, at the real gateway, beside one that feels nothing of it. */
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, inject, test, vi } from "vitest";
import { CHECKOUT } from "../../dev-env/src/control-plane.ts";
import { joinWorld } from "../../dev-env/src/world-client.ts";
import { connectAll, makeAccounts, PATIENCE_MS } from "../support/accounts.ts";
import { findIn } from "../support/canary.ts";
import { databaseOf } from "../support/database.ts";
import { accountRows, gatewayRpc } from "../support/gateway.ts";
import { makeLinker } from "../support/linking.ts";
import { LONG } from "../support/long.ts";

const world = joinWorld(inject("world"));
const patience = { timeout: PATIENCE_MS, interval: 200 };

/** An operator's command, as it is typed. */
const ops = (...words: string[]) =>
  promisify(execFile)(process.execPath, [join(CHECKOUT, "server", "bin", "ops.ts"), ...words], {
    env: world.env,
  });

/**
 * Whether the bot answers someone who writes to it, and again where that took long: a reply that is under way while the gateway
 * loads its plugins anew for others of this world may be lost (docs/decisions/0033-what-a-config-write-costs.md).
 */
async function expectAnswer(token: string, text: string): Promise<void> {
  let saidAt = 0;
  await vi.waitFor(async () => {
    if (Date.now() - saidAt > 30_000) {
      saidAt = Date.now();
      await world.telegram.say(token, { chat: 901, text });
    }
    const replies = (await world.telegram.sent(token)).map((sent) => sent.text);
    expect(replies).toContainEqual(expect.stringContaining(text));
  }, patience);
}

/** A run of the tenant's agent, begun past all channels; how it ended. */
async function runAgent(agentId: string, message: string): Promise<unknown> {
  const run = { runId: message, timeoutMs: 25_000 };
  const sessionKey = `agent:${agentId}:main`;
  await gatewayRpc(world, "agent", { agentId, message, sessionKey, idempotencyKey: run.runId });
  let status: unknown;
  await vi.waitFor(
    async () => {
      status = ((await gatewayRpc(world, "agent.wait", run)) as { status: unknown }).status;
      expect(["ok", "error"]).toContain(status);
    },
    { timeout: 150_000 },
  );
  return status;
}

test.runIf(LONG)(
  "a suspended tenant's bot and agent are silent, everything comes back by itself, and a neighbour feels nothing",
  {
    timeout: 300_000,
  },
  async () => {
    const [acme, neighbour] = await makeAccounts(world, 2);
    const linker = await makeLinker(world);
    if (!acme || !neighbour) throw new Error("no tenants were made");
    await linker.connect();
    await linker.offered();
    await linker.scan();
    await Promise.all([connectAll([acme, neighbour]), linker.connected()]);
    await expectAnswer(acme.token, "before the suspension");
    const lastStart = async () => (await accountRows(world)).get(neighbour.accountId)?.lastStartAt;
    const startedAt = await lastStart();

    await Promise.all([acme, linker].map(({ id }) => ops("tenants", "suspend", id)));
    expect(await acme.api.request("GET", "/api/v1/channels/status")).toMatchObject({
      status: 403,
      body: { code: "tenant_suspended" },
    });
    await vi.waitFor(async () => {
      expect((await accountRows(world)).get(acme.accountId)?.running).toBe(false);
      const scanned = (await accountRows(world, "try-it-qr")).get(linker.accountId);
      expect(scanned?.running).toBe(false);
    }, patience);
    // The gateway hears of it a moment later; what is refused reached no model.
    let refused = "";
    await vi.waitFor(async () => {
      refused = `past the channels ${Date.now()}`;
      expect(await runAgent(acme.accountId, refused)).toBe("error");
    }, patience);
    expect(JSON.stringify(await world.llm.calls())).not.toContain(refused);
    // While one is suspended, the others' credentials are asked for and given as ever.
    await expectAnswer(neighbour.token, "meanwhile");

    await Promise.all([acme, linker].map(({ id }) => ops("tenants", "resume", id)));
    await Promise.all([
      vi.waitFor(
        async () => expect((await acme.api.request("GET", "/api/v1/me")).status).toBe(200),
        patience,
      ),
      vi.waitFor(
        async () => expect((await linker.api.request("GET", "/api/v1/me")).status).toBe(200),
        patience,
      ),
    ]);
    await Promise.all([acme.api.reaches("telegram", ["connected"], PATIENCE_MS), linker.connected()]);
    await expectAnswer(acme.token, "after the suspension");
    expect(await lastStart()).toBe(startedAt);
  },
);

test.runIf(LONG)(
  "of a deleted tenant nothing is left in the database and in the gateway's state, and a neighbour feels nothing",
  {
    timeout: 300_000,
  },
  async () => {
    const [acme, neighbour] = await makeAccounts(world, 2);
    if (!acme || !neighbour) throw new Error("no tenants were made");
    const { id, tenant, api, token, accountId } = acme;
    const canary = `canary${randomBytes(8).toString("hex")}`;
    await connectAll([acme, neighbour]);
    await api.request("POST", "/api/v1/channels/connect", { channel: "try-it-qr" });
    await api.reaches("try-it-qr", ["awaiting_scan"], PATIENCE_MS);
    await world.tryIt.scan(accountId, "accept");
    await api.reaches("try-it-qr", ["connected"], PATIENCE_MS);
    await expectAnswer(token, canary);
    await runAgent(accountId, `${canary} past the channels`);
    await expectAnswer(neighbour.token, "next door");
    await query(
      "INSERT INTO invitations (billing_account_id, email, role, token_hash, expires_at) VALUES ($1, $2, 'viewer', $3, now() + interval '1 day')",
      [id, `invited@${id}.example.com`, randomBytes(32)],
    );
    const names = [id, tenant.name, tenant.email, canary, token];
    const state = join(world.dataDir, "gateway", "state");
    expect(findIn([state], [canary]).found).not.toEqual([]);
    const lastStart = async () => (await accountRows(world)).get(neighbour.accountId)?.lastStartAt;
    const startedAt = await lastStart();

    await ops("tenants", "delete", id, "--name", tenant.name);
    expect((await api.request("GET", "/api/v1/me")).status).toBe(401);
    await vi.waitFor(
      async () => expect(await query("SELECT FROM billing_accounts WHERE id = $1", [id])).toEqual([]),
      { timeout: 150_000, interval: 200 },
    );

    expect(await inDatabase(names)).toEqual([]);
    // In the one log of the gateway, which is not in its state, its accounts and agent are named: docs/operations/tenants.md.
    expect(findIn([state], names).found).toEqual([]);
    expect(calledAfter(state, id)).toEqual([]);
    await expectAnswer(neighbour.token, "still next door");
    expect(await lastStart()).toBe(startedAt);
    await expect(ops("tenants", "create", id)).rejects.toMatchObject({
      stderr: expect.stringContaining("tenant_exists"),
    });
  },
);

/** As the database's own administrator, whom no wall stops. */
function query(sql: string, values: unknown[] = []) {
  const { passwords } = JSON.parse(readFileSync(join(world.dataDir, "postgres.json"), "utf8")) as {
    passwords: { superuser: string };
  };
  const url = new URL(world.env.DATABASE_OWNER_URL ?? "");
  Object.assign(url, { username: "postgres", password: passwords.superuser });
  return databaseOf(world, url.href).query<Record<string, unknown>>(sql, values);
}

/** Which tables have one of the texts in some row, whatever the column. */
async function inDatabase(texts: readonly string[]): Promise<string[]> {
  const tables = await query(
    "SELECT c.oid::regclass::text AS name FROM pg_class c WHERE relkind = 'r' AND relnamespace::regnamespace::text IN ('public', 'auth')",
  );
  const found = await Promise.all(
    tables.map(async ({ name }) => {
      const rows = await query(
        `SELECT t::text AS row FROM ${name} t WHERE EXISTS (SELECT FROM unnest($1::text[]) AS x WHERE strpos(t::text, x) > 0)`,
        [texts],
      );
      return rows.map(({ row }) => `${name}: ${row}`);
    }),
  );
  return found.flat();
}

/** Files and folders below with the text in their path. */
const calledAfter = (folder: string, text: string) =>
  readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) => path.includes(text));
