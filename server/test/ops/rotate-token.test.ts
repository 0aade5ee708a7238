import { createHash } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { gatewayByTokenHash, takeOverTokens } from "../../src/db/gateway-tokens.ts";
import { acquireLease, recordReachable } from "../../src/db/gateways.ts";
import { recordSnapshot } from "../../src/db/observations.ts";
import { withService } from "../../src/db/tenant.ts";
import { AppError } from "../../src/errors.ts";
import type { TokenSwitch } from "../../src/gateway/token-switch.ts";
import { UsageError } from "../../src/ops/command.ts";
import { rotateToken } from "../../src/ops/rotate-token.ts";
import { type Repeated, repeat } from "../../src/repeat.ts";
import { Secret } from "../../src/secret.ts";
import { asSuperuser, GATEWAY, type TestDatabase, tenants, testDatabase } from "../support/database.ts";

const OLD = "the-old-token-of-the-gateway";
const NEW = "the-new-token-of-the-gateway";
const hash = (token: string) => createHash("sha256").update(token).digest();

let database: TestDatabase;
/** Which token the gateway takes, and whether its watcher comes back once it takes another. */
let takes = OLD;
let watcherKnowsBoth = true;
let breaks = false;
let watching: Repeated;

beforeAll(async () => {
  database = await testDatabase();
  await tenants(database.db, "acme");
  watching = repeat(watch, () => 20);
});
afterAll(async () => {
  await watching.stop();
  await database.drop();
});
beforeEach(async () => {
  [takes, watcherKnowsBoth, breaks] = [OLD, true, false];
  await asSuperuser(
    database,
    `UPDATE gateways SET token_hash = $1, previous_token_hash = NULL, previous_token_until = NULL, lease_holder = NULL,
       lease_until = NULL, reachable = true`,
    [hash(OLD)],
  );
  await asSuperuser(database, "TRUNCATE platform_audit_log");
});

async function watch(): Promise<void> {
  const at = new Date();
  if (!watcherKnowsBoth && takes === NEW) return;
  await withService(database.db, async (tx) => {
    await acquireLease(tx, GATEWAY, "watcher", 60_000);
    await recordReachable(tx, GATEWAY, "watcher", true);
    await recordSnapshot(tx, GATEWAY, "watcher", at, []);
  });
}

const gateway: TokenSwitch = {
  takes: async (token) => token.reveal() === takes,
  async goOver(from, to) {
    if (from.reveal() !== takes) throw new AppError("gateway_unreachable");
    if (breaks) throw new AppError("gateway_timeout");
    takes = to.reveal();
  },
};

const lines: string[] = [];
function rotate(options: { dryRun?: boolean; token?: string; previous?: string | null } = {}) {
  const { dryRun = false, token = NEW, previous = OLD } = options;
  return rotateToken(
    {
      db: database.db,
      gatewayId: GATEWAY,
      gateway,
      token: new Secret(token),
      previousToken: previous === null ? null : new Secret(previous),
      hashes: { current: hash(token), previous: previous === null ? null : hash(previous) },
      seenAgainMs: 500,
      progress: (line) => lines.push(line),
    },
    dryRun,
  );
}

/** A control plane that starts with these settings. */
const start = (token: string, previous: string | null) =>
  withService(database.db, (tx) =>
    takeOverTokens(tx, GATEWAY, {
      current: hash(token),
      previous: previous === null ? null : hash(previous),
    }),
  );
const accepted = async () => {
  const known = await Promise.all(
    [OLD, NEW].map((token) => withService(database.db, (tx) => gatewayByTokenHash(tx, hash(token)))),
  );
  return [OLD, NEW].filter((_, index) => known[index] !== null);
};
const acts = async () =>
  (await asSuperuser(database, "SELECT action, subject FROM platform_audit_log")).map(({ action }) => action);
/** As if the seconds had passed that the resolver's last calls are given. */
const later = () =>
  asSuperuser(database, "UPDATE gateways SET previous_token_until = previous_token_until - interval '20 s'");

describe("a gateway's token", () => {
  test("is rotated once every control plane knows both: the one before is refused, and the act is written down", async () => {
    await expect(rotate()).rejects.toThrow(/restart them one after the other/);
    expect([takes, await accepted()]).toEqual([OLD, [OLD]]);
    await start(NEW, OLD);
    expect(await rotate({ dryRun: true })).toEqual({ state: "would_rotate" });
    expect([takes, await accepted(), await acts()]).toEqual([OLD, [OLD, NEW], []]);

    expect(await rotate()).toMatchObject({ state: "rotated" });
    expect([takes, await accepted()]).toEqual([NEW, [OLD, NEW]]);
    await later();
    expect(await accepted()).toEqual([NEW]);
    expect(await acts()).toEqual(["gateway.rotate_token"]);
    expect(await rotate()).toEqual({ state: "nothing_to_do" });
    expect(lines.join()).not.toContain(OLD);
    expect(lines.join()).not.toContain(NEW);
  });

  test("that was left halfway is rotated to its end when it is run again", async () => {
    await start(NEW, OLD);
    breaks = true;
    await expect(rotate()).rejects.toThrow(AppError);
    expect([takes, await accepted()]).toEqual([OLD, [OLD, NEW]]);
    // And once more, ended after the gateway had gone over.
    breaks = false;
    await gateway.goOver(new Secret(OLD), new Secret(NEW));
    expect(await rotate({ dryRun: true })).toEqual({ state: "would_finish" });
    expect(await rotate()).toMatchObject({ state: "finished" });
    await later();
    expect(await accepted()).toEqual([NEW]);
  });

  test("goes back by itself where the control plane does not come back, which is named", async () => {
    await start(NEW, OLD);
    await watch();
    watcherKnowsBoth = false;
    await expect(rotate()).rejects.toThrow(/watcher watches it.*started with both tokens/);
    expect([takes, await accepted(), await acts()]).toEqual([OLD, [OLD, NEW], []]);
  });

  test("is rotated back by the settings the other way round", async () => {
    await start(NEW, OLD);
    await rotate();
    await later();
    await start(OLD, NEW);
    expect(await rotate({ token: OLD, previous: NEW })).toMatchObject({ state: "rotated" });
    await later();
    expect([takes, await accepted()]).toEqual([OLD, [OLD]]);
  });

  test("that is neither of the two is asked for", async () => {
    await start(NEW, OLD);
    takes = "another-token-of-the-gateway";
    await expect(rotate()).rejects.toThrow(UsageError);
    await expect(rotate()).rejects.toThrow(/takes neither/);
  });
});
