/** A login by QR while control plane or gateway go down in the middle of it, the ends that take their time, and a gateway that boots alone. */
import { problemSchema } from "@cogni/contract";
import { beforeAll, expect, test } from "vitest";
import { connectAll, makeAccount, PATIENCE_MS } from "../support/accounts.ts";
import { type Breakable, eventually, startBreakable } from "../support/breakable.ts";
import { databaseOf } from "../support/database.ts";
import { gatewayLog } from "../support/gateway.ts";
import { CHANNEL, type Linker, makeLinker } from "../support/linking.ts";
import { LONG } from "../support/long.ts";
import { measured } from "../support/measured.ts";

let parts: Breakable;
beforeAll(async () => {
  parts = await startBreakable();
});

const isRidOf = (linker: Linker) =>
  eventually(async () => {
    expect(await linker.stored()).toMatchObject({ finished: true });
    expect(linker.isConfigured()).toBe(false);
  });

test("a login outlives the control plane: the same code, scanned, connects", async () => {
  const linker = await makeLinker(parts.world);
  await linker.connect();
  const code = await linker.offered();
  const crashedAt = Date.now();
  await parts.crashControlPlane();
  await eventually(async () => expect((await linker.offered()).qr).toBe(code.qr));
  measured(`the code shows again ${Date.now() - crashedAt} ms after the control plane was killed`);
  expect(await linker.connect()).toMatchObject({ status: "awaiting_scan", ...code });
  await linker.scan();
  await linker.connected();
});

test("a code scanned while the control plane is away connects when it is back", async () => {
  const linker = await makeLinker(parts.world);
  await linker.connect();
  await linker.offered();
  await parts.stopControlPlane();
  await linker.scan();
  await parts.startControlPlane();
  await linker.connected();
});

test.runIf(LONG)(
  "a login begins anew, with a fresh code, in a gateway that lost it; a linked account comes back by itself",
  async () => {
    const [linker, linked] = [await makeLinker(parts.world), await makeLinker(parts.world)];
    await linked.connect();
    await linked.offered();
    await linked.scan();
    await linked.connected();
    await linker.connect();
    const lost = await linker.offered();
    const killedAt = Date.now();
    await parts.killGateway();
    await eventually(async () => expect((await linker.offered()).qr).not.toBe(lost.qr));
    measured(`a fresh code ${Date.now() - killedAt} ms after the gateway was killed`);
    // The clock goes on: a login does not last for ever because its gateway keeps falling.
    expect((await linker.offered()).expiresAt).toBe(lost.expiresAt);
    await linker.scan();
    await Promise.all([linker.connected(), linked.connected()]);
  },
);

test.runIf(LONG)(
  "logins asked for and given up while the gateway is down are kept and carried out when it is back",
  async () => {
    const [asking, leaving] = [await makeLinker(parts.world), await makeLinker(parts.world)];
    await leaving.connect();
    await leaving.offered();
    await parts.stopGateway();
    await eventually(async () => expect((await asking.api.status()).gateway.reachable).toBe(false));
    for (const [linker, verb] of [
      [asking, "connect"],
      [leaving, "disconnect"],
    ] as const) {
      const { status, body } = await linker.request(verb);
      expect([status, problemSchema.parse(body).code]).toEqual([502, "gateway_unreachable"]);
    }
    expect((await asking.api.reaches(CHANNEL, ["unknown"])).problem).toMatchObject({
      code: "gateway_unreachable",
    });
    await parts.startGateway();
    await asking.offered();
    await asking.scan();
    await asking.connected();
    await isRidOf(leaving);
  },
);

test("a gateway that booted while nobody gave it credentials is healed", async () => {
  const steady = await makeAccount(parts.world);
  await connectAll([steady]);
  const isPolled = async () =>
    (await parts.world.telegram.polls(steady.token)).some(({ endedAt }) => endedAt === null);
  await parts.stopControlPlane();
  const bootAt = Date.now();
  await parts.killGateway();
  await eventually(() => {
    const messages = gatewayLog(parts.world, bootAt).map(({ message }) => message);
    expect(messages.some((message) => message.includes("starting channels"))).toBe(true);
    expect(messages.some((message) => message.includes(steady.accountId))).toBe(true);
  });
  expect(await isPolled()).toBe(false);
  const startedAt = Date.now();
  await parts.startControlPlane();
  await steady.api.reaches("telegram", ["connected"], PATIENCE_MS);
  measured(`healed ${Date.now() - startedAt} ms after the control plane was started`);
  expect(await isPolled()).toBe(true);

  // The first words after both were started anew are answered, and are on the tenant's bill.
  const words = `after ${startedAt}`;
  await parts.world.telegram.say(steady.token, { chat: 7, text: words });
  await eventually(async () => {
    expect((await parts.world.telegram.sent(steady.token)).map(({ text }) => text)).toContain(words);
    const [call] = (await parts.world.llm.calls()).filter(({ lastUserText }) => lastUserText === words);
    expect(call?.endUserId).toBe(steady.id);
    const rows = await databaseOf(parts.world).query(
      "SELECT channel, outcome, end_user IS NOT NULL AS known FROM usage_events WHERE billing_account_id = $1 AND call_id = $2",
      [steady.id, call?.headers["x-cogni-call-id"]],
    );
    expect(rows).toEqual([{ channel: "telegram", outcome: "completed", known: true }]);
  });
});

test.runIf(LONG)(
  "a gateway that booted while nobody gave it the model's key answers people all the same",
  async () => {
    const { world } = parts;
    const linker = await makeLinker(world);
    await linker.connect();
    await linker.offered();
    await linker.scan();
    await linker.connected();
    await parts.stopControlPlane();
    const bootAt = Date.now();
    await parts.killGateway();
    await eventually(() =>
      expect(gatewayLog(world, bootAt).some(({ message }) => message.includes("cold provider:cogni"))).toBe(
        true,
      ),
    );
    await parts.startControlPlane();
    await linker.connected();
    // No credential of its own is missing, no config is written: nothing else has the gateway ask again.
    await eventually(async () => {
      const reply = `asked at ${Date.now()}`;
      await world.tryIt.say(linker.accountId, { from: { id: "ann", name: "Ann" }, text: reply });
      await eventually(
        async () =>
          expect(await world.tryIt.sent(linker.accountId)).toContainEqual(
            expect.objectContaining({ text: reply }),
          ),
        10_000,
      );
    });
  },
);

test.runIf(LONG)(
  "a code that changes is shown anew, and one that nobody scanned in the messenger's time has expired",
  async () => {
    const linker = await makeLinker(parts.world);
    await parts.world.tryIt.timing({ rotateMs: 3_000, lifetimeMs: 12_000 });
    try {
      await linker.connect();
      const first = await linker.offered();
      await eventually(async () => expect((await linker.offered()).qr).not.toBe(first.qr));
      const { problem } = await linker.api.reaches(CHANNEL, ["action_required"], PATIENCE_MS);
      expect(problem).toMatchObject({ code: "login_expired", action: "scan_again" });
      await isRidOf(linker);
    } finally {
      await parts.world.tryIt.timing(null);
    }
  },
);

test("without a messenger there is no code, and the reason is told", async () => {
  const linker = await makeLinker(parts.world);
  await parts.world.tryIt.fault(null, { kind: "cut" });
  try {
    await linker.connect();
    const { problem } = await linker.api.reaches(CHANNEL, ["action_required"], PATIENCE_MS);
    expect(problem).toMatchObject({ code: "login_unreachable", action: "scan_again" });
  } finally {
    await parts.world.tryIt.fault(null, null);
  }
});

test.runIf(LONG)("a login ends by our own clock, too", async () => {
  await parts.stopControlPlane();
  await parts.startControlPlane({ TIMING: JSON.stringify({ reconcile: { login: { ttlMs: 4_000 } } }) });
  const linker = await makeLinker(parts.world);
  await linker.connect();
  const { problem } = await linker.api.reaches(CHANNEL, ["action_required"], PATIENCE_MS);
  expect(problem).toMatchObject({ code: "login_expired", action: "scan_again" });
  await isRidOf(linker);
});
