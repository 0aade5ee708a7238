/** How people become administrators of the platform, and that it makes them a member of nothing. */
import {
  acceptedInvitationSchema,
  type BillingAccountId,
  invitationDetailsSchema,
  personSchema,
  TENANT_HEADER,
} from "@cogni/contract";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runOps } from "../../src/ops/run.ts";
import { type TestDatabase, tenants, testDatabase } from "../support/database.ts";
import {
  cookieOf,
  type Edge,
  PASSWORD,
  postJson,
  problemOf,
  signInAdministrator,
  startEdge,
} from "../support/edge.ts";
import { type Outbox, testOutbox, tokenIn } from "../support/mail.ts";
import { type Person, person } from "../support/members.ts";

let database: TestDatabase;
let outbox: Outbox;
let edge: Edge;
let acme: BillingAccountId;
let umbrella: BillingAccountId;
let ann: Person;
let olga: Pick<Person, "headers">;

beforeAll(async () => {
  database = await testDatabase();
  outbox = await testOutbox();
  [acme, umbrella] = await tenants(database.db, "acme", "umbrella");
  edge = await startEdge(database, { env: { DATA_DIR: outbox.dataDir } });
  ann = await person(edge, acme, "ann", "owner");
  olga = { headers: { cookie: cookieOf(await signInAdministrator(edge, "olga@platform.test")) } };
});
afterAll(async () => {
  await edge.close();
  await database.drop();
  await outbox.remove();
});

const get = (path: string, by = olga) => fetch(`${edge.url}/api${path}`, { headers: by.headers });

const ops = async (line: string) => {
  const out: string[] = [];
  const io = {
    config: () => edge.ctx.config,
    log: edge.ctx.log,
    out: (text: string) => out.push(text),
    err: () => undefined,
  };
  expect(await runOps([...line.split(" "), "--json"], io)).toBe(0);
  return JSON.parse(out.join("")) as { link: string };
};

describe("a platform administrator", () => {
  test("is told to be one, and anyone else that they are not", async () => {
    const who = async (by: Pick<Person, "headers">) =>
      personSchema.parse(await (await get("/auth/person", by)).json());
    expect(await who(olga)).toEqual({
      name: "Olga",
      email: "olga@platform.test",
      platformAdministrator: true,
    });
    expect(await who(ann)).toEqual({ name: "Ann", email: ann.email, platformAdministrator: false });
  });

  test("is made by the link of the operator's command, as someone new", async () => {
    const token = tokenIn((await ops("admins create nora@new.test")).link);
    const looked = await postJson(`${edge.url}/api/auth/invitation/look`, { token });
    expect(invitationDetailsSchema.parse(await looked.json())).toEqual({
      billingAccountName: null,
      role: null,
      email: "n•••@new.test",
      hasAccount: false,
    });
    const accept = () =>
      postJson(`${edge.url}/api/auth/invitation/accept`, { token, name: "Nora", password: PASSWORD });
    const [accepted, again] = await Promise.all([accept(), accept()]);
    expect([accepted, again].filter(({ ok }) => ok)).toHaveLength(1);
  });

  test("is made of someone who is there once they sign in with the invited address, and keeps their tenants", async () => {
    const token = tokenIn((await ops(`admins create ${ann.email}`)).link);
    const accept = (headers = {}) => postJson(`${edge.url}/api/auth/invitation/accept`, { token }, headers);
    expect(await problemOf(await accept())).toMatchObject({ code: "unauthenticated" });
    expect(await problemOf(await accept(olga.headers))).toMatchObject({ code: "invitation_for_another" });
    expect((await get("/v1/operator/tenants", ann)).status).toBe(403);
    expect(acceptedInvitationSchema.parse(await (await accept(ann.headers)).json())).toEqual({
      billingAccountId: null,
      billingAccountName: null,
    });
    expect((await get("/v1/operator/tenants", ann)).status).toBe(200);
    expect((await get("/v1/me", ann)).status).toBe(200);
    expect((await accept(ann.headers)).status).toBe(410);
    await ops(`admins remove ${ann.email}`);
    expect((await get("/v1/operator/tenants", ann)).status).toBe(403);
    expect((await get("/v1/me", ann)).status).toBe(200);
  });

  test("of no tenant is refused at a tenant's routes, whichever they name", async () => {
    for (const tenant of [acme, umbrella, undefined]) {
      const headers = { ...olga.headers, ...(tenant && { [TENANT_HEADER]: tenant }) };
      for (const path of ["/me", "/channels/status", "/senders", "/keys", "/members"]) {
        expect((await get(`/v1${path}`, { headers })).status, `${tenant} ${path}`).toBe(403);
      }
    }
  });
});
