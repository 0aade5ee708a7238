/** What docs/operations/restore.md promises, by its own commands: database, gateway's state, and both, put back. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { type Account, connectAll, makeAccount, makeAccounts, PATIENCE_MS } from "../support/accounts.ts";
import { type Breakable, eventually, startBreakable } from "../support/breakable.ts";
import { databaseFolder } from "../support/canary.ts";
import { CHANNEL, type Linker, makeLinker } from "../support/linking.ts";
import { measured } from "../support/measured.ts";

const page = readFileSync(new URL("../../docs/operations/restore.md", import.meta.url), "utf8");

let parts: Breakable;
let folders: { BACKUP: string; DATABASE_DIR: string; OPENCLAW_STATE_DIR: string };
let up: Account[];
let linked: Linker;
beforeAll(async () => {
  parts = await startBreakable({ TIMING: JSON.stringify({ reconcile: { sweepMs: 10_000 } }) });
  const { dataDir } = parts.world;
  folders = {
    BACKUP: join(dataDir, "backup"),
    DATABASE_DIR: await databaseFolder(parts.world),
    OPENCLAW_STATE_DIR: join(dataDir, "gateway", "state"),
  };
  mkdirSync(folders.BACKUP);
  up = await makeAccounts(parts.world, 2);
  await connectAll(up);
  linked = await makeLinker(parts.world);
  await linked.connect();
  await linked.offered();
  await linked.scan();
  await linked.connected();
}, 600_000);

/** Runs a block of the page: the one that has these words in it. */
function run(words: string): void {
  const blocks = [...page.matchAll(/^ *(?:\d\. )?```sh\n(.*?)^ *```/gms)].map(([, block = ""]) => block);
  const found = blocks.filter((block) => block.includes(words));
  expect(found, words).toHaveLength(1);
  execFileSync("/bin/sh", ["-euc", found[0] ?? ""], { env: { ...process.env, ...folders } });
}

const isPolled = async ({ token }: Account) =>
  (await parts.world.telegram.polls(token)).some(({ endedAt }) => endedAt === null);
const allPolled = () =>
  eventually(async () => expect(await Promise.all(up.map(isPolled))).toEqual(up.map(() => true)));
const allConnected = () =>
  Promise.all(up.map(({ api }) => api.reaches("telegram", ["connected"], PATIENCE_MS)));

/** As the page says, while both are stopped. */
async function backUp(): Promise<void> {
  await parts.stopControlPlane();
  await parts.stopGateway();
  await parts.killDatabase();
  run('--file="$BACKUP/database.tar.gz" --directory="$DATABASE_DIR" .');
  run('--file="$BACKUP/gateway.tar.gz" --directory="$OPENCLAW_STATE_DIR" .');
  await start();
}

async function start(): Promise<void> {
  await parts.startDatabase();
  await parts.startControlPlane();
  await parts.startGateway();
}

test("an older database alone: what was there runs on, and what came since is stopped, not logged out", async () => {
  await backUp();
  await allConnected();
  await linked.connected();
  const since = await makeAccount(parts.world);
  await connectAll([since]);

  await parts.stopControlPlane();
  await parts.killDatabase();
  run('tar --extract --gzip --same-owner --file="$BACKUP/database.tar.gz"');
  await parts.startDatabase();
  await parts.startControlPlane();
  await allConnected();
  await linked.connected();
  await eventually(async () => expect(await isPolled(since)).toBe(false));
  expect(await Promise.all(up.map(isPolled))).toEqual(up.map(() => true));
  const log = readFileSync(join(parts.world.dataDir, "logs", "control-plane.log"), "utf8");
  expect(log).toContain("an account without a connection was stopped");
}, 600_000);

test("everything put back on an empty machine: token accounts and scanned ones come back by themselves", async () => {
  await parts.stopControlPlane();
  await parts.stopGateway();
  await parts.killDatabase();
  run('tar --extract --gzip --same-owner --file="$BACKUP/database.tar.gz"');
  run('tar --extract --gzip --file="$BACKUP/gateway.tar.gz"');
  const startedAt = Date.now();
  await start();
  await Promise.all([allConnected(), linked.connected(), allPolled()]);
  measured(`everything was back ${Date.now() - startedAt} ms after the restored machine was started`);
}, 600_000);

test("a gateway's state that is lost: token accounts come back, and a scanned one asks for a new scan, which connects it", async () => {
  await parts.stopGateway();
  parts.wipeGateway();
  const startedAt = Date.now();
  await parts.startGateway();
  await allPolled();
  await allConnected();
  const lost = await linked.api.reaches(CHANNEL, ["action_required"], PATIENCE_MS);
  measured(
    `told to scan again ${Date.now() - startedAt} ms after the gateway was started on an empty folder`,
  );
  expect(lost.problem?.code).toBe("logged_out");
  await linked.connect();
  await linked.offered();
  await linked.scan();
  await linked.connected();
}, 600_000);
