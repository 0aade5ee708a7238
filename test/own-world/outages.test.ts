/** Gateway, database, control plane or encryption key are away for a while: nothing is lost, and nothing shines green. */
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { problemSchema, resolveResponseSchema, timelineSchema } from "@cogni/contract";
import { beforeAll, expect, test } from "vitest";
import { CHECKOUT } from "../../dev-env/src/control-plane.ts";
import type { Answer } from "../../dev-env/src/world-client.ts";
import { type Account, connectAll, makeAccount, makeAccounts, PATIENCE_MS } from "../support/accounts.ts";
import { keepAsBefore } from "../support/as-before.ts";
import { type Breakable, eventually, startBreakable } from "../support/breakable.ts";
import { databaseOf } from "../support/database.ts";
import { accountRows } from "../support/gateway.ts";
import { LONG } from "../support/long.ts";
import { measured } from "../support/measured.ts";

/** Shorter than on the operator's machine, for a test waits until it has run out. */
const LEASE_MS = 6_000;

let parts: Breakable;
/** Connected from the first test to the last. */
let steady: Account;
beforeAll(async () => {
  parts = await startBreakable({
    TIMING: JSON.stringify({ leaseMs: LEASE_MS, reconcile: { sweepMs: 10_000 } }),
  });
  steady = await makeAccount(parts.world);
  await connectAll([steady]);
});

/** What is no token of any bot, in the right form. */
const wrongToken = (): string => `${Date.now()}:${"A".repeat(35)}`;

const codeOf = ({ body }: Answer) => problemSchema.parse(body).code;
const connect = ({ api, token }: Account) =>
  api.request("POST", "/api/v1/channels/connect", { channel: "telegram", credential: token });
const disconnect = ({ api }: Account) =>
  api.request("POST", "/api/v1/channels/disconnect", { channel: "telegram" });
const stateOf = async ({ api }: Account) => {
  const { channels } = await api.status();
  return channels.find(({ channel }) => channel === "telegram");
};
const isPolled = async ({ token }: Account) =>
  (await parts.world.telegram.polls(token)).some(({ endedAt }) => endedAt === null);
const startsOfControlPlane = () =>
  readFileSync(join(parts.world.dataDir, "logs", "control-plane.log"), "utf8").split("--- started").length -
  1;

/** What the gateway would be given for an account's credential now: a value, or why not. */
async function resolved({ id }: Account): Promise<string> {
  const { env, gateway } = parts.world;
  const [row] = await databaseOf(parts.world).query<{ version: string }>(
    `SELECT credential_version::text AS version FROM connections
     WHERE billing_account_id = $1 AND revoked_at IS NULL`,
    [id],
  );
  const reference = `tenant/${id}/telegram/v${row?.version}/botToken`;
  const response = await fetch(`http://127.0.0.1:${env.INTERNAL_PORT}/internal/v1/secrets`, {
    method: "POST",
    headers: { authorization: `Bearer ${gateway.token}`, "content-type": "application/json" },
    body: JSON.stringify({ protocolVersion: 1, provider: "cogni", ids: [reference] }),
  });
  const { values, errors } = resolveResponseSchema.parse(await response.json());
  return values[reference] ?? errors[reference]?.code ?? "";
}

// Here, where nobody else has the gateway write: in the shared world its config writes are paced.
test("a refused token is told as such within 10 s, and the right one heals it", async () => {
  const account = await makeAccount(parts.world);
  const { api, token, username } = account;
  const askedAt = Date.now();
  const answer = await api.connect("telegram", wrongToken());
  const answeredMs = Date.now() - askedAt;
  const { problem, displayName } = await api.reaches("telegram", ["action_required"], 10_000 - answeredMs);
  measured(
    `a wrong token: answered “${answer.status}” after ${answeredMs} ms, refused after ${Date.now() - askedAt} ms`,
  );
  expect({ code: problem?.code, action: problem?.action, displayName }).toEqual({
    code: "credential_refused",
    action: "replace_credential",
    displayName: null,
  });
  expect(answer).toMatchObject({
    status: "failed",
    displayName: null,
    error: { code: "credential_refused" },
  });

  await connectAll([account]);
  expect((await api.reaches("telegram", ["connected"], PATIENCE_MS)).problem).toBeNull();
  await eventually(async () =>
    expect((await api.reaches("telegram", ["connected"], PATIENCE_MS)).displayName).toBe(`@${username}`),
  );
  expect((await parts.world.telegram.polls(token)).length).toBeGreaterThan(0);
});

test("wishes made while the gateway is down are kept and carried out when it is back, and nothing is green meanwhile", async () => {
  const [newcomer, leaver, stranger] = await makeAccounts(parts.world, 3);
  if (!newcomer || !leaver || !stranger) throw new Error("no tenants were made");
  await connectAll([leaver]);

  const downAt = Date.now();
  await parts.stopGateway();
  const goneAt = Date.now();
  await eventually(async () => expect((await stateOf(steady))?.state).toBe("unknown"), 15_000);
  measured(
    `unknown ${Date.now() - goneAt} ms after the gateway was gone, ${Date.now() - downAt} ms after it was told to stop`,
  );
  expect(await stateOf(steady)).toMatchObject({
    lastKnown: { state: "connected" },
    problem: { code: "gateway_unreachable", action: "wait" },
  });
  expect((await steady.api.status()).gateway).toEqual({ reachable: false });

  const [connecting, same, disconnecting, nothing] = await Promise.all([
    connect(newcomer),
    connect(steady),
    disconnect(leaver),
    disconnect(stranger),
  ]);
  expect([connecting.status, codeOf(connecting)]).toEqual([502, "gateway_unreachable"]);
  expect([same.status, codeOf(same)]).toEqual([502, "gateway_unreachable"]);
  expect([disconnecting.status, codeOf(disconnecting)]).toEqual([502, "gateway_unreachable"]);
  expect(nothing.status).toBe(200);
  expect((await stateOf(newcomer))?.state).toBe("unknown");
  expect((await stateOf(leaver))?.state).toBe("disconnecting");
  expect(await resolved(leaver)).toBe("NOT_FOUND");
  expect(await resolved(steady)).toBe(steady.token);
  const pollsBefore = (await parts.world.telegram.polls(leaver.token)).length;

  const startedAt = Date.now();
  let green = 0;
  const watching = setInterval(async () => {
    if ((await stateOf(steady))?.state === "connected" && !(await isPolled(steady))) green += 1;
  }, 500);
  await parts.startGateway();
  const readyAt = Date.now();
  await Promise.all([
    steady.api.reaches("telegram", ["connected"], PATIENCE_MS),
    newcomer.api.reaches("telegram", ["connected"], PATIENCE_MS),
    leaver.api.reaches("telegram", ["not_connected"], PATIENCE_MS),
  ]);
  clearInterval(watching);
  measured(
    `both wishes carried out ${Date.now() - readyAt} ms after the gateway was ready (boot ${readyAt - startedAt} ms)`,
  );
  expect(green).toBe(0);
  expect(await isPolled(newcomer)).toBe(true);
  // It stood in the gateway's config while it booted, but its credential was given out no more.
  expect((await parts.world.telegram.polls(leaver.token)).length).toBe(pollsBefore);
  expect((await stateOf(newcomer))?.problem).toBeNull();

  const { body } = await steady.api.request("GET", "/api/v1/channels/timeline?days=1");
  const changes = timelineSchema.parse(body).channels[0]?.changes ?? [];
  const outage = changes.findLast(({ state }) => state === "unknown");
  expect(outage?.code).toBe("gateway_unreachable");
  // From the last look at the gateway that was answered.
  expect(Date.parse(outage?.at ?? "")).toBeLessThanOrEqual(goneAt);
  expect(changes.at(-1)).toMatchObject({ state: "connected", code: null });
});

test.runIf(LONG)("a gateway that answers late loses no wish", async () => {
  const [newcomer, leaver] = await makeAccounts(parts.world, 2);
  if (!newcomer || !leaver) throw new Error("no tenants were made");
  await connectAll([leaver]);
  const pid = parts.gatewayPid();
  if (pid === null) throw new Error("the gateway does not run");
  process.kill(pid, "SIGSTOP");
  try {
    const askedAt = Date.now();
    const [connecting, disconnecting] = await Promise.all([connect(newcomer), disconnect(leaver)]);
    expect(Date.now() - askedAt).toBeLessThan(10_000);
    const answered = [connecting, disconnecting].map((answer) =>
      answer.status === 200 ? (answer.body as { status: string }).status : codeOf(answer),
    );
    expect(["connecting", "gateway_unreachable"]).toContain(answered[0]);
    expect(["gateway_timeout", "gateway_unreachable"]).toContain(answered[1]);
    // A gateway that hangs is no better than one that is gone.
    await eventually(async () => expect((await stateOf(steady))?.state).toBe("unknown"), 30_000);
    measured(`unknown ${Date.now() - askedAt} ms after the gateway stopped answering`);
    expect((await stateOf(leaver))?.state).toBe("disconnecting");
  } finally {
    process.kill(pid, "SIGCONT");
  }
  await Promise.all([
    steady.api.reaches("telegram", ["connected"], PATIENCE_MS),
    newcomer.api.reaches("telegram", ["connected"], PATIENCE_MS),
    leaver.api.reaches("telegram", ["not_connected"], PATIENCE_MS),
  ]);
  expect([await isPolled(newcomer), await isPolled(leaver)]).toEqual([true, false]);
});

test("without the database every answer is 503, the accounts run on, and no restart is needed when it is back", async () => {
  const newcomer = await makeAccount(parts.world);
  const startedAt = (await accountRows(parts.world)).get(steady.accountId)?.lastStartAt;
  const starts = startsOfControlPlane();
  const since = Date.now();
  await parts.killDatabase();
  const answers = await Promise.all([
    connect(newcomer),
    disconnect(steady),
    steady.api.request("GET", "/api/v1/channels/status"),
  ]);
  for (const answer of answers) {
    expect([answer.status, codeOf(answer)]).toEqual([503, "database_unavailable"]);
  }
  // Long enough for the lease to run out.
  await eventually(async () => {
    const ready = await fetch(`http://127.0.0.1:${parts.world.env.PORT}/readyz`);
    expect(ready.status).toBe(503);
    expect(Date.now() - since).toBeGreaterThan(LEASE_MS + 2_000);
  });
  await parts.startDatabase();
  const backAt = Date.now();
  await eventually(async () => expect((await stateOf(steady))?.state).toBe("connected"));
  await connectAll([newcomer]);
  measured(
    `the database was away for ${backAt - since} ms; a new account was up ${Date.now() - backAt} ms after it`,
  );
  expect(startsOfControlPlane()).toBe(starts);
  expect((await accountRows(parts.world)).get(steady.accountId)?.lastStartAt).toBe(startedAt);
  expect(await parts.world.telegram.longestPollGap(steady.token, since)).toBeLessThan(2_000);
  // What was refused was not done.
  expect(await isPolled(steady)).toBe(true);
});

test.runIf(LONG)(
  "an upgrade moves what is connected, and no account is restarted or disconnected by it",
  async () => {
    const neighbour = await makeAccount(parts.world);
    await connectAll([neighbour]);
    const accounts = [steady, neighbour];
    const starts = async () => {
      const rows = await accountRows(parts.world);
      return accounts.map(({ accountId }) => rows.get(accountId)?.lastStartAt);
    };
    const [before, credentials] = [await starts(), await Promise.all(accounts.map(resolved))];
    expect(before.every((at) => typeof at === "number")).toBe(true);
    await parts.stopControlPlane();
    const since = Date.now();
    const rows = await keepAsBefore(parts.world);
    expect(rows).toBeGreaterThanOrEqual(accounts.length);
    await parts.startControlPlane();
    measured(
      `${rows} rows were moved and the control plane answered ${Date.now() - since} ms after they were put back`,
    );
    await Promise.all(accounts.map(({ api }) => api.reaches("telegram", ["connected"], PATIENCE_MS)));
    expect(await Promise.all(accounts.map(resolved))).toEqual(credentials);
    // Everything is looked at again, as after every start.
    const [looked] = await databaseOf(parts.world).query<{ at: Date }>(
      "SELECT observed_at AS at FROM gateways",
    );
    await eventually(async () => {
      const [now] = await databaseOf(parts.world).query<{ at: Date }>(
        "SELECT observed_at AS at FROM gateways",
      );
      expect(Number(now?.at) - Number(looked?.at)).toBeGreaterThan(3_000);
    });
    expect(await starts()).toEqual(before);
    for (const { token } of accounts) {
      expect(await parts.world.telegram.longestPollGap(token, since)).toBeLessThan(2_000);
    }
    // A connection that was moved is disconnected like any other.
    await disconnect(neighbour);
    await neighbour.api.reaches("telegram", ["not_connected"], PATIENCE_MS);
    expect(await isPolled(neighbour)).toBe(false);
  },
);

test.runIf(LONG)(
  "with the encryption key lost, its tenants are asked for their credentials again, and all else runs on",
  async () => {
    await parts.stopControlPlane();
    const newKey = { CHANNEL_ENCRYPTION_KEY: randomBytes(32).toString("base64") };
    await expect(parts.startControlPlane(newKey)).rejects.toThrow(/CHANNEL_ENCRYPTION_KEYS_PREVIOUS/);

    const ops = (...args: string[]) =>
      JSON.parse(
        execFileSync(process.execPath, [join(CHECKOUT, "server", "bin", "ops.ts"), ...args, "--json"], {
          env: { ...parts.world.env, ...newKey },
          encoding: "utf8",
        }),
      );
    expect(ops("credentials", "forget", "--yes")).toMatchObject({ fingerprintKey: true });
    await parts.startControlPlane(newKey);
    Object.assign(parts.world.env, newKey);

    const lost = await steady.api.reaches("telegram", ["action_required"], PATIENCE_MS);
    expect(lost.problem).toMatchObject({ code: "credential_unreadable", action: "replace_credential" });
    expect(await isPolled(steady)).toBe(true);
    const newcomer = await makeAccount(parts.world);
    await connectAll([newcomer]);

    await connectAll([steady]);
    expect((await steady.api.reaches("telegram", ["connected"], PATIENCE_MS)).problem).toBeNull();
    await eventually(async () => expect(await isPolled(steady)).toBe(true));
  },
);
