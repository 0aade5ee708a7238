import type { BillingAccountId } from "@cogni/contract";
import { pino } from "pino";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { suspendByOperator } from "../../src/auth/suspension.ts";
import type { ReconcileDeps } from "../../src/reconcile/deps.ts";
import { reconcileAccount } from "../../src/reconcile/reconcile-account.ts";
import { startTenants } from "../../src/reconcile/tenants.ts";
import { channelsDeps } from "../support/channels.ts";
import { register } from "../support/connections.ts";
import {
  asSuperuser,
  CHANNEL,
  GATEWAY,
  type TestDatabase,
  tenants,
  testDatabase,
} from "../support/database.ts";

let database: TestDatabase;
let acme: BillingAccountId;
let enabled: boolean;
let running: boolean;
let reachable: boolean;
let asked: string[];
/** Who may make no calls, each time it was told. */
let told: string[][];
let onReachable: () => void;

const gateway = {
  id: GATEWAY,
  reachable: () => reachable,
  onReachable: (listener: () => void) => {
    onReachable = listener;
    return () => undefined;
  },
  applied: async () => ({ enabled, refs: {}, access: null }),
  latest: () => ({ accounts: new Map([["telegram/tenant-acme", { running }]]) }),
  stop: async () => {
    asked.push("stop");
    running = false;
  },
  disable: async () => {
    asked.push("disable");
    enabled = false;
  },
  suspend: async (ids: string[]) => void told.push(ids),
};
const log = pino({ level: "silent" });
const deps = () =>
  ({
    db: database.db,
    gateway,
    limit: (task: () => unknown) => task(),
    clock: () => new Date(),
    log,
  }) as unknown as ReconcileDeps;
const run = () =>
  reconcileAccount(deps(), { billingAccountId: acme, channel: CHANNEL }, new AbortController().signal);
const suspend = (suspended: boolean) => suspendByOperator(database.db, { billingAccountId: acme, suspended });

beforeAll(async () => {
  database = await testDatabase();
  [acme] = await tenants(database.db, "acme");
  await register(database.db, acme);
});
afterAll(() => database.drop());
beforeEach(async () => {
  await asSuperuser(database, "UPDATE billing_accounts SET status = 'active'");
  [enabled, running, reachable, asked, told] = [true, true, true, [], []];
});

test("a suspended tenant's account is stopped and kept from starting, and nothing of it is removed", async () => {
  await suspend(true);
  expect(await run()).toEqual({ kind: "done" });
  expect(asked).toEqual(["stop", "disable"]);
  await run();
  expect(asked).toHaveLength(2);
  // As after a gateway that came back with an older config.
  [enabled, running] = [true, false];
  await run();
  expect(asked.slice(2)).toEqual(["stop", "disable"]);
});

test("a gateway is told who is suspended whenever that changes, and again when it comes back", async () => {
  const watch = startTenants({
    db: database.db,
    gateway: gateway as never,
    everyMs: 60_000,
    retryMs: 10,
    fingerprints: channelsDeps(database.db).fingerprints,
    nudge: () => undefined,
    brief: async () => undefined,
    log,
  });
  try {
    await vi.waitFor(() => expect(told).toEqual([[]]));
    await suspend(true);
    watch.wake();
    await vi.waitFor(() => expect(told).toEqual([[], ["acme"]]));
    onReachable();
    await vi.waitFor(() => expect(told).toEqual([[], ["acme"], ["acme"]]));
    await suspend(false);
    watch.wake();
    await vi.waitFor(() => expect(told.at(-1)).toEqual([]));
  } finally {
    await watch.stop();
  }
});
