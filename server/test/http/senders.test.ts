/** The senders' endpoints on the real database; the gateway is a made-up one, and its reader the real one. */
import {
  accountIdOf,
  type BillingAccountId,
  decideSenderResponseSchema,
  type PendingSender,
  sendersSchema,
} from "@cogni/contract";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { closeConnection } from "../../src/db/connection-outcomes.ts";
import { acquireLease, recordReachable } from "../../src/db/gateways.ts";
import { approvedSenders, recordWaiting } from "../../src/db/senders.ts";
import { withService, withTenant } from "../../src/db/tenant.ts";
import { wishAccess, wishDisconnected } from "../../src/db/wishes.ts";
import { AppError } from "../../src/errors.ts";
import type { Gateway } from "../../src/gateway/gateway.ts";
import type { Waiting } from "../../src/gateway/senders.ts";
import { startSenders } from "../../src/reconcile/senders.ts";
import type { Repeated } from "../../src/repeat.ts";
import { BY, register } from "../support/connections.ts";
import { CHANNEL, GATEWAY, type TestDatabase, tenants, testDatabase } from "../support/database.ts";
import { type Edge, newKey, postJson, problemOf, startEdge } from "../support/edge.ts";

const PLACES = 3;
let database: TestDatabase;
let edge: Edge;
let acme: BillingAccountId;
let bolt: BillingAccountId;
let headers: Map<BillingAccountId, { authorization: string }>;
let watch: Repeated | null = null;

/** What the made-up gateway holds: who waits, and who was let in. */
let waiting: Waiting[] = [];
let admitted: string[] = [];
/** What it does when someone is let in. */
let admit: (sender: string) => Promise<boolean>;
/** What it waits for before it takes a request away. */
let turningAway: Promise<void>;
let woken: string[] = [];
let requests = 0;

beforeAll(async () => {
  database = await testDatabase();
  [acme, bolt] = await tenants(database.db, "acme", "bolt");
  edge = await startEdge(database, { env: { TIMING: JSON.stringify({ wishWaitMs: 5_000 }) } });
  headers = new Map();
  for (const tenant of [acme, bolt]) {
    headers.set(tenant, { authorization: `Bearer ${(await newKey(edge, tenant)).key}` });
  }
});
afterAll(async () => {
  await edge.close();
  await database.drop();
});
beforeEach(async () => {
  waiting = [];
  admitted = [];
  woken = [];
  turningAway = Promise.resolve();
  admit = async (sender) => {
    admitted.push(sender);
    waiting = waiting.filter((one) => one.sender !== sender);
    return true;
  };
  for (const tenant of [acme, bolt]) {
    const { id } = await register(database.db, tenant);
    await withTenant(database.db, tenant, (tx) => wishAccess(tx, id, "approval"));
  }
  await reachable(true);
});
afterEach(async () => {
  await watch?.stop();
  watch = null;
  for (const tenant of [acme, bolt]) await disconnect(tenant);
});

async function disconnect(tenant: BillingAccountId): Promise<void> {
  const wish = await withTenant(database.db, tenant, (tx) => wishDisconnected(tx, CHANNEL, BY));
  if (wish) await withService(database.db, (tx) => closeConnection(tx, wish));
}

async function reachable(yes: boolean): Promise<void> {
  await withService(database.db, async (tx) => {
    await acquireLease(tx, GATEWAY, "one", 60_000);
    await recordReachable(tx, GATEWAY, "one", yes);
  });
}

/** Reads the made-up gateway, as the holder of its lease does, every 20 ms. */
function startWatch(): void {
  const gateway: Partial<Gateway> = {
    id: GATEWAY,
    reachable: () => true,
    waitingRoom: async () => ({ waiting, placesPerAccount: PLACES }),
    admit: (_, sender) => admit(sender),
    turnAway: async (_, requestId) => {
      await turningAway;
      waiting = waiting.filter((one) => one.requestId !== requestId);
    },
  };
  watch = startSenders({
    db: database.db,
    gateway: gateway as Gateway,
    wake: ({ billingAccountId }) => void woken.push(billingAccountId),
    pause: { minMs: 20, maxMs: 20, factor: 1 },
    log: edge.ctx.log,
  });
}

/** Writes to the account for the first time, or for the first time since the gateway forgot. */
function write(tenant: BillingAccountId, sender: string, requestedAt = new Date()): void {
  requests += 1;
  const accountId = accountIdOf(tenant);
  const requestId = `request-${requests}`;
  waiting.push({ channel: CHANNEL, accountId, sender, name: `Name of ${sender}`, requestId, requestedAt });
}

async function pendingOf(tenant: BillingAccountId): Promise<PendingSender[]> {
  const response = await fetch(`${edge.url}/api/v1/senders`, { headers: headers.get(tenant) ?? {} });
  expect(response.status).toBe(200);
  return sendersSchema.parse(await response.json()).senders;
}
const namesOf = async (tenant: BillingAccountId) => (await pendingOf(tenant)).map(({ sender }) => sender);
const waits = (tenant: BillingAccountId, ...expected: string[]) =>
  vi.waitFor(async () => expect(await namesOf(tenant)).toEqual(expected), { timeout: 5_000 });
const decide = (tenant: BillingAccountId, sender: string, decision: string, channel: string = CHANNEL) =>
  postJson(`${edge.url}/api/v1/senders`, { channel, sender, decision }, headers.get(tenant));
const codeOf = async (response: Response) => (await problemOf(response)).code;
const approved = (tenant: BillingAccountId) =>
  withService(database.db, (tx) => approvedSenders(tx, { billingAccountId: tenant, channel: CHANNEL }));

describe("someone who waits", () => {
  test("is listed to the tenant they wrote to, and to no other", async () => {
    startWatch();
    write(acme, "42", new Date("2030-01-01T10:00:00Z"));
    write(bolt, "43");
    await waits(acme, "42");
    await waits(bolt, "43");
    expect(await pendingOf(acme)).toEqual([
      {
        channel: CHANNEL,
        sender: "42",
        name: "Name of 42",
        requestedAt: "2030-01-01T10:00:00.000Z",
        expiresAt: "2030-01-31T10:00:00.000Z",
      },
    ]);
    const foreign = await decide(bolt, "42", "approve");
    expect([foreign.status, await codeOf(foreign)]).toEqual([404, "unknown_sender"]);
    expect(await codeOf(await decide(acme, "42", "approve", "made-up"))).toBe("unknown_sender");
    expect(await namesOf(acme)).toEqual(["42"]);
    expect(admitted).toEqual([]);
  });

  test("waits on when the gateway has forgotten them, or has no room", async () => {
    startWatch();
    const all = ["1", "2", "3", "4", "5"];
    for (const [place, sender] of all.entries()) {
      write(acme, sender);
      await waits(acme, ...all.slice(0, place + 1));
      // Two places are free for who comes next.
      await vi.waitFor(() => expect(waiting.length).toBeLessThanOrEqual(PLACES - 2));
    }
    waiting = [];
    write(acme, "1");
    await vi.waitFor(() => expect(waiting).toHaveLength(1));
    await waits(acme, ...all);
  });

  test("is one of 500 at most: whoever floods an account fills no database", async () => {
    const flood = Array.from({ length: 501 }, (_, place) => ({
      billingAccountId: acme,
      channel: CHANNEL,
      sender: `flood-${place}`,
      name: null,
      requestId: `flood-${place}`,
      requestedAt: new Date(Date.now() - 3_600_000 + place),
    }));
    await withService(database.db, (tx) =>
      recordWaiting(tx, GATEWAY, flood, { keepDays: 30, perAccount: 1_000 }),
    );
    startWatch();
    write(acme, "too late");
    write(bolt, "42");
    await waits(bolt, "42");
    await vi.waitFor(async () => expect(await namesOf(acme)).toHaveLength(500));
    expect(await namesOf(acme)).toEqual(flood.slice(0, 500).map(({ sender }) => sender));
  });

  test("is let in once, and stays in until the channel is disconnected", async () => {
    startWatch();
    write(acme, "42");
    await waits(acme, "42");
    const first = await decide(acme, "42", "approve");
    expect(decideSenderResponseSchema.parse(await first.json())).toEqual({
      channel: CHANNEL,
      sender: "42",
      status: "approved",
    });
    expect((await decide(acme, "42", "approve")).status).toBe(200);
    expect(admitted).toEqual(["42"]);
    expect(await approved(acme)).toEqual(["42"]);
    expect(await namesOf(acme)).toEqual([]);
    await disconnect(acme);
    expect(await approved(acme)).toEqual([]);
  });

  test("is dismissed, and may ask again", async () => {
    startWatch();
    write(acme, "42");
    await waits(acme, "42");
    const answer = await decide(acme, "42", "dismiss");
    expect(decideSenderResponseSchema.parse(await answer.json()).status).toBe("dismissed");
    expect(waiting).toEqual([]);
    expect(await namesOf(acme)).toEqual([]);
    expect(await codeOf(await decide(acme, "42", "approve"))).toBe("unknown_sender");
    write(acme, "42");
    await waits(acme, "42");
  });

  test("is nobody's concern any more once everyone may write, or the channel is disconnected", async () => {
    startWatch();
    write(acme, "42");
    write(bolt, "43");
    await waits(acme, "42");
    await waits(bolt, "43");
    await withTenant(database.db, acme, async (tx) => {
      const [{ id } = { id: "" }] = await tx.query<{ id: string }>(
        "SELECT id FROM connections WHERE revoked_at IS NULL",
      );
      await wishAccess(tx, id, "everyone");
    });
    expect(await namesOf(acme)).toEqual([]);
    expect(await codeOf(await decide(acme, "42", "approve"))).toBe("unknown_sender");
    await disconnect(bolt);
    expect(await namesOf(bolt)).toEqual([]);
  });
});

describe("a decision", () => {
  test("taken while the gateway is away is kept, and carried out when it is back", async () => {
    startWatch();
    write(acme, "42");
    write(acme, "43");
    await waits(acme, "42", "43");
    await watch?.stop();
    await reachable(false);
    const answers = [await decide(acme, "42", "approve"), await decide(acme, "43", "dismiss")];
    expect(answers.map(({ status }) => status)).toEqual([502, 502]);
    expect(await namesOf(acme)).toEqual([]);
    // An account that is put meanwhile knows them from its first moment.
    expect(await approved(acme)).toEqual(["42"]);
    await reachable(true);
    startWatch();
    expect((await decide(acme, "42", "approve")).status).toBe(200);
    await vi.waitFor(() => expect([admitted, waiting]).toEqual([["42"], []]));
  });

  test("that fails is tried again, and holds no other tenant's up", async () => {
    let failures = 0;
    const letIn = admit;
    admit = async (sender) => {
      if (sender !== "42" || failures >= 3) return letIn(sender);
      failures += 1;
      throw new AppError("gateway_timeout");
    };
    startWatch();
    write(acme, "42");
    write(bolt, "43");
    await waits(acme, "42");
    await waits(bolt, "43");
    const answers = await Promise.all([decide(acme, "42", "approve"), decide(bolt, "43", "approve")]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect([failures, [...admitted].sort()]).toEqual([3, ["42", "43"]]);
  });

  test("that the gateway cannot carry out at once is left to the account's reconciling", async () => {
    admit = async () => false;
    startWatch();
    write(acme, "42");
    await waits(acme, "42");
    expect((await decide(acme, "42", "approve")).status).toBe(200);
    expect(woken).toEqual([acme]);
    expect(await approved(acme)).toEqual(["42"]);
  });

  test("to dismiss gives way to one to let in, and not the other way round", async () => {
    const held = Promise.withResolvers<void>();
    turningAway = held.promise;
    startWatch();
    write(acme, "42");
    await waits(acme, "42");
    const dismissing = decide(acme, "42", "dismiss");
    await waits(acme);
    const approving = decide(acme, "42", "approve");
    await vi.waitFor(async () => expect(await approved(acme)).toEqual(["42"]));
    expect(await codeOf(await decide(acme, "42", "dismiss"))).toBe("unknown_sender");
    held.resolve();
    expect((await approving).status).toBe(200);
    expect(await codeOf(await dismissing)).toBe("superseded");
    expect([admitted, await approved(acme)]).toEqual([["42"], ["42"]]);
  });

  test.each([
    ["nothing", {}, ["channel", "sender", "decision"]],
    ["another word", { channel: CHANNEL, sender: "42", decision: "maybe" }, ["decision"]],
    ["an account", { channel: CHANNEL, sender: "42", decision: "approve", accountId: "x" }, ["accountId"]],
    ["a sender too long", { channel: CHANNEL, sender: "4".repeat(257), decision: "approve" }, ["sender"]],
  ])("that says %s is refused, with every fault at once", async (_, body, paths) => {
    const answer = await postJson(`${edge.url}/api/v1/senders`, body, headers.get(acme));
    const { code, errors } = await problemOf(answer);
    expect([answer.status, code, errors?.map(({ path }) => path)]).toEqual([400, "invalid_request", paths]);
  });

  test("needs someone who is signed in, as the list does", async () => {
    expect((await fetch(`${edge.url}/api/v1/senders`)).status).toBe(401);
    expect((await postJson(`${edge.url}/api/v1/senders`, {}, {})).status).toBe(401);
  });
});
