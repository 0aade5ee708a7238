/** Whoever shows a tenant's channels hears of every change, whichever program made it, and of nothing else. */
import { type BillingAccountId, billingAccountIdSchema } from "@cogni/contract";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { acquireLease, recordReachable } from "../../src/db/gateways.ts";
import { type Listener, listen, type Notification } from "../../src/db/notify.ts";
import { withService, withTenant } from "../../src/db/tenant.ts";
import { wishDisconnected } from "../../src/db/wishes.ts";
import { Secret } from "../../src/secret.ts";
import { BY, register } from "../support/connections.ts";
import {
  asSuperuser,
  CHANNEL,
  GATEWAY,
  silent,
  type TestDatabase,
  tenants,
  testDatabase,
} from "../support/database.ts";

let database: TestDatabase;
let listener: Listener;
let [acme, bolt]: BillingAccountId[] = [];
let heard: Notification[] = [];

beforeAll(async () => {
  database = await testDatabase();
  [acme, bolt] = await tenants(database.db, "acme", "bolt");
  const onConnected = vi.fn();
  listener = listen({
    url: new Secret(database.apiUrl),
    onNotification: (notification) => void heard.push(notification),
    onConnected,
    probeMs: 60_000,
    log: silent,
  });
  await vi.waitFor(() => expect(onConnected).toHaveBeenCalled());
});
afterAll(async () => {
  await listener.close();
  await database.drop();
});
beforeEach(() => {
  heard = [];
});

/** Whom the changes heard since the start of the test were about. Notifications come in the order of their commits. */
async function told(): Promise<string[][]> {
  await asSuperuser(database, `NOTIFY cogni, '{"about":"gateway","gatewayId":"the end"}'`);
  await vi.waitFor(() => expect(heard).toContainEqual({ about: "gateway", gatewayId: "the end" }));
  return heard.flatMap((one) => (one.about === "change" ? [[...one.billingAccountIds].sort()] : []));
}

test("a wish, its end, a login and a person who waits are told of, each for its tenant alone", async () => {
  await register(database.db, acme as BillingAccountId);
  await withTenant(database.db, acme as BillingAccountId, (tx) => wishDisconnected(tx, CHANNEL, BY));
  await asSuperuser(
    database,
    `INSERT INTO channel_logins (id, billing_account_id, gateway_id, channel, account_id, access, status)
     VALUES (gen_random_uuid(), $1, $2, 'made-up', $3, 'everyone', 'requested')`,
    [bolt, GATEWAY, `tenant-${bolt}`],
  );
  await asSuperuser(
    database,
    `INSERT INTO pending_senders (billing_account_id, gateway_id, channel, sender, request_id, requested_at, expires_at)
     VALUES ($1, $2, 'made-up', 's', 'r', now(), now())`,
    [bolt, GATEWAY],
  );
  await asSuperuser(database, "DELETE FROM pending_senders");
  expect(await told()).toEqual([["acme"], ["acme"], ["bolt"], ["bolt"], ["bolt"]]);
});

test("that a credential was given out shows nowhere, and nobody is told", async () => {
  await asSuperuser(database, "UPDATE connections SET last_used_at = now()");
  expect(await told()).toEqual([]);
  await asSuperuser(database, "UPDATE connections SET expires_at = now()");
  expect(await told()).toEqual([["acme"]]);
});

test("of a snapshot only those tenants are told of whose account looks another than before", async () => {
  const see = (id: string, observation: object) =>
    asSuperuser(
      database,
      `INSERT INTO account_observations (billing_account_id, gateway_id, channel, account_id, observation, observed_at)
       SELECT id, $2, 'made-up', 'tenant-' || id, $3, clock_timestamp() FROM unnest($1::text[]) AS id
       ON CONFLICT (billing_account_id, channel, gateway_id) DO UPDATE SET
         observation = excluded.observation, observed_at = excluded.observed_at`,
      [id.split(","), GATEWAY, JSON.stringify(observation)],
    );
  await see("acme,bolt", { connected: true, lastTransportActivityAt: 1 });
  await see("acme,bolt", { connected: true, lastTransportActivityAt: 2 });
  await see("acme", { connected: false, lastTransportActivityAt: 2 });
  await see("bolt", { connected: true, lastTransportActivityAt: 2 });
  expect(await told()).toEqual([["acme", "bolt"], ["acme"]]);
});

test("a gateway that came, went or offers something else is told of, one that was seen again is not", async () => {
  await withService(database.db, (tx) => acquireLease(tx, GATEWAY, "me", 60_000));
  const gateway = async (work: () => Promise<unknown>) => {
    await work();
    await told();
    const about = heard.filter((one) => one.about === "gateway" && one.gatewayId === GATEWAY).length;
    heard = [];
    return about;
  };
  const reachable = (value: boolean) => () =>
    withService(database.db, (tx) => recordReachable(tx, GATEWAY, "me", value));
  expect(await gateway(reachable(true))).toBe(1);
  expect(await gateway(() => asSuperuser(database, "UPDATE gateways SET observed_at = now()"))).toBe(0);
  expect(await gateway(reachable(true))).toBe(0);
  expect(await gateway(reachable(false))).toBe(1);
  expect(await gateway(() => asSuperuser(database, "UPDATE gateways SET catalog_version = 99"))).toBe(1);
});

test("however many tenants change at once, all of them are told of, in few payloads", async () => {
  const ids = Array.from({ length: 450 }, (_, index) =>
    billingAccountIdSchema.parse(`${"long-name-".repeat(5)}${index}`),
  );
  await asSuperuser(
    database,
    "INSERT INTO billing_accounts (id, name) SELECT id, id FROM unnest($1::text[]) AS id",
    [ids],
  );
  await asSuperuser(
    database,
    "INSERT INTO placements (billing_account_id, gateway_id) SELECT unnest($1::text[]), $2",
    [ids, GATEWAY],
  );
  const payloads = await told();
  expect(payloads.length).toBeLessThanOrEqual(5);
  expect(payloads.flat().sort()).toEqual([...ids].sort());
});
