/** Messages through the faults of everything around them: a worker that is killed, a database that is cut. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { BillingAccountId } from "@cogni/contract";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { createPools } from "../../src/db/pool.ts";
import { Secret } from "../../src/secret.ts";
import { asSuperuser, silent, type TestDatabase, tenants, testDatabase } from "../support/database.ts";
import { flakyDatabase } from "../support/flaky-database.ts";
import { type Receiver, startReceiver } from "../support/receiver.ts";
import { addEndpoint, attemptsOf, deliveriesOf, sender, tell, toldBy } from "../support/webhooks.ts";

const WORKER = fileURLToPath(new URL("../support/webhook-worker.ts", import.meta.url));
const CHANNELS = ["telegram", "slack", "discord"];
let database: TestDatabase;
let acme: BillingAccountId;
let receiver: Receiver;

beforeAll(async () => {
  database = await testDatabase();
  [acme] = await tenants(database.db, "acme");
});
afterAll(() => database.drop());
beforeEach(async () => {
  receiver = await startReceiver();
  await addEndpoint(database, acme, { url: receiver.url });
});
afterEach(async () => {
  await receiver.close();
  await asSuperuser(database, "TRUNCATE webhook_endpoints CASCADE");
});

const worker = () => {
  const child = spawn(process.execPath, [WORKER, database.serviceUrl, database.apiUrl], { stdio: "inherit" });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  return {
    kill: async () => {
      child.kill("SIGKILL");
      await exited;
    },
  };
};
const until = (check: () => Promise<void> | void) => vi.waitFor(check, { timeout: 25_000, interval: 20 });
const allDelivered = async () => {
  const states = (await deliveriesOf(database, acme)).map(({ state }) => state);
  expect(new Set(states)).toEqual(new Set(["delivered"]));
};
/** What came of a channel, a message that came again right away counted once. */
const cameOf = (channel: string) => {
  const told = receiver.received.map(({ body }) => toldBy(body)).filter((one) => one.startsWith(channel));
  return told.filter((one, index) => one !== told[index - 1]);
};
const inOrder = (channel: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${channel} ${index + 1}`);

test("a worker that is killed at any moment loses no message, and changes no order", async () => {
  const EACH = 15;
  receiver.answer((response) => void setTimeout(() => response.writeHead(204).end(), 20));
  for (const channel of CHANNELS) await tell(database, acme, { channel, count: EACH });
  for (let round = 1; round <= 3; round += 1) {
    const one = worker();
    await until(() => expect(receiver.received.length).toBeGreaterThan(round * 5));
    await one.kill();
  }
  const last = worker();
  await until(allDelivered);
  await last.kill();
  for (const channel of CHANNELS) expect(cameOf(channel)).toEqual(inOrder(channel, EACH));
  // What was under way when a worker died is told in the log.
  const failures = (await attemptsOf(database, acme)).map(({ failure }) => failure);
  expect(failures.filter((one) => one === "interrupted").length).toBeGreaterThan(0);
});

test("a database that is cut while messages are under way costs none, and what had arrived is sent no second time", async () => {
  const flaky = await flakyDatabase(database);
  const db = createPools(
    { apiUrl: new Secret(flaky.urls.apiUrl), serviceUrl: new Secret(flaky.urls.serviceUrl) },
    silent,
  );
  const { promise: held, resolve: release } = Promise.withResolvers<void>();
  receiver.answer((response) => void held.then(() => response.writeHead(204).end()));
  for (const channel of CHANNELS) await tell(database, acme, { channel, count: 4 });
  const one = sender({ db }, { timing: { headMs: 20_000, claimMs: 60_000 } });
  try {
    await until(() => expect(receiver.received).toHaveLength(CHANNELS.length));
    await flaky.cut();
    release();
    // It answered, and nobody could write it down.
    await new Promise((resolve) => setTimeout(resolve, 200));
    await flaky.restore();
    await until(allDelivered);
    for (const channel of CHANNELS) expect(cameOf(channel)).toEqual(inOrder(channel, 4));
    expect(receiver.received).toHaveLength(4 * CHANNELS.length);
  } finally {
    await one.stop();
    await db.close();
    await flaky.cut();
  }
});
