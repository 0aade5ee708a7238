import { type Alerts, alertMailSchema, alertsSchema, type BillingAccountId } from "@cogni/contract";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { asSuperuser, CHANNEL, type TestDatabase, tenants, testDatabase } from "../support/database.ts";
import {
  cookieOf,
  type Edge,
  newKey,
  postJson,
  problemOf,
  signInAdministrator,
  startEdge,
} from "../support/edge.ts";
import { type Person, person, post } from "../support/members.ts";

let database: TestDatabase;
let edge: Edge;
let acme: BillingAccountId;
let umbrella: BillingAccountId;
let ann: Person;
let bob: Person;
let olga: { headers: Record<string, string> };

beforeAll(async () => {
  database = await testDatabase();
  edge = await startEdge(database);
  [acme, umbrella] = await tenants(database.db, "acme", "umbrella");
  ann = await person(edge, acme, "ann", "owner");
  bob = await person(edge, umbrella, "bob", "owner");
  olga = { headers: { cookie: cookieOf(await signInAdministrator(edge, "olga@platform.test")) } };
});
afterAll(async () => {
  await edge.close();
  await database.drop();
});
beforeEach(() => asSuperuser(database, "TRUNCATE alerts CASCADE"));

/** Opened so many minutes ago, and over so many ago; null: it stands. */
async function made(
  tenant: BillingAccountId | null,
  openedAgo: number,
  overAgo: number | null,
): Promise<string> {
  const [row] = await asSuperuser(
    database,
    `INSERT INTO alerts (billing_account_id, kind, channel, subject, code, needs_person, began_at, looked_at, opened_at,
       resolved_at, resolution)
     VALUES ($1, $2, $3, $4, 'credential_refused', true, now(), now(), now() - $5 * interval '1 minute',
       now() - $6 * interval '1 minute', CASE WHEN $6::float IS NOT NULL THEN 'recovered' END) RETURNING id`,
    [tenant, tenant ? "account_down" : "gateway_unreachable", CHANNEL, `s${openedAgo}`, openedAgo, overAgo],
  );
  return String(row?.id);
}

async function list(who: { headers: Readonly<Record<string, string>> }, path = "/alerts"): Promise<Alerts> {
  const answer = await fetch(`${edge.url}/api/v1${path}`, { headers: who.headers });
  return alertsSchema.parse(await answer.json());
}
const idsOf = ({ alerts }: Alerts) => alerts.map(({ id }) => id);

describe("the tenant's alerts", () => {
  test("come with those that stand first, the latest first, and those that are over in pages", async () => {
    const over = [await made(acme, 90, 30), await made(acme, 80, 20), await made(acme, 70, 10)];
    const open = [await made(acme, 50, null), await made(acme, 40, null)];
    await made(umbrella, 5, null);
    await made(null, 5, null);
    const first = await list(ann, "/alerts?limit=2");
    expect(idsOf(first)).toEqual([open[1], open[0], over[2], over[1]]);
    const rest = await list(ann, `/alerts?limit=2&after=${first.next}`);
    expect(idsOf(rest)).toEqual([over[0]]);
    expect(rest.next).toBeNull();
    expect(first.alerts[0]?.problem).toMatchObject({
      code: "credential_refused",
      action: "replace_credential",
    });
  });

  test("are seen by who was first to say so, which the audit names, and only those of one's own", async () => {
    const [id, theirs, over] = [
      await made(acme, 9, null),
      await made(umbrella, 9, null),
      await made(acme, 8, 1),
    ];
    const key = await newKey(edge, acme, ["channels:read", "channels:write"]);
    const byKey = { authorization: `Bearer ${key.key}` };
    expect((await post(edge, ann, "/alerts/acknowledge", { id })).status).toBe(200);
    expect((await postJson(`${edge.url}/api/v1/alerts/acknowledge`, { id }, byKey)).status).toBe(200);
    const { alerts } = await list(ann);
    expect(alerts.find((one) => one.id === id)?.acknowledged?.by).toEqual({
      kind: "person",
      id: ann.id,
      name: "Ann",
    });
    const audited = await asSuperuser(
      database,
      "SELECT actor->>'kind' AS kind, subject FROM audit_log WHERE action = 'alert.acknowledge' ORDER BY id",
    );
    expect(audited).toEqual([
      { kind: "person", subject: id },
      { kind: "key", subject: id },
    ]);
    for (const other of [theirs, over, crypto.randomUUID()]) {
      const refused = await post(edge, ann, "/alerts/acknowledge", { id: other });
      expect((await problemOf(refused)).code).toBe("unknown_alert");
    }
  });

  test("come by mail or not as each person says, for each tenant apart", async () => {
    const mails = async (who: Person) =>
      alertMailSchema.parse(
        await (await fetch(`${edge.url}/api/v1/alerts/mail`, { headers: who.headers })).json(),
      ).mails;
    expect(await mails(ann)).toBe(true);
    expect((await post(edge, ann, "/alerts/mail", { mails: false })).status).toBe(200);
    expect([await mails(ann), await mails(bob)]).toEqual([false, true]);
    expect((await post(edge, ann, "/alerts/mail", { mails: true })).status).toBe(200);
    expect(await mails(ann)).toBe(true);
  });
});

describe("the platform's alerts", () => {
  const operator = (path: string, body: object) =>
    postJson(`${edge.url}/api/v1/operator/alerts${path}`, body, olga.headers);

  test("are its administrators' alone, and none of a tenant's is among them", async () => {
    const [open, over, older] = [await made(null, 5, null), await made(null, 9, 1), await made(null, 9.5, 2)];
    const theirs = await made(acme, 5, null);
    const first = await list(olga, "/operator/alerts?limit=1");
    expect(idsOf(first)).toEqual([open, over]);
    expect(idsOf(await list(olga, `/operator/alerts?limit=1&after=${first.next}`))).toEqual([older]);
    expect((await operator("/acknowledge", { id: theirs })).status).toBe(404);
    expect((await operator("/acknowledge", { id: open })).status).toBe(200);
    expect((await list(olga, "/operator/alerts")).alerts[0]?.acknowledged?.by.name).toBe("Olga");
    expect(idsOf(await list(ann))).toEqual([theirs]);
  });

  test("come by mail or not as each of them says", async () => {
    expect((await operator("/mail", { mails: false })).status).toBe(200);
    const now = await fetch(`${edge.url}/api/v1/operator/alerts/mail`, { headers: olga.headers });
    expect(await now.json()).toEqual({ mails: false });
  });
});

test("a person is written to in the language in which they last read the pages", async () => {
  const read = (language: string) =>
    fetch(`${edge.url}/api/auth/person`, { headers: { ...ann.headers, "accept-language": language } });
  const known = () =>
    asSuperuser(database, 'SELECT locale FROM auth."user" WHERE id = $1', [ann.id]).then(
      ([row]) => row?.locale,
    );
  await read("de-AT");
  expect(await known()).toBe("de");
  await read("zh-CN");
  expect(await known()).toBe("zh");
});
