/** What a tenant's agent is told: what is taken and what is refused, who overwrites whom, and what the records say of it. */
import { type BillingAccountId, MAX_GREETING_BYTES, MAX_INSTRUCTIONS_BYTES } from "@cogni/contract";
import { afterAll, beforeAll, expect, test } from "vitest";
import { list } from "../../src/db/audit.ts";
import { withTenant } from "../../src/db/tenant.ts";
import { type TestDatabase, tenants, testDatabase } from "../support/database.ts";
import { type Edge, newKey, postJson, problemOf, startEdge } from "../support/edge.ts";

let database: TestDatabase;
let edge: Edge;
let acme: BillingAccountId;
let umbrella: BillingAccountId;

beforeAll(async () => {
  database = await testDatabase();
  edge = await startEdge(database);
  [acme, umbrella] = await tenants(database.db, "acme", "umbrella");
});
afterAll(async () => {
  await edge.close();
  await database.drop();
});

const bearer = async (tenant: BillingAccountId) => ({
  authorization: `Bearer ${(await newKey(edge, tenant)).key}`,
});
const read = async (tenant: BillingAccountId) =>
  (await fetch(`${edge.url}/api/v1/agent`, { headers: await bearer(tenant) })).json();
const change = async (tenant: BillingAccountId, body: object) =>
  postJson(`${edge.url}/api/v1/agent`, body, await bearer(tenant));
const texts = (more: object = {}) => ({ instructions: "", greeting: "", model: null, version: 0, ...more });

test("an agent that nobody changed is told nothing, and offers the operator's models", async () => {
  expect(await read(umbrella)).toEqual({
    ...texts(),
    models: ["echo", "small"],
    changedAt: null,
    applied: true,
  });
});

test("a text of exactly the limit in bytes is taken, and one byte more is not", async () => {
  const full = "ü".repeat(MAX_INSTRUCTIONS_BYTES / 2);
  const answer = await change(acme, texts({ instructions: full, greeting: "g".repeat(MAX_GREETING_BYTES) }));
  expect(answer.status).toBe(200);
  expect(await answer.json()).toMatchObject({ instructions: full, version: 1, applied: false });

  for (const [field, over] of [
    ["instructions", `${full}x`],
    ["greeting", "g".repeat(MAX_GREETING_BYTES + 1)],
  ] as const) {
    const refused = await problemOf(await change(acme, texts({ [field]: over, version: 1 })));
    expect(refused).toMatchObject({ code: "invalid_request", errors: [{ path: field }] });
  }
});

test.each([
  ["a null character", { instructions: "a\u0000b" }],
  ["an escape", { greeting: "a\u001b[31m" }],
  ["a change of direction", { instructions: "a\u202eb" }],
  ["half a character", { greeting: "\ud800" }],
  ["a model that is not offered", { model: "not/offered" }],
  ["a field of our own", { appliedVersion: 1 }],
])("%s is refused by its field, and nothing is kept of it", async (_, wrong) => {
  const before = await read(acme);
  const refused = await problemOf(await change(acme, texts({ ...wrong, version: 1 })));
  expect(refused).toMatchObject({ status: 400, errors: [{ path: Object.keys(wrong)[0] }] });
  expect(await read(acme)).toEqual(before);
});

test("lines, tabs, emoji and placeholders are kept as they are written", async () => {
  const instructions = `Say:\n\t"\${HOME} $include {{x}}" 👩‍💻 نعم`;
  const { version } = (await read(acme)) as { version: number };
  const answer = await change(acme, texts({ instructions: `${instructions}\r\n`, model: "small", version }));
  expect(await answer.json()).toMatchObject({ instructions, model: "small", version: version + 1 });
});

test("a second tab does not overwrite what it has not seen, and of two at once one wins", async () => {
  const { version } = (await read(acme)) as { version: number };
  const both = await Promise.all(
    ["one", "two"].map((instructions) => change(acme, texts({ instructions, version }))),
  );
  expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
  const stale = await problemOf(await change(acme, texts({ instructions: "three", version })));
  expect(stale).toMatchObject({ status: 409, code: "agent_changed" });
  const first = await change(umbrella, texts({ instructions: "anything", version: 7 }));
  expect(first.status).toBe(409);
});

test("the same settings again are saved already", async () => {
  const {
    models: _m,
    changedAt: _c,
    applied: _a,
    ...same
  } = (await read(acme)) as ReturnType<typeof texts> & {
    models: unknown;
    changedAt: unknown;
    applied: unknown;
  };
  const answer = await change(acme, same);
  expect(await answer.json()).toMatchObject({ version: same.version });
});

test("a tenant's settings are its own", async () => {
  await change(umbrella, texts({ instructions: "of umbrella" }));
  expect(await read(umbrella)).toMatchObject({ instructions: "of umbrella", version: 1 });
  expect(JSON.stringify(await read(acme))).not.toContain("umbrella");
});

test("the audit log says that it changed and by whom, and neither it nor the log says what to", async () => {
  const secret = "the words of acme alone";
  const { version } = (await read(acme)) as { version: number };
  expect((await change(acme, texts({ instructions: secret, greeting: secret, version }))).status).toBe(200);
  const [entry] = await withTenant(database.db, acme, (tx) => list(tx, 1));
  expect(entry).toMatchObject({
    action: "agent.change",
    actor: { kind: "key" },
    subject: expect.stringMatching(
      new RegExp(`^version ${version + 1}: instructions 23 bytes \\([0-9a-f]{16}\\), greeting 23 bytes`),
    ),
    outcome: "requested",
  });
  expect(JSON.stringify(entry)).not.toContain(secret);
  expect(edge.logged()).not.toContain(secret);
});
