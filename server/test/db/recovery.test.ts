/** The database goes away and comes back: on a PostgreSQL of its own, which these tests stop. */
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { type Postgres, startPostgres } from "../../../dev-env/src/postgres.ts";
import { startTestPostgres, type TestPostgres } from "../../../dev-env/src/testing/postgres.ts";
import { startFaultProxy } from "../../../test/support/faults/proxy.ts";
import { lookUpApiKey } from "../../src/db/api-keys.ts";
import { migrate } from "../../src/db/migrate.ts";
import { listen, type Notification, notifyWish } from "../../src/db/notify.ts";
import { createPools, type Db } from "../../src/db/pool.ts";
import { tenantStatus } from "../../src/db/status.ts";
import { withService, withTenant } from "../../src/db/tenant.ts";
import { Secret } from "../../src/secret.ts";
import { CHANNEL, silent, tenants } from "../support/database.ts";
import { API_ROLE, SERVICE_ROLE } from "../support/names.ts";

let first: TestPostgres;
let postgres: Postgres;
let db: Db;
let acme: Awaited<ReturnType<typeof tenants>>[number];

beforeAll(async () => {
  first = await startTestPostgres();
  postgres = first;
  const ownerUrl = new Secret(postgres.ownerUrl);
  await migrate({ ownerUrl, apiRole: API_ROLE, serviceRole: SERVICE_ROLE, log: () => undefined });
  db = createPools(
    { apiUrl: new Secret(postgres.apiUrl), serviceUrl: new Secret(postgres.serviceUrl) },
    silent,
  );
  [acme] = await tenants(db, "acme");
});
afterAll(async () => {
  await db.close();
  await postgres.stop();
  await first.remove();
});

const queries = (): Promise<unknown>[] => [
  withTenant(db, acme, (tx) => tx.query("SELECT 1")),
  withService(db, (tx) => tx.query("SELECT 1")),
  tenantStatus(db, acme),
  lookUpApiKey(db, `cck_${"x".repeat(43)}`),
];
const expectUnavailable = async () => {
  for (const result of await Promise.allSettled(queries())) {
    expect(result).toMatchObject({ status: "rejected", reason: { code: "database_unavailable" } });
  }
};
const restart = async () => {
  postgres = await startPostgres({ dataDir: first.dataDir, port: first.port, log: () => undefined });
};

describe("a database that goes away", () => {
  test.each(["stop", "kill"] as const)(
    "by %s is told as database_unavailable, and is used again when it is back",
    async (how) => {
      await Promise.all(queries());
      await postgres[how]();
      // A session of a killed server may answer once more before it notices.
      await vi.waitFor(expectUnavailable, { timeout: 10_000 });
      await restart();
      await Promise.all(queries());
    },
  );

  test("takes nothing down with a connection that someone holds, or has given up", async () => {
    const client = await db.api.connect();
    client.emit("error", new Error("broken while it was held"));
    client.release(new Error("given up"));
    client.emit("error", new Error("broken again"));
    await Promise.all(queries());
  });

  test("in the middle of a transaction loses it whole", async () => {
    const interrupted = withService(db, async (tx) => {
      await tx.query("UPDATE billing_accounts SET name = 'changed'");
      await postgres.kill();
      // A session of a killed server may answer a few times more before it notices.
      for (;;) await tx.query("SELECT 1");
    });
    await expect(interrupted).rejects.toMatchObject({ code: "database_unavailable" });
    await restart();
    expect(await withTenant(db, acme, (tx) => tx.query("SELECT name FROM billing_accounts"))).toEqual([
      { name: "ACME" },
    ]);
  });

  test("is listened to again when it is back, and whoever listens is told to look at everything", async () => {
    const heard: Notification[] = [];
    const onConnected = vi.fn();
    const listener = listen({
      url: new Secret(postgres.apiUrl),
      onNotification: (notification) => heard.push(notification),
      onConnected,
      probeMs: 60_000,
      log: silent,
    });
    onTestFinished(() => listener.close());
    const wish = (generation: number) =>
      withTenant(db, acme, (tx) => notifyWish(tx, { billingAccountId: acme, channel: CHANNEL }, generation));
    await vi.waitFor(() => expect(onConnected).toHaveBeenCalledTimes(1), { timeout: 10_000 });
    await wish(1);
    await vi.waitFor(() => expect(heard).toHaveLength(1), { timeout: 10_000 });
    await postgres.kill();
    await restart();
    await vi.waitFor(() => expect(onConnected).toHaveBeenCalledTimes(2), { timeout: 10_000 });
    await wish(2);
    const expected = { about: "wish", billingAccountId: acme, channel: CHANNEL, traceparent: null };
    await vi.waitFor(
      () =>
        expect(heard).toEqual([
          { ...expected, generation: 1 },
          { ...expected, generation: 2 },
        ]),
      {
        timeout: 10_000,
      },
    );
  });

  test("is listened to again where the way to it forgot the connection, and told nobody", async () => {
    const way = await startFaultProxy(postgres.port);
    const url = new URL(postgres.apiUrl);
    url.port = String(way.port);
    const onConnected = vi.fn();
    const listener = listen({
      url: new Secret(url.href),
      onNotification: () => undefined,
      onConnected,
      probeMs: 200,
      log: silent,
    });
    onTestFinished(() => listener.close());
    await vi.waitFor(() => expect(onConnected).toHaveBeenCalledTimes(1), { timeout: 10_000 });
    expect(way.forget("cogni-listen")).toBe(1);
    await vi.waitFor(() => expect(onConnected).toHaveBeenCalledTimes(2), { timeout: 10_000 });
    expect(way.open()).toBe(1);
  });

  test("tells of a notification only if its transaction is committed", async () => {
    const heard: Notification[] = [];
    const onConnected = vi.fn();
    const listener = listen({
      url: new Secret(postgres.apiUrl),
      onNotification: (notification) => void heard.push(notification),
      onConnected,
      probeMs: 60_000,
      log: silent,
    });
    onTestFinished(() => listener.close());
    await vi.waitFor(() => expect(onConnected).toHaveBeenCalled(), { timeout: 10_000 });
    const key = { billingAccountId: acme, channel: CHANNEL };
    const undone = withTenant(db, acme, async (tx) => {
      await notifyWish(tx, key, 1);
      throw new Error("undone");
    });
    await expect(undone).rejects.toThrow("undone");
    await withTenant(db, acme, (tx) => notifyWish(tx, key, 2));
    await vi.waitFor(() => expect(heard).toMatchObject([{ generation: 2 }]), { timeout: 10_000 });
  });

  test("by a wrong query is a bug and stays one", async () => {
    await expect(withTenant(db, acme, (tx) => tx.query("SELECT nonsense"))).rejects.toMatchObject({
      code: "42703",
    });
  });
});
