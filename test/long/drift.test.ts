/** Wish and gateway drift apart, by anyone's hand: what is ours is mended, what may be another's is left and reported. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { seedTenants } from "../../dev-env/src/seed.ts";
import { joinWorld } from "../../dev-env/src/world-client.ts";
import { type Account, connectAll, makeAccount, makeAccounts, PATIENCE_MS } from "../support/accounts.ts";
import { type Breakable, eventually, startBreakable } from "../support/breakable.ts";
import { type Database, databaseOf } from "../support/database.ts";
import { accountRows, gatewayConfig, patchConfig } from "../support/gateway.ts";
import { measured } from "../support/measured.ts";

let parts: Breakable;
let admin: Database;
let up: Account[];
beforeAll(async () => {
  parts = await startBreakable({
    TIMING: JSON.stringify({ reconcile: { sweepMs: 4_000 }, gateway: { recheckMs: 4_000 } }),
  });
  const url = new URL(parts.world.stack.postgres?.superuserUrl ?? "");
  url.pathname = "/cogni";
  admin = databaseOf(parts.world, url.href);
  up = await makeAccounts(parts.world, 10);
  await connectAll(up);
});

const one = (index: number): Account => {
  const account = up[index];
  if (!account) throw new Error("no tenant was made");
  return account;
};
const isPolled = async (token: string) =>
  (await parts.world.telegram.polls(token)).some(({ endedAt }) => endedAt === null);
const logOf = (name: string) => readFileSync(join(parts.world.dataDir, "logs", `${name}.log`), "utf8");
const runs = async ({ accountId }: Account) =>
  (await accountRows(parts.world)).get(accountId)?.running ?? false;

test("two control planes of one installation share the work: either's API will do, and the lease is handed over at once or by a crash", async () => {
  const second = await parts.startAnother("second");
  const holder = async () =>
    (await admin.query<{ lease_holder: string | null }>("SELECT lease_holder FROM gateways"))[0]
      ?.lease_holder;
  const before = await holder();
  expect(before).toMatch(/.+/);
  const starts = await accountRows(parts.world);
  const through = (account: Account) => ({
    ...account,
    api: joinWorld({ ...parts.world, url: second.url }).api(account.tenant),
  });

  const [first, later] = await makeAccounts(parts.world, 2);
  if (!first || !later) throw new Error("no tenants were made");
  await connectAll([through(first)]);
  expect((await first.api.reaches("telegram", ["connected"], PATIENCE_MS)).state).toBe("connected");
  expect(await holder()).toBe(before);

  const crashedAt = Date.now();
  await parts.crashControlPlane();
  await eventually(async () => {
    const now = await holder();
    expect(now).toMatch(/.+/);
    expect(now).not.toBe(before);
  });
  measured(`the lease was taken over ${Date.now() - crashedAt} ms after its holder was killed`);
  // What the dead one saw is not believed; until the first look of the new holder, wishes are kept and answered 502.
  expect((await first.api.reaches("telegram", ["connected"], PATIENCE_MS)).state).toBe("connected");
  await connectAll([through(later)]);

  await second.part.stop();
  const stoppedAt = Date.now();
  await eventually(async () => {
    expect(await holder()).toMatch(/.+/);
    expect((await one(0).api.status()).gateway.reachable).toBe(true);
  });
  measured(`the rest goes on with the other ${Date.now() - stoppedAt} ms after one was stopped`);
  const after = await accountRows(parts.world);
  for (const { accountId } of up) {
    expect(after.get(accountId)?.lastStartAt).toBe(starts.get(accountId)?.lastStartAt);
  }
});

test("an account that was removed from the gateway's config comes back", async () => {
  const { accountId, api, token } = one(0);
  const { sourceConfig } = await gatewayConfig(parts.world);
  const bindings = sourceConfig.bindings as { agentId: string }[];
  await patchConfig(
    parts.world,
    {
      channels: { telegram: { accounts: { [accountId]: null } } },
      bindings: bindings.filter(({ agentId }) => agentId !== accountId),
    },
    ["bindings", `channels.telegram.accounts.${accountId}.allowFrom`],
  );
  await eventually(async () => {
    const { sourceConfig: mended } = await gatewayConfig(parts.world);
    expect(mended).toMatchObject({
      channels: { telegram: { accounts: { [accountId]: { enabled: true } } } },
    });
    expect(mended.bindings).toContainEqual({ agentId: accountId, match: { channel: "telegram", accountId } });
  });
  await api.reaches("telegram", ["connected"], PATIENCE_MS);
  await eventually(async () => expect(await isPolled(token)).toBe(true));
});

test("containment that was loosened behind our back is tightened again, while the gateway runs", async () => {
  await patchConfig(parts.world, {
    tools: { agentToAgent: { enabled: true } },
    session: { dmScope: "main" },
  });
  await eventually(async () => {
    expect((await gatewayConfig(parts.world)).sourceConfig).toMatchObject({
      tools: { agentToAgent: { enabled: false } },
      session: { dmScope: "per-account-channel-peer" },
    });
  });
  await eventually(async () => expect(await isPolled(one(1).token)).toBe(true));
});

test("a database restored from yesterday: the credential of that day is applied again", async () => {
  const account = one(2);
  const tables = ["connections", "account_observations"] as const;
  const yesterday = await Promise.all(
    tables.map(
      async (table) =>
        (
          await admin.query<{ rows: string }>(
            `SELECT json_agg(t)::text AS rows FROM ${table} t WHERE billing_account_id = $1`,
            [account.id],
          )
        )[0]?.rows ?? "[]",
    ),
  );
  const next = await world().bot();
  await connectAll([{ ...account, ...next }]);
  await eventually(async () => expect(await isPolled(next.token)).toBe(true));

  const restore = await Promise.all(
    tables.map(async (table, index) => {
      // Those that the database makes itself are no one's to write.
      const [found] = await admin.query<{ columns: string }>(
        `SELECT string_agg(quote_ident(column_name), ', ') AS columns FROM information_schema.columns
         WHERE table_schema = 'public' AND table_name = $1 AND is_generated = 'NEVER'`,
        [table],
      );
      return `DELETE FROM ${table} WHERE billing_account_id = '${account.id}';
        INSERT INTO ${table} (${found?.columns}) SELECT ${found?.columns}
          FROM json_populate_recordset(NULL::${table}, '${yesterday[index]}')`;
    }),
  );
  await admin.query(["BEGIN", ...restore, "COMMIT"].join(";\n"));
  await eventually(async () => {
    expect([await isPolled(account.token), await isPolled(next.token)]).toEqual([true, false]);
  });
  expect((await account.api.reaches("telegram", ["connected"], PATIENCE_MS)).state).toBe("connected");
});

test("an account without a connection is stopped and reported, and its config is kept", async () => {
  const account = one(3);
  await forget([account]);
  await eventually(async () => expect(await runs(account)).toBe(false));
  expect(await isPolled(account.token)).toBe(false);
  expect(logOf("control-plane")).toContain(`"account":"${account.id}/telegram"`);
  expect(logOf("control-plane")).toContain("an account without a connection was stopped");
  expect((await gatewayConfig(parts.world)).sourceConfig).toMatchObject({
    channels: { telegram: { accounts: { [account.accountId]: { enabled: true } } } },
  });
  expect(await isPolled(one(1).token)).toBe(true);
});

test("another installation's control plane is refused by its gateway's owner mark, and changes nothing", async () => {
  await admin.query("CREATE DATABASE another OWNER cogni_owner");
  const elsewhere = (url = "") => url.replace(/\/cogni$/, "/another");
  const { env } = parts.world;
  const settings = {
    DATABASE_URL: elsewhere(env.DATABASE_URL),
    DATABASE_SERVICE_URL: elsewhere(env.DATABASE_SERVICE_URL),
    DATABASE_OWNER_URL: elsewhere(env.DATABASE_OWNER_URL),
  };
  const { hash } = await gatewayConfig(parts.world);
  const rows = await accountRows(parts.world);
  const foreign = await parts.startAnother("foreign", settings);
  const [tenant] = await seedTenants({ ...env, ...settings }, [
    { billingAccountId: "intruder", name: "Intruder" },
  ]);
  if (!tenant) throw new Error("no tenant was made");
  await eventually(() => expect(logOf("foreign")).toContain("foreign_installation"));
  const api = joinWorld({ ...parts.world, url: foreign.url }).api(tenant);
  expect((await api.status()).gateway).toEqual({ reachable: false });
  const ready = await fetch(`${foreign.url}/readyz`);
  expect(await ready.json()).toMatchObject({
    missing: expect.arrayContaining(["gateway: it does not answer"]),
  });

  await foreign.part.stop();
  expect((await gatewayConfig(parts.world)).hash).toBe(hash);
  const after = await accountRows(parts.world);
  for (const [accountId, { lastStartAt, running }] of rows) {
    expect(after.get(accountId)).toMatchObject({ lastStartAt, running });
  }
});

test("many accounts without a connection run on and are reported: they wait for the operator", async () => {
  const many = up.slice(4);
  await forget(many);
  await eventually(() => expect(logOf("control-plane")).toContain("many accounts have no connection"));
  const seenAt = Date.parse((await one(0).api.status()).observedAt ?? "");
  await eventually(async () => {
    const { observedAt } = await one(0).api.status();
    expect(Date.parse(observedAt ?? "")).toBeGreaterThan(seenAt + 5_000);
  });
  for (const account of many) {
    expect(await runs(account)).toBe(true);
    expect(await isPolled(account.token)).toBe(true);
  }
  // What goes on meanwhile is not held up by it.
  await connectAll([await makeAccount(parts.world)]);
});

function world() {
  return parts.world;
}

/** As a restore of a backup that is older than these would. */
async function forget(accounts: readonly Account[]): Promise<void> {
  const ids = accounts.map(({ id }) => id);
  await admin.query("DELETE FROM account_observations WHERE billing_account_id = ANY($1)", [ids]);
  await admin.query("DELETE FROM connections WHERE billing_account_id = ANY($1)", [ids]);
}
