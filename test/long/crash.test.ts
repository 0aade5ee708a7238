/** Everything falls over, one part after the other, and all accounts come back without anyone's help. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { type Account, connectAll, makeAccounts } from "../support/accounts.ts";
import { type Breakable, eventually, startBreakable } from "../support/breakable.ts";
import { databaseFolder } from "../support/canary.ts";
import { accountRows, gatewayConfig, gatewayLog } from "../support/gateway.ts";
import { measured } from "../support/measured.ts";
import { startRelay } from "../support/relay.ts";

const CRASHED = 20;
const HEALED = 40;
/** However it is called: an account is started by our plugin. */
const START_OR_STOP = /^(channels|cogni)\.(start|stop)$/;
let parts: Breakable;
const up: Account[] = [];
beforeAll(async () => {
  parts = await startBreakable();
});

/** Adds to those that are up until there are so many. */
async function have(count: number): Promise<void> {
  const more = await makeAccounts(parts.world, Math.max(0, count - up.length));
  await connectAll(more);
  up.push(...more);
}

/** Each is told to be connected, and its bot is being asked for messages by a poll that began after the moment. */
function allBack(since: number, timeoutMs: number): Promise<void> {
  const { telegram } = parts.world;
  return eventually(async () => {
    const states = await Promise.all(
      up.map(async ({ api, token }) => {
        const { channels } = await api.status();
        const polls = await telegram.polls(token);
        const polled = polls.some(({ startedAt, endedAt }) => endedAt === null && startedAt > since);
        return polled ? channels.find(({ channel }) => channel === "telegram")?.state : "not polled";
      }),
    );
    expect(states).toEqual(up.map(() => "connected"));
  }, timeoutMs);
}

test(`${CRASHED} accounts are connected again within 60 s of the last of many crashes: of the gateway until it starts nothing by itself, of the control plane, of the database`, {
  timeout: 400_000,
}, async () => {
  await have(CRASHED);
  const logged = (text: string, since: number) =>
    gatewayLog(parts.world, since).some(({ message }) => message.includes(text));
  let killedAt = 0;
  let kills = 0;
  do {
    killedAt = Date.now();
    kills += 1;
    expect(kills).toBeLessThanOrEqual(6);
    await parts.killGateway();
    await eventually(() => expect(logged("http server listening", killedAt)).toBe(true), 120_000);
  } while (!logged("suppressing channel/provider account auto-start", killedAt));

  const pidFile = join(await databaseFolder(parts.world), "postmaster.pid");
  const postmaster = Number(readFileSync(pidFile, "utf8").split("\n")[0]);
  const lastAt = Date.now();
  await parts.crashControlPlane();
  process.kill(postmaster, "SIGKILL");
  await allBack(killedAt, 60_000);
  measured(
    `${CRASHED} accounts back ${((Date.now() - lastAt) / 1000).toFixed(1)} s after the last of ${kills + 2} crashes`,
  );
  await eventually(() => expect(logged("autostart suppressed", killedAt)).toBe(true));
});

test(`a gateway that lost its state gets ${HEALED} accounts back, by few calls at a time`, {
  timeout: 400_000,
}, async () => {
  await have(HEALED);
  await parts.stopControlPlane();
  const relay = await startRelay(parts.world.gateway.url);
  await parts.startControlPlane({ OPENCLAW_GATEWAY_URL: relay.url });
  await parts.stopGateway();
  parts.wipeGateway();
  const since = Date.now();
  await parts.startGateway();
  const readyAt = Date.now();
  await allBack(since, 120_000);

  const changes = relay.calls.filter(({ method }) => START_OR_STOP.test(method));
  const writes = relay.calls.filter(({ method }) => method === "config.patch");
  const rates = changes.map(({ at }) => changes.filter((one) => one.at >= at && one.at < at + 1_000).length);
  measured(
    `${HEALED} accounts healed ${((Date.now() - readyAt) / 1000).toFixed(1)} s after the gateway was ready: ` +
      `${writes.length} config writes, ${changes.length} starts and stops, at most ${Math.max(...rates)} in a second ` +
      `and ${relay.mostAtOnce(START_OR_STOP)} at once`,
  );
  expect(writes.length).toBeLessThanOrEqual(5);
  expect(changes.length).toBeGreaterThanOrEqual(HEALED);
  expect(changes.length).toBeLessThanOrEqual(2 * HEALED);
  expect(relay.mostAtOnce(START_OR_STOP)).toBeLessThanOrEqual(8);
  expect(relay.mostAtOnce(/^channels\.status$/)).toBeLessThanOrEqual(2);

  const rows = await accountRows(parts.world);
  expect(up.filter(({ accountId }) => !rows.has(accountId))).toEqual([]);
  const { sourceConfig } = await gatewayConfig(parts.world);
  const bindings = sourceConfig.bindings as { agentId: string }[];
  expect(up.map(({ accountId }) => bindings.filter(({ agentId }) => agentId === accountId).length)).toEqual(
    up.map(() => 1),
  );
});
