import {
  askedDeliverySchema,
  type BillingAccountId,
  MAX_WEBHOOK_ENDPOINTS,
  type WebhookDelivery,
  type WebhookEndpoint,
  type WebhookWithSecret,
  webhookDeliveriesSchema,
  webhookDeliveryDetailSchema,
  webhookEndpointSchema,
  webhookEndpointsSchema,
  webhookWithSecretSchema,
} from "@cogni/contract";
import { Webhook } from "standardwebhooks";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { Sender } from "../../src/webhooks/sender.ts";
import { asSuperuser, type TestDatabase, tenants, testDatabase } from "../support/database.ts";
import { type Edge, newKey, postJson, problemOf, startEdge } from "../support/edge.ts";
import { type Receiver, startReceiver, status } from "../support/receiver.ts";
import { sender, tell } from "../support/webhooks.ts";

let database: TestDatabase;
let edge: Edge;
let acme: BillingAccountId;
let keys: Record<"acme" | "umbrella", { id: string; key: string }>;
let receiver: Receiver;
let sending: Sender | null;

beforeAll(async () => {
  database = await testDatabase();
  const [first, umbrella] = await tenants(database.db, "acme", "umbrella");
  acme = first;
  edge = await startEdge(database);
  keys = { acme: await newKey(edge, acme), umbrella: await newKey(edge, umbrella) };
});
afterAll(async () => {
  await edge.close();
  await database.drop();
});
beforeEach(async () => {
  receiver = await startReceiver();
  sending = null;
});
afterEach(async () => {
  await sending?.stop();
  await receiver.close();
  await asSuperuser(database, "TRUNCATE webhook_endpoints CASCADE");
});

type Who = keyof typeof keys;
const bearer = (who: Who) => ({ authorization: `Bearer ${keys[who].key}` });
const post = (path: string, body: object, who: Who = "acme") =>
  postJson(`${edge.url}/api/v1/webhooks${path}`, body, bearer(who));
const get = (path: string, who: Who = "acme") =>
  fetch(`${edge.url}/api/v1/webhooks${path}`, { headers: bearer(who) });
const create = async (wish: object = {}): Promise<WebhookWithSecret> => {
  const request = { url: receiver.url, eventTypes: ["alert.opened"], ...wish };
  return webhookWithSecretSchema.parse(await (await post("", request)).json());
};
const list = async (who: Who = "acme"): Promise<WebhookEndpoint[]> =>
  webhookEndpointsSchema.parse(await (await get("", who)).json()).endpoints;
const deliveries = async (query = "") =>
  webhookDeliveriesSchema.parse(await (await get(`/deliveries${query}`)).json());
const detail = async (id: string) =>
  webhookDeliveryDetailSchema.parse(await (await get(`/delivery?id=${id}`)).json());
const settled = (count: number, state: WebhookDelivery["state"]) =>
  vi.waitFor(
    async () => {
      const found = (await deliveries()).deliveries;
      expect(found.map((one) => one.state)).toEqual(Array(count).fill(state));
      return found;
    },
    { timeout: 10_000 },
  );

describe("an endpoint", () => {
  test("has its secret told once, sealed at rest, and logged nowhere", async () => {
    const made = await create({ description: "  Our shop  " });
    expect(made).toMatchObject({
      url: receiver.url,
      description: "Our shop",
      eventTypes: ["alert.opened"],
      paused: null,
      createdBy: { kind: "key", name: "test key" },
    });
    expect(made.secret).toMatch(/^whsec_[A-Za-z0-9+/]{32}$/);
    const raw = made.secret.slice("whsec_".length);
    expect(JSON.stringify(await list())).not.toContain(raw);
    expect(edge.logged()).not.toContain(raw);
    const stored = await asSuperuser(
      database,
      "SELECT encode(encrypted_secret, 'escape') AS bytes FROM webhook_endpoints",
    );
    expect(JSON.stringify(stored)).not.toContain(raw);
  });

  test("is of an address that can be one, with the reason beside the field where it can't", async () => {
    for (const [url, reason] of [
      ["https://10.0.0.1/", "public internet"],
      ["https://169.254.169.254/latest/meta-data", "public internet"],
      ["https://user:secret@example.com/", "name or a password"],
      ["https://example.com:25/", "port"],
      ["ftp://example.com/", "https:"],
    ]) {
      const problem = await problemOf(await post("", { url, eventTypes: ["alert.opened"] }));
      expect(problem, url).toMatchObject({ code: "invalid_request", errors: [{ path: "url" }] });
      expect(problem.errors[0]?.message).toContain(reason);
    }
    const made = await create();
    const changed = await post("/change", { id: made.id, url: "https://10.0.0.1/" });
    expect(await problemOf(changed)).toMatchObject({ code: "invalid_request" });
    for (const wrong of [{ eventTypes: [] }, { eventTypes: ["webhook.test"] }, { secret: "mine" }]) {
      const request = { url: receiver.url, eventTypes: ["alert.opened"], ...wrong };
      expect((await post("", request)).status, JSON.stringify(wrong)).toBe(400);
    }
  });

  test("is its tenant's alone, as its log is", async () => {
    const { id } = await create();
    await tell(database, acme);
    const [delivery] = (await deliveries()).deliveries;
    expect(await list("umbrella")).toEqual([]);
    for (const path of ["/change", "/delete", "/rotate-secret", "/pause", "/resume", "/test"]) {
      expect(await problemOf(await post(path, { id }, "umbrella")), path).toMatchObject({
        code: "unknown_webhook",
      });
    }
    const body = { id: delivery?.id };
    expect(await problemOf(await post("/redeliver", body, "umbrella"))).toMatchObject({
      code: "unknown_delivery",
    });
    expect((await get(`/delivery?id=${delivery?.id}`, "umbrella")).status).toBe(404);
    const theirs = await (await get(`/deliveries?endpoint=${id}`, "umbrella")).json();
    expect(theirs).toEqual({ deliveries: [], next: null });
    expect(await list()).toHaveLength(1);
  });

  test("is one of so many, however many are added at once", async () => {
    const answers = await Promise.all(
      Array.from({ length: MAX_WEBHOOK_ENDPOINTS + 3 }, () =>
        post("", { url: receiver.url, eventTypes: ["alert.opened"] }),
      ),
    );
    expect(answers.filter(({ ok }) => ok)).toHaveLength(MAX_WEBHOOK_ENDPOINTS);
    const refused = answers.filter(({ ok }) => !ok);
    for (const answer of refused)
      expect(await problemOf(answer)).toMatchObject({ code: "too_many_webhooks" });
  });

  test("whose secret is rotated signs with both until the overlap is over, then with the new one alone", async () => {
    const made = await create();
    const rotate = async (overlapSeconds: number) =>
      webhookWithSecretSchema.parse(
        await (await post("/rotate-secret", { id: made.id, overlapSeconds })).json(),
      );
    const second = await rotate(3_600);
    expect(second.secret).not.toBe(made.secret);
    expect(Date.parse(second.previousSecretUntil ?? "")).toBeGreaterThan(Date.now() + 3_000_000);
    sending = sender(database);
    await tell(database, acme);
    await settled(1, "delivered");
    const verified = (secret: string, index: number) => {
      const { body, headers } = receiver.received[index] ?? { body: "", headers: {} };
      return () => new Webhook(secret).verify(body, headers);
    };
    for (const { secret } of [made, second]) expect(verified(secret, 0)).not.toThrow();
    const third = await rotate(0);
    expect(third.previousSecretUntil).toBeNull();
    await tell(database, acme);
    await settled(2, "delivered");
    expect(verified(third.secret, 1)).not.toThrow();
    for (const { secret } of [made, second]) expect(verified(secret, 1)).toThrow();
  });

  test("that is paused is sent nothing, and all of it in order when it is resumed", async () => {
    const { id } = await create();
    sending = sender(database);
    const paused = webhookEndpointSchema.parse(await (await post("/pause", { id })).json());
    expect(paused.paused).toMatchObject({ because: "wished" });
    await tell(database, acme, { count: 3 });
    await expect.poll(async () => (await list())[0]?.waiting).toBe(3);
    expect((await deliveries()).deliveries.map(({ nextAttemptAt }) => nextAttemptAt)).toEqual([
      null,
      null,
      null,
    ]);
    expect(receiver.received).toEqual([]);
    expect(webhookEndpointSchema.parse(await (await post("/resume", { id })).json()).paused).toBeNull();
    await settled(3, "delivered");
    expect(receiver.received.map(({ body }) => JSON.parse(body).data.kind)).toEqual([
      "telegram 1",
      "telegram 2",
      "telegram 3",
    ]);
  });

  test("leaves a row in the audit log for each act, by whom it was; deleted, it takes its log along", async () => {
    const { id } = await create();
    await post("/change", { id, description: "x", eventTypes: ["channel.state_changed"] });
    for (const path of ["/rotate-secret", "/pause", "/resume", "/test"]) await post(path, { id });
    expect(await (await post("/delete", { id })).json()).toEqual({ id, status: "deleted" });
    const rows = await asSuperuser(
      database,
      "SELECT action, actor->>'id' AS by FROM audit_log WHERE subject = $1 ORDER BY id",
      [id],
    );
    const acts = ["create", "change", "rotate_secret", "pause", "resume", "test", "delete"];
    expect(rows).toEqual(acts.map((act) => ({ action: `webhook.${act}`, by: keys.acme.id })));
    expect((await deliveries()).deliveries).toEqual([]);
  });
});

describe("the log", () => {
  test("tells of each attempt what was sent and answered, without the signature", async () => {
    const { secret } = await create();
    receiver.answer(
      (response, _, nth) =>
        void response
          .writeHead(nth === 1 ? 503 : 200, { "content-type": "text/plain", "set-cookie": "a=b" })
          .end(nth === 1 ? "not yet" : "thanks"),
    );
    await tell(database, acme);
    sending = sender(database);
    const [row] = await settled(1, "delivered");
    const found = await detail(row?.id ?? "");
    expect(found).toMatchObject({
      attempts: 2,
      url: receiver.url,
      type: "alert.opened",
      channel: "telegram",
    });
    expect(found.body).toBe(receiver.received[0]?.body);
    expect(found.attemptLog).toMatchObject([
      { status: 200, failure: null, reason: null, responseBody: "thanks" },
      { status: 503, failure: "refused", reason: expect.stringMatching(/\.$/), responseBody: "not yet" },
    ]);
    const [last] = found.attemptLog;
    expect(last?.requestHeaders["webhook-id"]).toBe(found.eventId);
    expect(last?.requestHeaders["webhook-timestamp"]).toBe(
      receiver.received[1]?.headers["webhook-timestamp"],
    );
    expect(Object.keys(last?.requestHeaders ?? {})).not.toContain("webhook-signature");
    expect(last?.responseHeaders).toMatchObject({ "content-type": "text/plain" });
    expect(JSON.stringify(found)).not.toContain(secret.slice("whsec_".length));
    expect(JSON.stringify(found)).not.toContain("a=b");
  });

  test("is told in pages, by endpoint, state and type", async () => {
    const [first, second] = [
      await create(),
      await create({ eventTypes: ["alert.opened", "alert.resolved"] }),
    ];
    await tell(database, acme, { count: 5 });
    await post("/test", { id: second.id });
    const all = (await deliveries()).deliveries;
    expect(all).toHaveLength(11);
    expect(all[0]).toMatchObject({ type: "webhook.test", endpointId: second.id, state: "waiting" });
    const paged: WebhookDelivery[] = [];
    for (let next: string | null = ""; next !== null; ) {
      const page = await deliveries(`?limit=4${next && `&after=${next}`}`);
      paged.push(...page.deliveries);
      next = page.next;
    }
    expect(paged).toEqual(all);
    expect((await deliveries(`?endpoint=${first.id}`)).deliveries).toHaveLength(5);
    expect((await deliveries("?type=webhook.test")).deliveries).toHaveLength(1);
    expect((await deliveries("?state=failed")).deliveries).toEqual([]);
    for (const wrong of ["?state=lost", "?limit=0", "?after=x", "?endpoint=1"]) {
      expect((await get(`/deliveries${wrong}`)).status, wrong).toBe(400);
    }
  });

  test("has one sent again with the same id and body, past what waits, and its attempts kept", async () => {
    await create();
    receiver.answer(status(500));
    await tell(database, acme);
    sending = sender(database, { timing: { retryMs: [10] } });
    const [failed] = await settled(1, "failed");
    receiver.answer(status(204));
    const asked = await (await post("/redeliver", { id: failed?.id })).json();
    expect(askedDeliverySchema.parse(asked)).toEqual({ deliveryId: failed?.id });
    await settled(1, "delivered");
    expect(receiver.received).toHaveLength(3);
    expect(new Set(receiver.received.map(({ headers }) => headers["webhook-id"]))).toEqual(
      new Set([failed?.eventId]),
    );
    expect(new Set(receiver.received.map(({ body }) => body)).size).toBe(1);
    expect((await detail(failed?.id ?? "")).attemptLog.map(({ status: code }) => code)).toEqual([
      204, 500, 500,
    ]);
  });

  test("has one that waits for its next try tried now", async () => {
    await create();
    receiver.answer(status(500));
    await tell(database, acme);
    sending = sender(database, { timing: { retryMs: [3_600_000] } });
    const [row] = await vi.waitFor(async () => {
      const found = (await deliveries()).deliveries;
      expect(found[0]).toMatchObject({ state: "waiting", attempts: 1 });
      return found;
    });
    expect(Date.parse(row?.nextAttemptAt ?? "")).toBeGreaterThan(Date.now() + 2_000_000);
    receiver.answer(status(204));
    await post("/redeliver", { id: row?.id });
    await settled(1, "delivered");
  });
});
