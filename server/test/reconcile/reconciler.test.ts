import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { gatewayLease } from "../../src/db/gateways.ts";
import { listen } from "../../src/db/notify.ts";
import { createPools, type Db } from "../../src/db/pool.ts";
import { withService } from "../../src/db/tenant.ts";
import { createLogger } from "../../src/log.ts";
import { createReconciler, type Reconciler } from "../../src/reconcile/reconciler.ts";
import type { Session } from "../../src/reconcile/session.ts";
import { Secret } from "../../src/secret.ts";
import {
  asSuperuser,
  GATEWAY,
  silent,
  type TestDatabase,
  tenants,
  testDatabase,
} from "../support/database.ts";
import { flakyDatabase } from "../support/flaky-database.ts";
import { testMetrics } from "../support/metrics.ts";

const LEASE_MS = 15_000;
const running: (() => Promise<void>)[] = [];
let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
  await tenants(database.db, "acme");
});
afterEach(async () => {
  vi.useRealTimers();
  for (const stop of running.splice(0).toReversed()) await stop();
  await asSuperuser(database, "UPDATE gateways SET lease_holder = NULL, lease_until = NULL");
});
afterAll(() => database.drop());

interface Worker {
  readonly reconciler: Reconciler;
  /** When it began and ended to reconcile, in ms of `performance.now()`. */
  readonly began: number[];
  readonly ended: number[];
}

interface WorkOptions {
  /** What it has under way when it is to end. */
  readonly finish?: () => Promise<void>;
  readonly elapsedMs?: () => number;
  readonly db?: Db;
}

/** A process that may take the lease, and hears when it is handed over. */
function work(holder: string, options: WorkOptions = {}): Worker {
  const { finish = async () => undefined, elapsedMs = () => performance.now(), db = database.db } = options;
  const began: number[] = [];
  const ended: number[] = [];
  const end = async () => {
    await finish();
    ended.push(performance.now());
  };
  const nothing = () => undefined;
  const session: Session = {
    problem: () => null,
    wake: nothing,
    wakeSenders: nothing,
    wakeAgents: nothing,
    wakeTenant: nothing,
    finish: end,
    close: end,
  };
  const reconciler = createReconciler({
    db,
    gatewayId: GATEWAY,
    holder,
    leaseMs: LEASE_MS,
    open: () => {
      began.push(performance.now());
      return session;
    },
    elapsedMs,
    metrics: testMetrics(),
    log: createLogger("fatal"),
  });
  const hearing = listen({
    url: new Secret(database.apiUrl),
    onNotification: ({ about }) => about === "lease" && reconciler.wakeLease(),
    onConnected: nothing,
    probeMs: 60_000,
    log: silent,
  });
  running.push(
    () => hearing.close(),
    () => reconciler.stop(AbortSignal.timeout(5_000)),
  );
  reconciler.start();
  return { reconciler, began, ended };
}

const holder = () => withService(database.db, (tx) => gatewayLease(tx, GATEWAY)).then((row) => row?.holder);

describe("the lease on a gateway", () => {
  test("is with whoever stands by within a second of its holder's end, and never with both", async () => {
    const first = work("first");
    await vi.waitFor(() => expect(first.began).toHaveLength(1));
    const second = work("second");
    await vi.waitFor(async () => expect(await holder()).toBe("first"));
    // Until it hears; it would look again after a third of the lease.
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(second.began).toHaveLength(0);
    const toldAt = performance.now();
    await first.reconciler.stop(AbortSignal.timeout(5_000));
    await vi.waitFor(() => expect(second.began).toHaveLength(1), { interval: 5 });
    expect((second.began[0] ?? 0) - toldAt).toBeLessThan(1_000);
    expect(second.began[0]).toBeGreaterThan(first.ended[0] ?? Number.POSITIVE_INFINITY);
  });

  test("is handed over when the time to finish is over, whatever hangs", async () => {
    const first = work("first", { finish: () => new Promise(() => undefined) });
    await vi.waitFor(() => expect(first.began).toHaveLength(1));
    running.splice(1, 1);
    const cut = new AbortController();
    const stopped = first.reconciler.stop(cut.signal);
    expect(await holder()).toBe("first");
    cut.abort();
    await stopped;
    expect(await holder()).toBeNull();
  });

  test("is given up in time without the database, though the wall clock was put back", async () => {
    let elapsed = 1_000_000;
    const flaky = await flakyDatabase(database);
    const { apiUrl, serviceUrl } = flaky.urls;
    const db = createPools({ apiUrl: new Secret(apiUrl), serviceUrl: new Secret(serviceUrl) }, silent);
    const first = work("first", { elapsedMs: () => elapsed, db });
    await vi.waitFor(() => expect(first.began).toHaveLength(1));
    vi.useFakeTimers({ toFake: ["Date"], now: 0 });
    await flaky.cut();
    first.reconciler.wakeLease();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(first.reconciler.holdsLease()).toBe(true);
    elapsed += LEASE_MS + 1;
    first.reconciler.wakeLease();
    await vi.waitFor(() => expect(first.ended).toHaveLength(1));
    expect(first.reconciler.holdsLease()).toBe(false);
    await running.pop()?.();
    await db.close();
  });

  test("is kept through a wall clock that jumps ahead, or back", async () => {
    const first = work("first");
    await vi.waitFor(() => expect(first.began).toHaveLength(1));
    for (const now of [Date.now() + 3_600_000, 0]) {
      vi.useFakeTimers({ toFake: ["Date"], now });
      first.reconciler.wakeLease();
      await new Promise((resolve) => setTimeout(resolve, 200));
      expect([first.ended.length, await holder()]).toEqual([0, "first"]);
    }
  });

  test("is not waited for when it dates from before the database's clock was put back", async () => {
    await asSuperuser(
      database,
      `UPDATE gateways SET lease_holder = 'gone', lease_until = now() + interval '1 hour'`,
    );
    const next = work("next");
    await vi.waitFor(() => expect(next.began).toHaveLength(1));
    expect(await holder()).toBe("next");
  });
});
