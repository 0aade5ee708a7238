/** What the upstream tells of costs, and gateways of replies: who may, what is taken of it, and that it counts once. */
import { createHash, randomUUID } from "node:crypto";
import type { BillingAccountId } from "@cogni/contract";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { beginDeletion } from "../../src/db/deletions.ts";
import { upsertGateway } from "../../src/db/gateways.ts";
import { withService, withTenant } from "../../src/db/tenant.ts";
import { unequalUsageDays } from "../../src/db/usage-days.ts";
import { asSuperuser, GATEWAY, type TestDatabase, tenants, testDatabase } from "../support/database.ts";
import { type Edge, postJson, problemOf, startEdge } from "../support/edge.ts";
import { usageEvent, use } from "../support/usage.ts";

const SECRET = "ingest-secret-canary";
const TOKENS = { own: "own-gateway-token-canary", other: "other-gateway-token" };
const sha256 = (text: string) => createHash("sha256").update(text).digest();

let database: TestDatabase;
let edge: Edge;
/** With no secret set. */
let without: Edge;
let acme: BillingAccountId;
let umbrella: BillingAccountId;

beforeAll(async () => {
  database = await testDatabase();
  [acme, umbrella] = await tenants(database.db, "acme", "umbrella", "leaving");
  // Each of them makes its gateway's token the one that holds.
  without = await startEdge(database);
  edge = await startEdge(database, { env: { BILLING_INGEST_SECRET: SECRET } });
  await withService(database.db, async (tx) => {
    for (const [id, token] of [
      [GATEWAY, TOKENS.own],
      ["other", TOKENS.other],
    ] as const) {
      await upsertGateway(tx, { id, url: "ws://127.0.0.1:1", tokenHash: sha256(token), models: [] });
    }
    await beginDeletion(tx, "leaving" as BillingAccountId, "LEAVING");
  });
});
afterAll(async () => {
  await edge.close();
  await without.close();
  await database.drop();
});

const PATH = "/api/internal/billing/ingest";
const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` });
const send = (body: unknown, secret = SECRET) => postJson(`${edge.internalUrl}${PATH}`, body, bearer(secret));
const ingest = async (body: unknown) => {
  const answer = await send(body);
  expect(answer.status, await answer.clone().text()).toBe(200);
  return answer.json();
};
/** As LiteLLM's documentation has it, with more in it than is read. */
const entry = (more: object = {}) => ({
  id: "chatcmpl-1",
  trace_id: randomUUID(),
  call_type: "acompletion",
  status: "success",
  response_cost: 0.00012345,
  response_cost_failure_debug_info: null,
  total_tokens: 30,
  prompt_tokens: 20,
  completion_tokens: 10,
  startTime: 1_795_860_000.25,
  endTime: 1_795_860_001.5,
  model: "gpt-4o-2024-08-06",
  model_group: "gpt-4o",
  end_user: "acme",
  messages: [{ role: "user", content: "canary of a message" }],
  response: { choices: [] },
  metadata: { user_api_key_hash: "x", requester_custom_headers: { "x-cogni-call-id": randomUUID() } },
  ...more,
});
const told = (callId: string) =>
  asSuperuser(
    database,
    `SELECT billing_account_id AS tenant, at, model, prompt_tokens AS prompt, completion_tokens AS completion, cost_nano AS cost
     FROM upstream_costs WHERE call_id = $1`,
    [callId],
  );
const byHeaders = (headers: object) => ({ end_user: "", metadata: { requester_custom_headers: headers } });

describe("costs that the upstream tells", () => {
  test("are taken with the secret alone, on the internal port alone, and nowhere where none is set", async () => {
    expect((await postJson(`${edge.internalUrl}${PATH}`, [])).status).toBe(401);
    for (const wrong of ["", "x", `${SECRET}x`, TOKENS.own]) expect((await send([], wrong)).status).toBe(401);
    expect((await postJson(`${edge.url}${PATH}`, [], bearer(SECRET))).status).toBe(404);
    const answer = await postJson(`${without.internalUrl}${PATH}`, [], bearer(SECRET));
    expect(await problemOf(answer)).toMatchObject({ status: 404, code: "not_found" });
    expect(edge.logged()).not.toContain(SECRET);
  });

  test("are kept exactly, under our own call's id, and of what was said nothing", async () => {
    const callId = randomUUID();
    const headers = { "X-Cogni-Call-Id": callId.toUpperCase(), "x-litellm-end-user-id": "umbrella" };
    expect(await ingest(entry(byHeaders(headers)))).toEqual({ accepted: 1, refused: [] });
    expect(await told(callId)).toEqual([
      {
        tenant: "umbrella",
        at: new Date(1_795_860_000_250),
        model: "gpt-4o",
        prompt: "20",
        completion: "10",
        cost: "123450",
      },
    ]);
    expect(edge.logged()).not.toContain("canary of a message");
  });

  test.each([
    ["litellm_call_id", (id: string) => ({ litellm_call_id: id, metadata: null })],
    ["id", (id: string) => ({ id, metadata: {} })],
    [
      "header of LiteLLM's",
      (id: string) => byHeaders({ "x-litellm-call-id": id, "x-litellm-end-user-id": "acme" }),
    ],
  ])("are found by the entry's %s where our own header is missing", async (_, more) => {
    const id = randomUUID();
    expect(await ingest([entry(more(id))])).toMatchObject({ accepted: 1 });
    expect(await told(id)).toHaveLength(1);
  });

  test("replace our figure once, whichever comes first and however often it is told", async () => {
    const [before, after] = [usageEvent({ channel: "told" }), usageEvent({ channel: "told" })];
    const items = [before, after].map(({ callId }) =>
      entry({ metadata: { requester_custom_headers: { "x-cogni-call-id": callId } } }),
    );
    await use(database.db, acme, before);
    await Promise.all([
      ...Array.from({ length: 4 }, () => ingest([...items, ...items])),
      use(database.db, acme, after),
    ]);
    expect(await ingest(items)).toEqual({ accepted: 2, refused: [] });
    const [day] = await asSuperuser(
      database,
      "SELECT calls, cost_nano FROM usage_days WHERE channel = 'told'",
    );
    expect(day).toEqual({ calls: "2", cost_nano: "246900" });
    expect(await withTenant(database.db, acme, unequalUsageDays)).toEqual([]);
  });

  test("that are wrong are refused one by one, each by a reason, and the others are taken", async () => {
    const wrong: [reason: string, item: unknown][] = [
      ["not_an_entry", null],
      ["not_an_entry", "text"],
      ["not_an_entry", entry({ response_cost: "1" })],
      ["not_successful", entry({ status: "failure", response_cost: 0 })],
      ["unknown_tenant", entry({ end_user: "nobody" })],
      ["unknown_tenant", entry({ end_user: "../acme" })],
      ["unknown_tenant", entry({ end_user: "leaving" })],
      ["unknown_tenant", entry({ end_user: null })],
      ["no_call_id", entry({ metadata: null })],
      ["no_cost", entry({ response_cost: null })],
      ["no_cost", entry({ response_cost: 0 })],
      ["absurd_cost", entry({ response_cost: -0.01 })],
      ["absurd_cost", entry({ response_cost: 10_000.01 })],
      ["absurd_tokens", entry({ prompt_tokens: -1 })],
      ["absurd_tokens", entry({ completion_tokens: 1e15 })],
      ["absurd_tokens", entry({ completion_tokens: 1.5 })],
      ["absurd_time", entry({ startTime: -1 })],
      ["absurd_time", entry({ startTime: 1e20 })],
    ];
    const good = [entry(), entry({ response_cost: 0, cache_hit: true }), entry({ response_cost: 10_000 })];
    expect(await ingest([...wrong.map(([, item]) => item), ...good])).toEqual({
      accepted: good.length,
      refused: wrong.map(([reason], index) => ({ index, reason })),
    });
  });

  test("that are no numbers, as Python writes them, keep none of the others from being taken", async () => {
    const text = JSON.stringify([
      entry({ response_cost: "NAN" }),
      entry({ model: 'a "NaN" \\' }),
      entry({ response_cost: "INF" }),
    ]);
    const body = text.replace('"NAN"', "NaN").replace('"INF"', "-Infinity");
    const headers = { ...bearer(SECRET), "content-type": "application/json" };
    const answer = await fetch(`${edge.internalUrl}${PATH}`, { method: "POST", headers, body });
    expect(await answer.json()).toEqual({
      accepted: 1,
      refused: [
        { index: 0, reason: "no_cost" },
        { index: 2, reason: "no_cost" },
      ],
    });
    const broken = await fetch(`${edge.internalUrl}${PATH}`, { method: "POST", headers, body: "[NaN" });
    expect(broken.status).toBe(400);
  });

  test("may be five megabytes at once, and not nine", async () => {
    const filled = (bytes: number) => [entry({ messages: "x".repeat(bytes) })];
    expect(await ingest(filled(5_000_000))).toMatchObject({ accepted: 1 });
    expect((await send(filled(9_000_000))).status).toBe(413);
  });
});

describe("what a gateway tells of replies", () => {
  const tell = (fates: object[], token = TOKENS.own) =>
    postJson(`${edge.internalUrl}/internal/v1/replies`, { fates }, bearer(token));
  const fates = () =>
    asSuperuser(
      database,
      "SELECT billing_account_id AS tenant, logical_id AS id, fate FROM reply_fates ORDER BY 1, 2",
    );

  test("counts for tenants that are placed on it, and for no other", async () => {
    const all = [
      { agentId: "tenant-acme", logicalId: "one", fate: "replied" },
      { agentId: "tenant-acme", logicalId: "one", fate: "failed" },
      { agentId: "tenant-umbrella", logicalId: "two", fate: "silent" },
      { agentId: "tenant-nobody", logicalId: "three", fate: "replied" },
      { agentId: "nobody", logicalId: "four", fate: "replied" },
      { agentId: "tenant-leaving", logicalId: "five", fate: "replied" },
    ];
    expect(await (await tell(all, TOKENS.other)).json()).toEqual({ recorded: 0 });
    expect(await fates()).toEqual([]);
    expect(await (await tell(all)).json()).toEqual({ recorded: 3 });
    expect(await fates()).toEqual([
      { tenant: acme, id: "one", fate: "replied" },
      { tenant: umbrella, id: "two", fate: "silent" },
    ]);
  });

  test("is taken by a gateway's token alone, and in its own form", async () => {
    expect((await tell([], "wrong")).status).toBe(401);
    expect((await tell([], SECRET)).status).toBe(401);
    const wrong = await problemOf(await tell([{ agentId: "tenant-acme", logicalId: "x", fate: "lost" }]));
    expect(wrong).toMatchObject({ status: 400, errors: [{ path: "fates.0.fate" }] });
  });
});
