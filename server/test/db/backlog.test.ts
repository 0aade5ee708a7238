import { afterAll, beforeAll, expect, test } from "vitest";
import { readBacklog } from "../../src/db/backlog.ts";
import { withService } from "../../src/db/tenant.ts";
import { asSuperuser, type TestDatabase, tenants, testDatabase } from "../support/database.ts";
import { seriesOf, testMetrics } from "../support/metrics.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
  await tenants(database.db, "acme", "globex");
});
afterAll(() => database.drop());

const look = () => withService(database.db, readBacklog);

/** An endpoint of the tenant with messages, each by its lane and when it is due, in seconds from now. */
async function endpoint(
  tenant: string,
  paused: string | null,
  messages: readonly (readonly [string, number])[],
) {
  await asSuperuser(
    database,
    `WITH e AS (
       INSERT INTO webhook_endpoints (billing_account_id, url, description, event_types, encrypted_secret,
         encryption_key_id, created_by, paused_at, paused_because)
       VALUES ('${tenant}', 'https://hooks.example', '', '{alert.opened}', '\\x00', 'k', '{}',
         ${paused ? `now(), '${paused}'` : "NULL, NULL"}) RETURNING id
     )
     INSERT INTO webhook_deliveries (billing_account_id, endpoint_id, event_id, type, lane, body, next_attempt_at)
     SELECT '${tenant}', e.id, gen_random_uuid(), 'alert.opened', m->>0, '{}', now() + (m->>1)::float * interval '1 s'
     FROM e, jsonb_array_elements('${JSON.stringify(messages)}') m`,
  );
}

test("nothing waits where nothing was sent, and then nothing is late", async () => {
  expect(await look()).toEqual({
    deliveries: 0,
    deliveryOverdueS: 0,
    pausedEndpoints: {},
    notices: 0,
    noticeOverdueS: 0,
    openAlerts: [],
  });
});

test("what waits is counted over all tenants: late is what is due at the head of its lane, of an endpoint that takes any", async () => {
  // The second waits for the first, which has its next try in an hour.
  await endpoint("acme", null, [
    ["telegram", 3_600],
    ["telegram", -900],
    ["discord", -60],
  ]);
  await endpoint("globex", "failing", [["telegram", -7_200]]);
  await endpoint("globex", "wished", []);
  await asSuperuser(
    database,
    `INSERT INTO alerts (billing_account_id, kind, code, needs_person, began_at, looked_at, opened_at) VALUES
       ('acme', 'account_down', 'account_failed', true, now(), now(), now()),
       ('globex', 'account_down', 'account_failed', true, now(), now(), now()),
       (NULL, 'gateway_down', 'gateway_unreachable', true, now(), now(), now()),
       ('acme', 'not_told_yet', 'account_failed', true, now(), now(), NULL)`,
  );
  const found = await look();
  expect(found).toMatchObject({ deliveries: 3, pausedEndpoints: { failing: 1, wished: 1 }, notices: 0 });
  expect(found.deliveryOverdueS).toBeGreaterThanOrEqual(60);
  expect(found.deliveryOverdueS).toBeLessThan(900);
  expect(found.openAlerts).toHaveLength(2);

  const metrics = testMetrics();
  expect(seriesOf((await metrics.render()).body, "cogni_webhook_deliveries_waiting").size).toBe(0);
  metrics.backlog.tell(found);
  const { body } = await metrics.render();
  expect(seriesOf(body, "cogni_alerts_open")).toEqual(
    new Map([
      ['kind="account_down",of="tenant"', 2],
      ['kind="gateway_down",of="platform"', 1],
    ]),
  );
  expect(seriesOf(body, "cogni_webhook_deliveries_waiting").get("")).toBe(3);
  expect(body).not.toMatch(/acme|globex|hooks\.example/);
  metrics.backlog.tell(null);
  expect(seriesOf((await metrics.render()).body, "cogni_webhook_overdue_seconds").size).toBe(0);
});
