import { accountIdOf, type BillingAccountId, type ChannelState, webhookMessageSchema } from "@cogni/contract";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { withService } from "../../src/db/tenant.ts";
import { recordGone, recordStates } from "../../src/db/timeline.ts";
import { publishEvents } from "../../src/db/webhook-events.ts";
import { register } from "../support/connections.ts";
import { CHANNEL, type TestDatabase, tenants, testDatabase } from "../support/database.ts";
import { addEndpoint, deliveriesOf } from "../support/webhooks.ts";

let database: TestDatabase;
let acme: BillingAccountId;
let umbrella: BillingAccountId;
let bolt: BillingAccountId;
beforeAll(async () => {
  database = await testDatabase();
  [acme, umbrella, bolt] = await tenants(database.db, "acme", "umbrella", "bolt");
  for (const tenant of [acme, umbrella, bolt]) await register(database.db, tenant);
});
afterAll(() => database.drop());

const account = (tenant: BillingAccountId) => ({
  billingAccountId: tenant,
  channel: CHANNEL,
  accountId: accountIdOf(tenant),
});
const states = (...changes: [BillingAccountId, ChannelState][]) =>
  changes.map(([tenant, state]) => ({ ...account(tenant), state, code: null }));
const messagesOf = async (tenant: BillingAccountId) =>
  (await deliveriesOf(database, tenant)).map(({ body }) => webhookMessageSchema.parse(JSON.parse(body)));

describe("what endpoints are told", () => {
  test("is each change of state once, in its order, with the state before, to the tenant's own endpoints", async () => {
    const [first, second] = [await addEndpoint(database, acme), await addEndpoint(database, acme)];
    await addEndpoint(database, umbrella);
    const at = new Date("2026-01-01T00:00:00Z");
    await withService(database.db, (tx) =>
      recordStates(tx, at, states([acme, "connecting"], [bolt, "connecting"])),
    );
    await withService(database.db, (tx) =>
      recordStates(tx, new Date(at.getTime() + 1_000), states([acme, "connecting"], [bolt, "connecting"])),
    );
    await withService(database.db, async (tx) => {
      await recordStates(tx, new Date(at.getTime() + 2_000), states([acme, "connected"]));
      await recordGone(tx, account(acme));
    });

    const told = await deliveriesOf(database, acme);
    expect(told.map(({ endpoint_id }) => endpoint_id).sort()).toEqual(
      [first, second].flatMap((id) => [id, id, id]).sort(),
    );
    // The same event has the same id at both.
    expect(new Set(told.map(({ event_id }) => event_id)).size).toBe(3);
    expect(new Set(told.map(({ lane }) => lane))).toEqual(new Set(["telegram/tenant-acme"]));
    const ofFirst = told.filter(({ endpoint_id }) => endpoint_id === first);
    const messages = ofFirst.map(({ body }) => webhookMessageSchema.parse(JSON.parse(body)));
    expect(messages.map(({ data }) => data)).toEqual([
      { ...named(), state: "connecting", previousState: null, code: null },
      { ...named(), state: "connected", previousState: "connecting", code: null },
      { ...named(), state: "not_connected", previousState: "connected", code: null },
    ]);
    expect(messages[0]).toMatchObject({ type: "channel.state_changed", timestamp: at.toISOString() });
    expect(await deliveriesOf(database, umbrella)).toEqual([]);
    expect(await deliveriesOf(database, bolt)).toEqual([]);
  });

  test("is of the chosen types alone, and nothing where its transaction comes to nothing", async () => {
    await addEndpoint(database, bolt, { eventTypes: ["alert.opened"] });
    await withService(database.db, (tx) => recordStates(tx, new Date(), states([bolt, "connected"])));
    expect(await messagesOf(bolt)).toEqual([]);
    const alert = {
      alertId: crypto.randomUUID(),
      kind: "account_down",
      channel: CHANNEL,
      accountId: accountIdOf(bolt),
      code: null,
      openedAt: new Date().toISOString(),
      resolvedAt: null,
    };
    const opened = { ...account(bolt), type: "alert.opened", at: new Date(), data: alert } as const;
    await withService(database.db, (tx) => publishEvents(tx, [opened]));
    const undone = withService(database.db, async (tx) => {
      await publishEvents(tx, [opened]);
      throw new Error("undone");
    });
    await expect(undone).rejects.toThrow("undone");
    expect(await messagesOf(bolt)).toEqual([
      { type: "alert.opened", timestamp: opened.at.toISOString(), data: alert },
    ]);
  });
});

const named = () => ({ channel: CHANNEL, accountId: accountIdOf(acme) });
