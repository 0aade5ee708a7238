import { pino } from "pino";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { acquireLease } from "../../src/db/gateways.ts";
import { withService } from "../../src/db/tenant.ts";
import type { GatewayReconciled } from "../../src/gateway/reconcile-gateway.ts";
import { startAlerts } from "../../src/reconcile/alerts.ts";
import { timingSchema } from "../../src/timing.ts";
import { asSuperuser, GATEWAY, type TestDatabase, tenants, testDatabase } from "../support/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
  await tenants(database.db, "acme");
  await withService(database.db, (tx) => acquireLease(tx, GATEWAY, "test", 600_000));
});
afterAll(() => database.drop());

const gateway = async (columns: string) =>
  (await asSuperuser(database, `SELECT ${columns} FROM gateways WHERE id = '${GATEWAY}'`))[0];

test("a change of the gateway's config that makes its accounts reconnect gives them time, and no other does", async () => {
  let reconciled: (result: GatewayReconciled) => void = () => undefined;
  const now = new Date("2026-05-04T12:00:00Z");
  const running = startAlerts({
    db: database.db,
    gateway: {
      id: GATEWAY,
      onReachable(listener) {
        reconciled = listener;
        return () => undefined;
      },
    },
    holder: "test",
    clock: () => now,
    leftovers: () => 0,
    alertTiming: timingSchema.parse({ alerts: { everyMs: 10, gatewayMs: 20 } }).alerts,
    alertDays: 90,
    expiryDays: 7,
    log: pino({ level: "silent" }),
  });
  const result = { changed: [], plugins: "", idle: [] };
  reconciled({ ...result, restartsChannels: false });
  // It does not answer, and the clock stands still: however often it is looked at, nothing becomes older.
  await vi.waitFor(async () =>
    expect(await asSuperuser(database, "SELECT kind, held_ms FROM alerts")).toEqual([
      { kind: "gateway_unreachable", held_ms: "0" },
    ]),
  );
  expect(await gateway("planned_until")).toEqual({ planned_until: null });
  reconciled({ ...result, restartsChannels: true });
  await vi.waitFor(async () =>
    expect(await gateway("planned_from, planned_until")).toEqual({
      planned_from: now,
      planned_until: new Date("2026-05-04T12:02:00Z"),
    }),
  );
  await vi.waitFor(async () => expect(await asSuperuser(database, "SELECT FROM alerts")).toEqual([]));
  await running.stop();
});
