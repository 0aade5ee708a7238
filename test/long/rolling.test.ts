/** Two control planes on one installation, ended one after the other under load; and the gateway's token rotated under them. */
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CHECKOUT, type ControlPlane } from "../../dev-env/src/control-plane.ts";
import { type Account, connectAll, makeAccounts, PATIENCE_MS } from "../support/accounts.ts";
import { type Balancer, startBalancer } from "../support/balancer.ts";
import { type Breakable, eventually, startBreakable } from "../support/breakable.ts";
import { accountRows, gatewayRpc } from "../support/gateway.ts";
import { CHANNEL, makeLinker } from "../support/linking.ts";
import { measured } from "../support/measured.ts";

/** And tenants may ask as often as they like: how they are kept from it is not what is looked at here. */
const SETTINGS = {
  SHUTDOWN_GRACE_SECONDS: "2",
  LIMIT_CONNECT: "100000/600",
  LIMIT_DISCONNECT: "100000/600",
  LIMIT_CALLS: "100000/600",
};
let parts: Breakable;
let second: { url: string; part: ControlPlane };
let up: Account[];
beforeAll(async () => {
  parts = await startBreakable({ ...SETTINGS, TIMING: JSON.stringify({ reconcile: { sweepMs: 10_000 } }) });
  second = await parts.startAnother("second");
  up = await makeAccounts(parts.world, 4);
  await connectAll(up);
}, 600_000);

/** One after the other, as an operator restarts them. */
async function restartBoth(settings: Record<string, string> = {}): Promise<void> {
  await parts.stopControlPlane();
  await parts.startControlPlane(settings);
  await second.part.stop();
  second = await parts.startAnother("second", settings);
}

const isTaken = (token: string) =>
  gatewayRpc({ gateway: { url: parts.world.gateway.url, token } }, "health").then(
    () => true,
    () => false,
  );
const asksForSecrets = (token: string) =>
  fetch(`http://127.0.0.1:${parts.world.env.INTERNAL_PORT}/internal/v1/secrets`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ protocolVersion: 1, provider: "cogni", ids: [] }),
  }).then(({ status }) => status);

test("the gateway's token is rotated under running accounts: none is dropped or restarted, and the one before is refused", async () => {
  const { world } = parts;
  const old = world.gateway.token;
  const fresh = randomBytes(32).toString("hex");
  const settings = { OPENCLAW_GATEWAY_TOKEN: fresh, OPENCLAW_GATEWAY_TOKEN_PREVIOUS: old };
  const before = await accountRows(world);
  const pid = parts.gatewayPid();
  const since = Date.now();
  await restartBoth(settings);
  await up[0]?.api.reaches("telegram", ["connected"], PATIENCE_MS);

  const asking = Date.now();
  const rotating = promisify(execFile)(
    process.execPath,
    [join(CHECKOUT, "server", "bin", "ops.ts"), "gateways", "rotate-token", "--json"],
    { env: { ...world.env, ...settings } },
  );
  const [person] = up;
  if (!person) throw new Error("no tenant was made");
  await world.telegram.say(person.token, { chat: 42, text: "said while the token changes" });
  const { stdout, stderr } = await rotating;
  measured(`rotated after ${Date.now() - asking} ms: ${stdout.replaceAll(/\s+/g, " ")}`);
  expect(JSON.parse(stdout)).toMatchObject({ state: "rotated" });
  expect(stdout + stderr).not.toContain(old);
  expect(stdout + stderr).not.toContain(fresh);
  expect([await isTaken(old), await isTaken(fresh)]).toEqual([false, true]);
  expect(await asksForSecrets(fresh)).toBe(200);
  await eventually(async () => expect(await asksForSecrets(old)).toBe(401));
  await eventually(async () => {
    const said = (await world.telegram.sent(person.token)).map(({ text }) => text).join();
    expect(said).toContain("said while the token changes");
  });

  world.gateway.token = fresh;
  world.env.OPENCLAW_GATEWAY_TOKEN = fresh;
  await restartBoth();
  const after = await accountRows(world);
  for (const { accountId, token, api } of up) {
    expect(after.get(accountId)?.lastStartAt).toBe(before.get(accountId)?.lastStartAt);
    const gap = await world.telegram.longestPollGap(token, since);
    measured(`longest time without a poll of ${accountId}: ${gap} ms`);
    expect(gap).toBeLessThan(2_000);
    expect((await api.reaches("telegram", ["connected"], PATIENCE_MS)).problem).toBeNull();
  }
  expect(parts.gatewayPid()).toBe(pid);
}, 600_000);

const headersOf = ({ tenant }: Account) => ({
  authorization: `Bearer ${tenant.apiKey}`,
  "content-type": "application/json",
});

/** Connects and disconnects for as long as it may; answers what was wished last. */
async function keepWishing(balancer: Balancer, account: Account, until: AbortSignal): Promise<string> {
  let wish = "connect";
  for (; !until.aborted; wish = wish === "connect" ? "disconnect" : "connect") {
    const body = { channel: "telegram", ...(wish === "connect" && { credential: account.token }) };
    const response = await balancer.fetch(`/api/v1/channels/${wish}`, {
      method: "POST",
      headers: headersOf(account),
      body: JSON.stringify(body),
    });
    const text = await response.text();
    // A moment without anyone who watches is told as such; the wish is kept.
    expect([200, 502, 504], text).toContain(response.status);
    if (until.aborted) break;
  }
  return wish;
}

/** Reads the status as a stream, and comes back with the last id whenever it ends; answers how often it ended, and how. */
async function keepReading(balancer: Balancer, account: Account, until: AbortSignal) {
  let lastId = "";
  let ended = 0;
  let snapshots = 0;
  const cuts: string[] = [];
  while (!until.aborted) {
    const response = await balancer.fetch("/api/v1/channels/status", {
      headers: {
        ...headersOf(account),
        accept: "text/event-stream",
        ...(lastId && { "last-event-id": lastId }),
      },
      signal: until,
    });
    expect(response.status).toBe(200);
    try {
      for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
        lastId = [...chunk.matchAll(/^id: (.+)$/gm)].at(-1)?.[1] ?? lastId;
        snapshots += chunk.includes("event: snapshot") ? 1 : 0;
      }
      ended += 1;
    } catch (error) {
      if (!until.aborted) cuts.push(String(error));
    }
  }
  return { ended, snapshots, cuts };
}

test("two control planes ended one after the other lose nothing: every wish ends as wished, no answer breaks, a login goes on", async () => {
  const { world } = parts;
  const origins = [`http://127.0.0.1:${world.env.PORT}`, second.url];
  const balancer = startBalancer(origins);
  afterAll(() => balancer.close());
  const busy = await makeAccounts(world, 4);
  const linker = await makeLinker(world);
  const stop = new AbortController();
  const [reader] = up;
  if (!reader) throw new Error("no tenant was made");
  const reading = keepReading(balancer, reader, stop.signal).catch((error: unknown) => {
    if (!stop.signal.aborted) throw error;
    return null;
  });
  const wishing = busy.map((account) => keepWishing(balancer, account, stop.signal));

  await balancer.fetch("/api/v1/channels/connect", {
    method: "POST",
    headers: linker.headers,
    body: JSON.stringify({ channel: CHANNEL }),
  });
  await linker.offered();

  const since = Date.now();
  await restartBoth();
  await linker.offered();
  await linker.scan();
  await restartBoth();
  const tookMs = Date.now() - since;
  stop.abort();
  const wishes = await Promise.all(wishing);
  await reading;

  expect(balancer.broken).toEqual([]);
  await linker.connected();
  for (const [index, account] of busy.entries()) {
    const wanted = wishes[index] === "connect" ? "connected" : "not_connected";
    await account.api.reaches("telegram", [wanted], PATIENCE_MS);
  }
  for (const { api } of up) await api.reaches("telegram", ["connected"], PATIENCE_MS);
  measured(`${balancer.answered()} requests answered in ${tookMs} ms, through four ends of a control plane`);
  for (const ms of handovers(since))
    measured(`the next worker had the lease ${ms} ms after it was handed over`);
  for (const ms of handovers(since)) expect(ms).toBeLessThan(2_000);
}, 900_000);

/** From the logs of both: between each hand-over and the next time that a lease was taken. */
function handovers(since: number): number[] {
  const lines = ["control-plane", "second"]
    .flatMap((name) => readFileSync(join(parts.world.dataDir, "logs", `${name}.log`), "utf8").split("\n"))
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as { time: string; msg: string })
    .map(({ time, msg }) => ({ at: Date.parse(time), msg }))
    .filter(({ at }) => at >= since)
    .sort((a, b) => a.at - b.at);
  return lines
    .filter(({ msg }) => msg === "lease handed over")
    .flatMap(({ at }) => {
      const taken = lines.find((line) => line.at >= at && line.msg === "lease taken");
      return taken ? [taken.at - at] : [];
    });
}
