/** Connecting by a scanned code, end to end: the code, its rotation and its ends, on the real gateway. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { connectResponseSchema, problemSchema } from "@cogni/contract";
import { beforeAll, expect, inject, test, vi } from "vitest";
import { type Api, joinWorld, type World } from "../../dev-env/src/world-client.ts";
import { PATIENCE_MS } from "../support/accounts.ts";
import { databaseOf } from "../support/database.ts";
import { measured } from "../support/measured.ts";

const CHANNEL = "try-it-qr";
const BOUND = { timeout: PATIENCE_MS, interval: 250 };

let world: World;
let query: ReturnType<typeof databaseOf>["query"];
beforeAll(() => {
  world = joinWorld(inject("world"));
  ({ query } = databaseOf(world));
});

interface Linker {
  id: string;
  accountId: string;
  api: Api;
}

async function makeLinker(): Promise<Linker> {
  const [tenant] = await world.tenants(1);
  if (!tenant) throw new Error("no tenant was made");
  const { billingAccountId: id } = tenant;
  return { id, accountId: `tenant-${id}`, api: world.api(tenant) };
}

async function connect({ api }: Linker, more: object = {}) {
  const { status, body } = await api.request("POST", "/api/v1/channels/connect", {
    channel: CHANNEL,
    ...more,
  });
  expect(status, JSON.stringify(body)).toBe(200);
  return connectResponseSchema.parse(body);
}

async function offered(linker: Linker, more: object = {}) {
  await connect(linker, more);
  return linker.api.reaches(CHANNEL, ["awaiting_scan"], PATIENCE_MS);
}

const login = async ({ id }: Linker) =>
  (
    await query(
      `SELECT status, generation::integer, problem, finished_at IS NOT NULL AS finished
       FROM channel_logins WHERE billing_account_id = $1`,
      [id],
    )
  )[0];

const registrations = ({ id }: Linker) =>
  query(
    `SELECT credential_type AS type, encrypted_credential AS sealed, credential_fingerprint AS fingerprint, access
     FROM channel_registrations WHERE billing_account_id = $1 AND disconnected_at IS NULL`,
    [id],
  );

function configured({ accountId }: Linker): boolean {
  const config = readFileSync(join(world.dataDir, "gateway", "state", "openclaw.json"), "utf8");
  return JSON.parse(config).channels[CHANNEL]?.accounts?.[accountId] !== undefined;
}

test("a scanned code connects the channel, and a disconnect ends the session at the messenger", async () => {
  const linker = await makeLinker();
  const askedAt = Date.now();
  const answer = await connect(linker);
  const answeredMs = Date.now() - askedAt;
  expect(answer).toMatchObject({ status: "awaiting_scan", accountId: linker.accountId, error: null });
  expect(answer.qr).toMatch(/^data:image\/png;base64,/);
  measured(`first code ${answeredMs} ms after it was asked for`);
  const waiting = await linker.api.reaches(CHANNEL, ["awaiting_scan"]);
  expect(waiting.login).toEqual({ qr: answer.qr, expiresAt: answer.expiresAt });
  const session = join(
    world.dataDir,
    "gateway",
    "state",
    "credentials",
    CHANNEL,
    linker.accountId,
    "session.json",
  );
  // Nothing is registered before the scan.
  expect(await registrations(linker)).toEqual([]);

  await world.tryIt.scan(linker.accountId, "accept");
  const scannedAt = Date.now();
  const connected = await linker.api.reaches(CHANNEL, ["connected"], PATIENCE_MS);
  measured(`connected ${Date.now() - scannedAt} ms after the scan`);
  expect(connected).toMatchObject({ login: null, problem: null, access: "everyone" });
  expect(await registrations(linker)).toEqual([
    { type: "state_dir", sealed: null, fingerprint: null, access: "everyone" },
  ]);
  expect(existsSync(session)).toBe(true);
  expect(await connect(linker)).toMatchObject({ status: "connected" });

  await world.tryIt.say(linker.accountId, { from: { id: "ann", name: "Ann" }, text: "hello" });
  await vi.waitFor(async () => expect(await world.tryIt.sent(linker.accountId)).toHaveLength(1), BOUND);

  await linker.api.disconnect(CHANNEL);
  expect(await linker.api.reaches(CHANNEL, ["not_connected"])).toMatchObject({ accountId: null });
  expect(configured(linker)).toBe(false);
  await vi.waitFor(async () => expect((await world.tryIt.polling(linker.accountId)).open).toBe(0), BOUND);
  expect(existsSync(session)).toBe(false);
  expect(
    await query(
      "SELECT action, outcome, actor->>'kind' AS by FROM audit_log WHERE billing_account_id = $1 ORDER BY id",
      [linker.id],
    ),
  ).toEqual([
    { action: "channel.connect", outcome: "requested", by: "key" },
    { action: "channel.connect", outcome: "scanned", by: "system" },
    { action: "channel.connect", outcome: "connected", by: "system" },
    { action: "channel.disconnect", outcome: "requested", by: "key" },
    { action: "channel.disconnect", outcome: "disconnected", by: "system" },
  ]);

  // A session that was logged out must not keep the next one from starting.
  await offered(linker);
  await world.tryIt.scan(linker.accountId, "accept");
  await linker.api.reaches(CHANNEL, ["connected"], PATIENCE_MS);
  await linker.api.disconnect(CHANNEL);
});

test("two browsers that ask at once get one login, and a fresh code only by force", async () => {
  const linker = await makeLinker();
  const answers = await Promise.all([connect(linker), connect(linker)]);
  const { login: code } = await linker.api.reaches(CHANNEL, ["awaiting_scan"], PATIENCE_MS);
  for (const answer of answers) expect(["awaiting_scan", "connecting"]).toContain(answer.status);
  expect(await connect(linker)).toMatchObject({ status: "awaiting_scan", qr: code?.qr });
  expect(await login(linker)).toMatchObject({ generation: 1 });

  const fresh = await connect(linker, { force: true });
  expect(fresh.status).toBe("awaiting_scan");
  expect(fresh.qr).not.toBe(code?.qr);
  expect(await login(linker)).toMatchObject({ generation: 2 });
  await linker.api.disconnect(CHANNEL);
});

test("a login that is refused on the phone, or given up, leaves nothing at the gateway", async () => {
  const linker = await makeLinker();
  await offered(linker);
  expect(configured(linker)).toBe(true);
  await world.tryIt.scan(linker.accountId, "refuse");
  const { problem } = await linker.api.reaches(CHANNEL, ["action_required"], PATIENCE_MS);
  expect(problem).toMatchObject({ code: "login_refused", action: "scan_again" });
  await vi.waitFor(async () => expect(await login(linker)).toMatchObject({ finished: true }), BOUND);
  expect(configured(linker)).toBe(false);

  // Asking again begins anew.
  await offered(linker);
  await linker.api.disconnect(CHANNEL);
  expect(await linker.api.reaches(CHANNEL, ["not_connected"])).toMatchObject({
    accountId: null,
    problem: null,
  });
  expect(await login(linker)).toMatchObject({ status: "cancelled", finished: true });
  expect(configured(linker)).toBe(false);
  expect(await registrations(linker)).toEqual([]);
  expect(
    await query("SELECT outcome FROM audit_log WHERE billing_account_id = $1 ORDER BY id", [linker.id]),
  ).toEqual(
    ["requested", "login_refused", "requested", "requested", "disconnected"].map((outcome) => ({ outcome })),
  );
});

test("a session ended on the phone says so, and another scan brings the same account back", async () => {
  const linker = await makeLinker();
  await offered(linker, { access: "approval" });
  await world.tryIt.scan(linker.accountId, "accept");
  await linker.api.reaches(CHANNEL, ["connected"], PATIENCE_MS);

  const endedAt = Date.now();
  await world.tryIt.logOut(linker.accountId);
  const { problem } = await linker.api.reaches(CHANNEL, ["action_required"], PATIENCE_MS);
  measured(`a session ended on the phone shows after ${Date.now() - endedAt} ms`);
  expect(problem).toMatchObject({ code: "logged_out", action: "scan_again" });

  const again = await offered(linker);
  expect(again.access).toBe("approval");
  await world.tryIt.scan(linker.accountId, "accept");
  expect((await linker.api.reaches(CHANNEL, ["connected"], PATIENCE_MS)).problem).toBeNull();
  expect(await registrations(linker)).toMatchObject([{ type: "state_dir", access: "approval" }]);
  await linker.api.disconnect(CHANNEL);
});

test("a login is its tenant's alone, and takes no credential", async () => {
  const [one, other] = [await makeLinker(), await makeLinker()];
  await offered(one);
  expect(await other.api.reaches(CHANNEL, ["not_connected"])).toMatchObject({ login: null, accountId: null });
  const request = (body: object) =>
    other.api.request("POST", "/api/v1/channels/connect", { channel: CHANNEL, ...body });
  for (const body of [
    { credential: "123:ABC" },
    { credentials: { botToken: "123:ABC" } },
    { accountId: one.accountId },
  ]) {
    const { status, body: problem } = await request(body);
    expect([status, problemSchema.parse(problem).code]).toEqual([400, "invalid_request"]);
    expect(JSON.stringify(problem)).not.toContain("123:ABC");
  }
  await other.api.disconnect(CHANNEL);
  expect((await one.api.reaches(CHANNEL, ["awaiting_scan"])).login).not.toBeNull();
  await one.api.disconnect(CHANNEL);
});
