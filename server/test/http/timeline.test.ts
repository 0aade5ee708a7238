import {
  accountIdOf,
  type BillingAccountId,
  type ChannelState,
  type Timeline,
  timelineSchema,
} from "@cogni/contract";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { closeConnection } from "../../src/db/connection-outcomes.ts";
import { acquireLease, recordReachable } from "../../src/db/gateways.ts";
import { recordSnapshot } from "../../src/db/observations.ts";
import { withService, withTenant } from "../../src/db/tenant.ts";
import { forgetStates, recordGone, recordStates } from "../../src/db/timeline.ts";
import { wishDisconnected } from "../../src/db/wishes.ts";
import { BY, register } from "../support/connections.ts";
import {
  asSuperuser,
  CHANNEL,
  GATEWAY,
  type TestDatabase,
  tenants,
  testDatabase,
} from "../support/database.ts";
import { type Edge, newKey, problemOf, startEdge } from "../support/edge.ts";

const HOUR_MS = 3_600_000;
let database: TestDatabase;
let edge: Edge;
let acme: BillingAccountId;
let umbrella: BillingAccountId;
let bolt: BillingAccountId;
const keys = new Map<string, string>();

beforeAll(async () => {
  database = await testDatabase();
  edge = await startEdge(database);
  [acme, umbrella, bolt] = await tenants(database.db, "acme", "umbrella", "bolt");
  for (const tenant of [acme, umbrella, bolt]) {
    await register(database.db, tenant);
    keys.set(tenant, (await newKey(edge, tenant)).key);
  }
});
afterAll(async () => {
  await edge.close();
  await database.drop();
});
beforeEach(async () => {
  await asSuperuser(database, "TRUNCATE account_state_changes");
  // Somebody watches the gateway, and has just looked.
  await withService(database.db, async (tx) => {
    await acquireLease(tx, GATEWAY, "one", 60_000);
    await recordSnapshot(tx, GATEWAY, "one", new Date(), []);
  });
});

const ago = (hours: number) => new Date(Date.now() - hours * HOUR_MS);
const record = (tenant: BillingAccountId, at: Date, state: ChannelState) =>
  withService(database.db, (tx) =>
    recordStates(tx, at, [{ billingAccountId: tenant, channel: CHANNEL, state, code: null }]),
  );
const ask = (query: string, tenant = acme) =>
  fetch(`${edge.url}/api/v1/channels/timeline${query}`, {
    headers: { authorization: `Bearer ${keys.get(tenant)}` },
  });
const timeline = async (query = "", tenant = acme): Promise<Timeline> =>
  timelineSchema.parse(await (await ask(query, tenant)).json());

describe("the timeline of a tenant's channels", () => {
  test("tells each state with the time it began, and the share of the time up", async () => {
    await record(acme, ago(240), "connected");
    await record(acme, ago(48), "reconnecting");
    await record(acme, ago(24), "connected");
    const { from, to, channels } = await timeline();
    expect(Date.parse(to) - Date.parse(from)).toBe(7 * 24 * HOUR_MS);
    expect(channels).toHaveLength(1);
    expect(channels[0]?.changes.map(({ state }) => state)).toEqual([
      "connected",
      "reconnecting",
      "connected",
    ]);
    expect(channels[0]?.upShare).toBeCloseTo(6 / 7, 3);
    expect(channels[0]?.parts).toHaveLength(7);
    expect(channels[0]?.parts.map(({ upShare }) => Math.round(upShare ?? -1))).toEqual([1, 1, 1, 1, 1, 0, 1]);
  });

  test("tells one day in hours, and led by the state that was in force", async () => {
    await record(acme, ago(30), "connected");
    await record(acme, ago(3), "reconnecting");
    const [channel] = (await timeline("?days=1")).channels;
    expect(channel?.changes.map(({ state }) => state)).toEqual(["connected", "reconnecting"]);
    expect(channel?.parts).toHaveLength(24);
    expect(channel?.upShare).toBeCloseTo(21 / 24, 3);
  });

  test("is told to that tenant alone", async () => {
    await record(acme, ago(2), "connected");
    await record(umbrella, ago(1), "reconnecting");
    expect((await timeline()).channels.map(({ changes }) => changes.length)).toEqual([1]);
    expect((await timeline("", umbrella)).channels[0]?.changes[0]?.state).toBe("reconnecting");
  });

  test("says of the time in which nobody watches that it is not known", async () => {
    await record(acme, ago(2), "connected");
    await withService(database.db, (tx) => recordReachable(tx, GATEWAY, "one", false));
    const [channel] = (await timeline()).channels;
    expect(channel?.changes.map(({ state }) => state)).toEqual(["connected", "unknown"]);
    expect(channel?.upShare).toBe(1);
  });

  test("leaves out what was over before that time", async () => {
    await record(acme, ago(400), "connected");
    await record(acme, ago(300), "not_connected");
    expect((await timeline()).channels).toEqual([]);
    expect((await timeline("?days=30")).channels[0]?.changes).toHaveLength(2);
  });

  test.each(["?days=0", "?days=31", "?days=1.5", "?days=x", "?days=", "?accountId=tenant-umbrella"])(
    "refuses %s",
    async (query) => {
      expect(await problemOf(await ask(query))).toMatchObject({ status: 400, code: "invalid_request" });
    },
  );

  test("is told to nobody who is not signed in", async () => {
    expect((await fetch(`${edge.url}/api/v1/channels/timeline`)).status).toBe(401);
  });
});

describe("what is written down of states", () => {
  const rows = async () =>
    (await asSuperuser(database, "SELECT state, at FROM account_state_changes ORDER BY at, id")) as {
      state: string;
      at: Date;
    }[];

  test("is each change once, in the order in which it was told", async () => {
    await record(acme, ago(3), "connected");
    await record(acme, ago(2), "connected");
    await record(acme, ago(1), "reconnecting");
    // Since the last look at the gateway, which was before.
    await record(acme, ago(2), "unknown");
    expect((await rows()).map(({ state }) => state)).toEqual(["connected", "reconnecting", "unknown"]);
    expect((await rows()).at(-1)?.at).toEqual((await rows()).at(-2)?.at);
  });

  test("ends with the disconnect, whoever comes too late", async () => {
    await record(bolt, ago(1), "connected");
    const wish = await withTenant(database.db, bolt, (tx) => wishDisconnected(tx, CHANNEL, BY));
    await withService(database.db, async (tx) => {
      if (wish) await closeConnection(tx, wish);
      await recordGone(tx, { billingAccountId: bolt, channel: CHANNEL, accountId: accountIdOf(bolt) });
    });
    await record(bolt, new Date(), "disconnecting");
    expect((await rows()).map(({ state }) => state)).toEqual(["connected", "not_connected"]);
  });

  test("is kept for its time, and with it what was in force when that began", async () => {
    for (const [hours, state] of [
      [90, "connecting"],
      [80, "connected"],
      [70, "reconnecting"],
      [10, "connected"],
    ] as const) {
      await record(acme, ago(hours), state);
    }
    await withService(database.db, (tx) => forgetStates(tx, ago(48)));
    expect((await rows()).map(({ state }) => state)).toEqual(["reconnecting", "connected"]);
  });
});
