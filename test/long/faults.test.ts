/**
 * Wires break between control plane, database and gateway while tenants go on with what they do: they are told soon, all
 * comes back by itself, and nothing is lost. `npm run faults` writes the table into docs/faults.md.
 */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { CHECKOUT } from "../../dev-env/src/control-plane.ts";
import { type Breakable, eventually, startBreakable } from "../support/breakable.ts";
import { databaseOf } from "../support/database.ts";
import { type AlertWatch, watchAlerts } from "../support/faults/alerts.ts";
import { type AuditWatch, watchAudit } from "../support/faults/audit.ts";
import { type Cast, makeCast } from "../support/faults/cast.ts";
import { chatWith } from "../support/faults/chat.ts";
import { FAULTS, type Fault } from "../support/faults/faults.ts";
import { type HookWatch, watchHooks } from "../support/faults/hooks.ts";
import { describe, type FaultRow, slowest, table, tells, writePage } from "../support/faults/report.ts";
import { view } from "../support/faults/viewers.ts";
import { putOnWires, type Wires } from "../support/faults/wires.ts";
import { accountRows } from "../support/gateway.ts";

/** After the fault is over. */
const WELL_WITHIN_MS = 120_000;
/** Those who act do so a moment before the fault, and a while into it. */
const BEFORE_MS = 200;
const WITHIN_MS = 2_000;
/** The only errors that a tenant may be answered with. */
const ANSWERS = [null, "database_unavailable", "gateway_unreachable", "gateway_timeout"];

let parts: Breakable;
let wires: Wires;
let cast: Cast;
let audit: AuditWatch;
let alerts: AlertWatch;
let hooks: HookWatch;
const rows: FaultRow[] = [];

beforeAll(async () => {
  parts = await startBreakable();
  wires = await putOnWires(parts);
  cast = await makeCast(parts.world);
  expect([wires.database.open(), wires.gateway.open()], "all goes by the wires").not.toContain(0);
  audit = watchAudit(databaseOf(parts.world));
  alerts = watchAlerts(databaseOf(parts.world));
  hooks = await watchHooks(databaseOf(parts.world), cast.members);
  await eventually(async () => expect(await cast.differences()).toEqual([]));
}, 600_000);

afterAll(() => void process.stdout.write(`\n${table(rows)}\n`));

for (const fault of FAULTS) {
  test(`${fault.name}: tenants are told, all comes back, and nothing is lost`, { timeout: 600_000 }, () =>
    endure(fault),
  );
}

async function endure(fault: Fault): Promise<void> {
  const { world } = parts;
  // What the last fault left is not this one's.
  await eventually(async () => expect(await cast.differences()).toEqual([]), WELL_WITHIN_MS);
  await audit.turn();
  alerts.turn();
  const asked = await cast.prepare();
  const startedAt = await startsOfSteady();
  const viewers = cast.steady.map((member) => view(world.url, member, "telegram"));
  const chats = cast.chatty.map(({ token }) => chatWith(world, token));
  await eventually(() =>
    expect(viewers.map((viewer) => viewer.streamed())).toEqual(viewers.map(() => "connected")),
  );

  const until = Date.now() + fault.forMs + WELL_WITHIN_MS;
  const before = cast.actBefore(until);
  await sleep(BEFORE_MS);
  const beganAt = Date.now();
  await fault.begin(wires);
  await sleep(Math.min(WITHIN_MS, fault.forMs));
  const within = cast.actWithin(until);
  await sleep(Math.max(0, beganAt + fault.forMs - Date.now()));
  await fault.end(wires);
  const endedAt = Date.now();

  const acts = [...asked, ...(await Promise.all([...before, ...within]))];
  let left: string[] = [];
  const isWell = eventually(async () => {
    left = await cast.differences();
    for (const viewer of viewers) if (viewer.streamed() !== "connected") left.push("a stream says otherwise");
    expect(left).toEqual([]);
  }, WELL_WITHIN_MS).then(
    () => true,
    () => false,
  );
  const well = await isWell;
  const wellAfterMs = Date.now() - endedAt;

  const talks = await Promise.all(chats.map((chat) => chat.stop()));
  await Promise.all(viewers.map((viewer) => viewer.stop()));
  const looks = viewers.flatMap((viewer) => viewer.looks.filter(({ at }) => at >= beganAt));
  const told = looks.filter(tells).map(({ at, tookMs }) => at + tookMs - beganAt);
  const notTaken = acts.filter(({ isTaken }) => !isTaken);
  const unaudited = await audit.differences(acts, cast.tenantIds());
  const unanswered = talks.flatMap((talk) => talk.unanswered);
  const said = talks.reduce((sum, talk) => sum + talk.said, 0);
  const opened = await eventually(async () => {
    const all = await alerts.opened();
    expect(all.standing, "alerts that are not over").toBe(0);
    return all;
  });
  let untold: string[] = [];
  await eventually(async () => {
    untold = await hooks.differences();
    expect(untold).toEqual([]);
  }).catch(() => undefined);
  const restarted = (await startsOfSteady()).filter((at, index) => at !== startedAt[index]).length;
  rows.push({
    fault: fault.name,
    forMs: fault.forMs,
    saw: describe(viewers, beganAt, acts),
    toldAfterMs: told.length > 0 ? Math.min(...told) : null,
    wellAfterMs,
    slowestMs: slowest([...looks, ...acts.flatMap(({ attempts }) => attempts)]),
    alerts: `operator ${opened.operator.length}, tenants ${opened.tenants.length}`,
    lost:
      `${notTaken.length + left.length} of ${acts.length} acts, ${unaudited.length} audit rows, ${untold.length} webhook lanes, ` +
      `${unanswered.length} of ${said} replies, ${restarted} of ${cast.steady.length} accounts restarted`,
  });
  process.stdout.write(`${table(rows.slice(-1))}\n`);

  expect(left, "not as wished").toEqual([]);
  expect(well).toBe(true);
  expect(notTaken, "never taken").toEqual([]);
  expect(unaudited, "in the audit log").toEqual([]);
  expect(untold, "by webhook").toEqual([]);
  expect(unanswered, "never answered").toEqual([]);
  expect(talks.flatMap(({ answeredTwice }) => answeredTwice)).toEqual([]);
  expect(opened.tenants, "alerts that no tenant can act on").toEqual([]);
  expect(opened.operator.length, "one alert for each outage").toBeLessThanOrEqual(1);
  if (fault.alerts) expect(opened.operator).toEqual(["gateway_unreachable"]);
  expect(restarted, "restarted for nobody").toBe(0);
  const codes = [...looks, ...acts.flatMap(({ attempts }) => attempts)].map(({ code }) => code);
  expect(codes.filter((code) => !ANSWERS.includes(code))).toEqual([]);
  if (fault.told) {
    const { by, withinMs } = fault.told;
    const first = looks.find(({ code, state }) => code === by || state === by);
    expect(first, `nobody was told ${by}`).toBeDefined();
    expect((first?.at ?? 0) + (first?.tookMs ?? 0) - beganAt).toBeLessThan(withinMs);
  }
}

test("the audit's chains hold after all of it", () => {
  const said = execFileSync(
    process.execPath,
    [join(CHECKOUT, "server", "bin", "ops.ts"), "audit", "verify", "--json"],
    { env: parts.world.env, encoding: "utf8" },
  );
  const { findings, chains } = verifiedSchema.parse(JSON.parse(said));
  expect(findings).toEqual([]);
  expect(chains).toBeGreaterThanOrEqual(cast.tenantIds().length);
  const path = process.env.COGNI_FAULTS_PAGE;
  if (path && rows.length === FAULTS.length) writePage(path, rows, facts());
});

const verifiedSchema = z.object({ findings: z.array(z.unknown()), chains: z.number() });

/** What the table means, and what holds for all of its rows. */
function facts(): string[] {
  const { messages, repeated } = hooks.counts();
  return [
    "*What tenants saw*: the states and errors of those who only look, one after the other, as one a half second polls and a stream would have them; and what those who act were answered. `503 database_unavailable` says that nothing was done, and they tried again a second later; 502 and 504 say that the wish is kept.",
    "*Told after*: from the beginning of the fault to the first look that showed it. *Well again after*: from its end until all was as wished, by the API, the streams, the gateway and the messenger.",
    "*Lost*: acts that were not taken or are not as wished, rows of the audit that are missing or nobody's, accounts whose webhooks lack a change or have it out of order, messages to bots without their one reply, and accounts that were started anew although nobody asked.",
    `Webhooks: ${messages} messages came, ${repeated} of them again. After all of it \`ops audit verify\` found every chain whole.`,
  ];
}

async function startsOfSteady(): Promise<(number | null | undefined)[]> {
  const found = await accountRows(parts.world);
  return cast.steady.map(({ accountId }) => found.get(accountId)?.lastStartAt);
}
