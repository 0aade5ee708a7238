/** The queue of webhooks on the real database, with real receivers that are slow, wrong and rude. */
import { type BillingAccountId, webhookMessageSchema } from "@cogni/contract";
import { Webhook } from "standardwebhooks";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { withTenant } from "../../src/db/tenant.ts";
import { resumeEndpoint } from "../../src/db/webhook-endpoints.ts";
import { newEndpointSecret } from "../../src/vault/endpoint-secrets.ts";
import type { Sender } from "../../src/webhooks/sender.ts";

import { asSuperuser, type TestDatabase, tenants, testDatabase } from "../support/database.ts";
import { type Receiver, startReceiver, status } from "../support/receiver.ts";
import {
  addEndpoint,
  attemptsOf,
  deliveriesOf,
  type SenderWish,
  sender,
  tell,
  toldBy,
} from "../support/webhooks.ts";

let database: TestDatabase;
let acme: BillingAccountId;
let umbrella: BillingAccountId;
let receivers: Receiver[];
let senders: Sender[];

beforeAll(async () => {
  database = await testDatabase();
  [acme, umbrella] = await tenants(database.db, "acme", "umbrella");
});
afterAll(() => database.drop());
beforeEach(() => {
  [receivers, senders] = [[], []];
});
afterEach(async () => {
  await Promise.all(senders.map((one) => one.stop()));
  await Promise.all(receivers.map((one) => one.close()));
  await asSuperuser(database, "TRUNCATE webhook_endpoints CASCADE");
});

const receiver = async (): Promise<Receiver> => {
  const started = await startReceiver();
  receivers.push(started);
  return started;
};
const start = (wish: SenderWish = {}): Sender => {
  const started = sender(database, wish);
  senders.push(started);
  return started;
};
const until = (check: () => Promise<void> | void) => vi.waitFor(check, { timeout: 15_000, interval: 20 });
const statesOf = async (tenant: BillingAccountId) =>
  (await deliveriesOf(database, tenant)).map(({ state }) => state);
const numbered = (channel: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${channel} ${index + 1}`);
const toldTo = ({ received }: Receiver, channel = "telegram") =>
  received.map(({ body }) => toldBy(body)).filter((told) => told.startsWith(channel));

describe("a message", () => {
  test("is signed so that the library for receivers accepts it, and keeps its id and body over its tries", async () => {
    const endpoint = await receiver();
    const secret = newEndpointSecret();
    await addEndpoint(database, acme, { url: endpoint.url, secret });
    endpoint.answer((response, _, nth) => void response.writeHead(nth < 3 ? 500 : 200).end("ok"));
    await tell(database, acme);
    start();
    await until(async () => expect(await statesOf(acme)).toEqual(["delivered"]));

    expect(endpoint.received).toHaveLength(3);
    for (const { headers, body } of endpoint.received) {
      const message = new Webhook(secret.reveal()).verify(body, headers);
      expect(webhookMessageSchema.parse(message)).toMatchObject({ type: "alert.opened" });
      expect(() => new Webhook(secret.reveal()).verify(`${body} `, headers)).toThrow();
      expect(headers["content-type"]).toBe("application/json");
    }
    const [row] = await deliveriesOf(database, acme);
    expect(new Set(endpoint.received.map(({ headers }) => headers["webhook-id"]))).toEqual(
      new Set([row?.event_id]),
    );
    expect(new Set(endpoint.received.map(({ body }) => body))).toEqual(new Set([row?.body]));
    expect((await attemptsOf(database, acme)).map((attempt) => [attempt.status, attempt.failure])).toEqual([
      [500, "refused"],
      [500, "refused"],
      [200, null],
    ]);
  });

  test("is given up after its last try, and what waited for it goes on", async () => {
    const endpoint = await receiver();
    await addEndpoint(database, acme, { url: endpoint.url });
    endpoint.answer((response, _, nth) => void response.writeHead(nth <= 3 ? 500 : 204).end());
    await tell(database, acme, { count: 2 });
    start({ timing: { retryMs: [10, 10] } });
    await until(async () => expect(await statesOf(acme)).toEqual(["failed", "delivered"]));
    expect(toldTo(endpoint)).toEqual(["telegram 1", "telegram 1", "telegram 1", "telegram 2"]);
  });

  test("of which its sender's claim ran out is sent by another, and what the first one says then does not count", async () => {
    const endpoint = await receiver();
    await addEndpoint(database, acme, { url: endpoint.url });
    let answerFirst: () => void = () => undefined;
    endpoint.answer((response, _, nth) => {
      if (nth === 1) answerFirst = () => void response.writeHead(500).end();
      else response.writeHead(204).end();
    });
    await tell(database, acme);
    const first = start({ timing: { headMs: 10_000, claimMs: 150, drainMs: 5_000 } });
    await until(() => expect(endpoint.received).toHaveLength(1));
    first.takeNoMore();
    start({ timing: { claimMs: 10_000 } });
    await until(async () => expect(await statesOf(acme)).toEqual(["delivered"]));
    answerFirst();
    await tell(database, acme, { from: 2 });
    await until(async () => expect(await statesOf(acme)).toEqual(["delivered", "delivered"]));
    const attempts = await attemptsOf(database, acme);
    expect(attempts.map(({ failure }) => failure)).toEqual(["interrupted", null, null]);
  });
});

describe("the order", () => {
  test("of an account's messages is kept whatever fails, while other accounts go on", async () => {
    const endpoint = await receiver();
    await addEndpoint(database, acme, { url: endpoint.url });
    // Telegram's first one fails until the other channel has had all of its own.
    endpoint.answer((response) => {
      const [last] = endpoint.received.slice(-1);
      const held = toldBy(last?.body ?? "") === "telegram 1" && toldTo(endpoint, "slack").length < 10;
      response.writeHead(held ? 503 : 204).end();
    });
    await tell(database, acme, { count: 10 });
    await tell(database, acme, { count: 10, channel: "slack" });
    start({ timing: { retryMs: Array(50).fill(20) } });
    await until(async () => expect(await statesOf(acme)).toEqual(Array(20).fill("delivered")));
    expect(toldTo(endpoint, "slack")).toEqual(numbered("slack", 10));
    expect([...new Set(toldTo(endpoint))]).toEqual(numbered("telegram", 10));
    const firsts = toldTo(endpoint).filter((told) => told === "telegram 1").length;
    expect(toldTo(endpoint)).toHaveLength(9 + firsts);
    expect(firsts).toBeGreaterThan(1);
  });

  test("is kept by two senders at once, of which never both send one message, nor two of an account", async () => {
    const endpoint = await receiver();
    await addEndpoint(database, acme, { url: endpoint.url });
    const busy = new Set<string>();
    const overlaps: string[] = [];
    endpoint.answer((response) => {
      const told = toldBy(endpoint.received.at(-1)?.body ?? "");
      const channel = told.split(" ")[0] ?? "";
      if (busy.has(channel)) overlaps.push(told);
      busy.add(channel);
      setTimeout(() => {
        busy.delete(channel);
        response.writeHead(Math.random() < 0.3 ? 500 : 204).end();
      }, Math.random() * 15);
    });
    const channels = ["telegram", "slack", "discord", "signal", "matrix"];
    for (const channel of channels) await tell(database, acme, { channel, count: 12 });
    for (let n = 0; n < 2; n += 1) start({ timing: { retryMs: Array(20).fill(5) } });
    await until(async () => expect(new Set(await statesOf(acme))).toEqual(new Set(["delivered"])));
    expect(overlaps).toEqual([]);
    for (const channel of channels) {
      const told = toldTo(endpoint, channel);
      // A retry repeats the one before, and nothing else stands out of its order.
      expect(told.filter((one, index) => one !== told[index - 1])).toEqual(numbered(channel, 12));
    }
    const attempts = await attemptsOf(database, acme);
    expect(attempts.filter(({ failure }) => failure === null)).toHaveLength(60);
    expect(endpoint.received).toHaveLength(attempts.length);
  });
});

describe("an endpoint", () => {
  test("that never answers keeps nobody else waiting, not even its tenant's other one", async () => {
    const [dead, alive, other] = [await receiver(), await receiver(), await receiver()];
    dead.answer(() => undefined);
    await addEndpoint(database, acme, { url: dead.url });
    await addEndpoint(database, acme, { url: alive.url });
    await addEndpoint(database, umbrella, { url: other.url });
    for (const channel of ["telegram", "slack", "discord"])
      await tell(database, acme, { channel, count: 20 });
    await tell(database, umbrella, { count: 20 });
    start({ timing: { headMs: 30_000, claimMs: 60_000 } });
    await until(() => expect([alive, other].map(({ received }) => received.length)).toEqual([60, 20]));
    // One of each account, and no more than that.
    expect(dead.received.length).toBe(3);
  });

  test("that says 410 is paused, and is sent what waited, in order, when it is resumed", async () => {
    const endpoint = await receiver();
    const id = await addEndpoint(database, acme, { url: endpoint.url });
    endpoint.answer(status(410));
    await tell(database, acme, { count: 3 });
    start();
    const pausedBecause = async () =>
      (await asSuperuser(database, "SELECT paused_because FROM webhook_endpoints"))[0]?.paused_because;
    await until(async () => expect(await pausedBecause()).toBe("gone"));
    await tell(database, acme, { from: 4 });
    const audit = await asSuperuser(
      database,
      "SELECT outcome FROM audit_log WHERE action = 'webhook.pause' AND subject = $1",
      [id],
    );
    expect(audit).toEqual([{ outcome: "gone" }]);
    expect(endpoint.received).toHaveLength(1);
    endpoint.answer(status(204));
    await withTenant(database.db, acme, (tx) => resumeEndpoint(tx, id));
    await until(async () => expect(await statesOf(acme)).toEqual(Array(4).fill("delivered")));
    expect(toldTo(endpoint)).toEqual(["telegram 1", ...numbered("telegram", 4)]);
  });

  test("of which nothing but failures came for so long is paused, and one that succeeded meanwhile is not", async () => {
    const [dead, flaky] = [await receiver(), await receiver()];
    dead.answer(status(500));
    flaky.answer((response, _, nth) => void response.writeHead(nth % 8 === 0 ? 204 : 500).end());
    const ids = [
      await addEndpoint(database, acme, { url: dead.url }),
      await addEndpoint(database, acme, { url: flaky.url }),
    ];
    await tell(database, acme, { count: 4 });
    start({ timing: { retryMs: Array(30).fill(5), pauseAfterMs: 50 } });
    const paused = () =>
      asSuperuser(database, "SELECT id, paused_because FROM webhook_endpoints WHERE paused_at IS NOT NULL");
    await until(async () => expect(await paused()).toEqual([{ id: ids[0], paused_because: "failing" }]));
    await until(() => expect(flaky.received.length).toBeGreaterThanOrEqual(32));
    expect(await paused()).toHaveLength(1);
  });

  test("is left alone for as long as Retry-After says, within bounds", async () => {
    const [soon, greedy] = [await receiver(), await receiver()];
    const arrivals: number[] = [];
    soon.answer((response, _, nth) => {
      arrivals.push(Date.now());
      response.writeHead(nth === 1 ? 429 : 204, { "retry-after": "1" }).end();
    });
    greedy.answer(
      (response, _, nth) => void response.writeHead(nth === 1 ? 503 : 204, { "retry-after": "86400" }).end(),
    );
    await addEndpoint(database, acme, { url: soon.url });
    await addEndpoint(database, umbrella, { url: greedy.url });
    await tell(database, acme);
    await tell(database, umbrella);
    start();
    await until(async () => expect(await statesOf(acme)).toEqual(["delivered"]));
    expect((arrivals[1] ?? 0) - (arrivals[0] ?? 0)).toBeGreaterThan(950);
    await until(async () => expect(await statesOf(umbrella)).toEqual(["delivered"]));
  });
});

describe("what waits", () => {
  test("is not sent for a suspended tenant, and is when the suspension ends", async () => {
    const endpoint = await receiver();
    await addEndpoint(database, acme, { url: endpoint.url });
    await addEndpoint(database, umbrella, { url: endpoint.url });
    await asSuperuser(database, "UPDATE billing_accounts SET status = 'suspended' WHERE id = 'acme'");
    await tell(database, acme);
    await tell(database, umbrella);
    start();
    await until(async () => expect(await statesOf(umbrella)).toEqual(["delivered"]));
    expect(await statesOf(acme)).toEqual(["waiting"]);
    await asSuperuser(database, "UPDATE billing_accounts SET status = 'active' WHERE id = 'acme'");
    await until(async () => expect(await statesOf(acme)).toEqual(["delivered"]));
  });

  test("is neither forgotten nor stormed after the clock was set back or forth", async () => {
    const endpoint = await receiver();
    await addEndpoint(database, acme, { url: endpoint.url });
    endpoint.answer(status(500));
    await tell(database, acme);
    const timing = { retryMs: [60_000, 60_000, 60_000] };
    start({ timing });
    await until(async () => expect((await deliveriesOf(database, acme))[0]?.tries).toBe(1));
    const shift = (by: string) =>
      asSuperuser(
        database,
        `UPDATE webhook_deliveries SET next_attempt_at = next_attempt_at + interval '${by}',
           claimed_until = claimed_until + interval '${by}'`,
      );
    // To the row the clock was set back by a year: it would be due in one.
    await shift("1 year");
    await until(async () => expect((await deliveriesOf(database, acme))[0]?.tries).toBe(2));
    // And forth: it is due at once, once.
    await shift("-1 year");
    await until(async () => expect((await deliveriesOf(database, acme))[0]?.tries).toBe(3));
    expect(await statesOf(acme)).toEqual(["waiting"]);
    expect(endpoint.received).toHaveLength(3);
  });

  test("is broken off when its sender is stopped, and is due at once for whoever is there", async () => {
    const endpoint = await receiver();
    await addEndpoint(database, acme, { url: endpoint.url });
    endpoint.answer(() => undefined);
    await tell(database, acme);
    const first = start({ timing: { headMs: 30_000, claimMs: 60_000, drainMs: 50 } });
    await until(() => expect(endpoint.received).toHaveLength(1));
    await first.stop();
    expect(await statesOf(acme)).toEqual(["waiting"]);
    endpoint.answer(status(204));
    start();
    await until(async () => expect(await statesOf(acme)).toEqual(["delivered"]));
  });

  test("is dropped once it is older than the log is kept, if it was dealt with or its endpoint is paused for as long", async () => {
    const endpoint = await receiver();
    await addEndpoint(database, acme, { url: endpoint.url });
    const away = await addEndpoint(database, umbrella, { url: endpoint.url });
    await tell(database, acme, { count: 3 });
    await tell(database, umbrella, { count: 2 });
    const age = (tenant: BillingAccountId, set: string, kinds: readonly string[]) =>
      asSuperuser(
        database,
        `UPDATE webhook_deliveries SET created_at = now() - interval '8 days', ${set}
         WHERE billing_account_id = $1 AND body::json->'data'->>'kind' = ANY($2)`,
        [tenant, kinds],
      );
    const finished = (ago: string) => `state = 'delivered', finished_at = now() - interval '${ago}'`;
    await age(acme, finished("8 days"), ["telegram 1"]);
    await age(acme, finished("6 days"), ["telegram 2"]);
    // What waits is kept where it can still be sent, and not where nobody asks for it any more.
    await age(acme, "tries = 0", ["telegram 3"]);
    await age(umbrella, "tries = 0", ["telegram 1"]);
    await asSuperuser(
      database,
      `UPDATE webhook_endpoints SET paused_at = now() - interval '8 days', paused_because = 'wished' WHERE id = $1`,
      [away],
    );
    const left = async (tenant: BillingAccountId) =>
      (await deliveriesOf(database, tenant)).map(({ body }) => toldBy(body));
    start({ logDays: 7 });
    await until(async () => {
      expect(await left(acme)).toEqual(["telegram 2", "telegram 3"]);
      expect(await left(umbrella)).toEqual(["telegram 2"]);
    });
  });
});
