/** A thousand people who look: what each costs the process that serves them, and how soon the last one knows. */
import { createHash, randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import type { World } from "../../dev-env/src/world-client.ts";
import { startApiProcess } from "./api-process.ts";
import { type Figure, median, ms, percentile } from "./figures.ts";
import { openViewer, openViewers, type Viewer, type Watched } from "./viewers.ts";

const STREAMS = 1_000;
const WARM_UP = 100;
const CHANGES = 100;
/** Each message has the gateway run an agent, which must not be what is measured. */
const CHANGE_EVERY_MS = 800;
const HEARTBEATS_MS = 35_000;

/** Memory, with a tenant for each stream: the most that a stream can cost. */
export async function benchStreamMemory(env: NodeJS.ProcessEnv): Promise<Figure> {
  const tenants = await makeTenants(env, STREAMS);
  const api = await startApiProcess(env);
  try {
    const [first] = tenants;
    if (!first) throw new Error("no tenants were made");
    const open = (index: number) => openViewer(api.url, tenants[index] ?? first);
    // The code that serves them is compiled once, and is no stream's cost; the memory of a load would hide theirs.
    for (const viewer of await openViewers(WARM_UP, open)) viewer.close();
    const before = await api.memory();
    const viewers = await openViewers(STREAMS, open);
    await sleep(HEARTBEATS_MS);
    const after = await api.memory();
    for (const viewer of viewers) viewer.close();
    const each = (key: "rssBytes" | "heapBytes") =>
      `${((after[key] - before[key]) / STREAMS / 1024).toFixed(1)} KB`;
    return {
      what: `memory for each of ${STREAMS.toLocaleString("en")} open streams, each of a tenant of its own`,
      value: `${each("rssBytes")} of RSS`,
      beside: `${each("heapBytes")} of them heap; the process ${Math.round(after.rssBytes / 2 ** 20)} MB`,
      goal: "under 50 KB",
    };
  } finally {
    await api.stop();
  }
}

/** What the viewers of a tenant were told of a change, by a mark in it: how many of them, and when the last was. */
type Told = Map<string, { viewers: number; lastAt: number }>;

/** Opens the streams; each viewer counts once for a mark, though later events of the channel repeat it. */
function openWitnesses(url: string, accounts: readonly Watched[], told: Told): Promise<Viewer[]> {
  return openViewers(STREAMS, (index) => {
    const account = accounts[index % accounts.length] as Watched;
    const seen = new Set<string>();
    return openViewer(url, account, (text) => {
      const lastAt = Date.now();
      for (const [mark] of text.matchAll(/"(?:lastInboundAt|displayName)":"[^"]+"/g)) {
        if (seen.has(mark)) continue;
        seen.add(mark);
        const key = `${account.id} ${mark}`;
        told.set(key, { viewers: (told.get(key)?.viewers ?? 0) + 1, lastAt });
      }
    });
  });
}

/**
 * From a message at the messenger's bot, which the gateway notes the time of, to the last of the tenant's viewers; beside
 * it our own part of that way, from a change in the database on.
 */
export async function benchStreamDelay(
  world: World,
  accounts: readonly (Watched & { readonly token: string })[],
): Promise<Figure> {
  const api = await startApiProcess({ ...world.env, CONSOLE: "off" });
  const service = new pg.Client({ connectionString: world.env.DATABASE_SERVICE_URL });
  await service.connect();
  const told: Told = new Map();
  const begun = Date.now();
  const written = new Map<string, number>();
  let viewers: Viewer[] = [];
  try {
    viewers = await openWitnesses(api.url, accounts, told);
    for (let change = 0; change < CHANGES; change += 1) {
      const account = accounts[change % accounts.length];
      if (account) await world.telegram.say(account.token, { chat: 1, text: `change ${change}` });
      await sleep(CHANGE_EVERY_MS);
    }
    await sleep(5_000);
    for (let change = 0; change < CHANGES; change += 1) {
      const id = accounts[change % accounts.length]?.id ?? "";
      written.set(`${id} "displayName":"change ${change}"`, Date.now());
      await service.query("UPDATE connections SET display_name = $2 WHERE billing_account_id = $1", [
        id,
        `change ${change}`,
      ]);
      await sleep(50);
    }
    await sleep(1_000);
  } finally {
    for (const viewer of viewers) viewer.close();
    await service.end();
    await api.stop();
  }

  const each = STREAMS / accounts.length;
  const messages = [...told].flatMap(([key, { viewers: count, lastAt }]) => {
    const changedAt = Date.parse(/"lastInboundAt":"([^"]+)"/.exec(key)?.[1] ?? "");
    if (!(changedAt > begun)) return [];
    if (count < each) throw new Error(`${key} reached ${count} of ${each} viewers`);
    return [lastAt - changedAt];
  });
  // On a busy machine a change may be overtaken by the tenant's next one before it is read.
  const ours = [...written].flatMap(([key, at]) => {
    const seen = told.get(key);
    return seen ? [seen.lastAt - at] : [];
  });
  return {
    what: `from the gateway's change to the last of ${each} viewers; ${STREAMS.toLocaleString("en")} streams, ${accounts.length} accounts, ${messages.length} changes`,
    value: `p50 ${ms(median(messages))}, p99 ${ms(percentile(messages, 0.99))}, longest ${ms(Math.max(...messages))}`,
    beside: `from the database on p50 ${ms(median(ours))}, p99 ${ms(percentile(ours, 0.99))} (${ours.length} changes)`,
    goal: "p99 under 2,500 ms",
  };
}

/** By SQL: a person each, as the seed makes them, would take minutes of hashing passwords. */
async function makeTenants(env: NodeJS.ProcessEnv, count: number): Promise<Watched[]> {
  const tenants = Array.from({ length: count }, (_, index) => ({
    id: `viewer-${index}`,
    apiKey: `cck_${randomBytes(32).toString("base64url")}`,
  }));
  const service = new pg.Client({ connectionString: env.DATABASE_SERVICE_URL });
  await service.connect();
  try {
    const ids = tenants.map(({ id }) => id);
    await service.query(
      "INSERT INTO billing_accounts (id, name) SELECT id, id FROM unnest($1::text[]) AS id",
      [ids],
    );
    await service.query(
      `INSERT INTO placements (billing_account_id, gateway_id) SELECT id, 'shared' FROM unnest($1::text[]) AS id
       ON CONFLICT DO NOTHING`,
      [ids],
    );
    await service.query(
      `INSERT INTO api_keys (billing_account_id, name, prefix, key_hash, scopes)
       SELECT id, 'bench', 'cck_bench', hash, '{channels:read}' FROM unnest($1::text[], $2::bytea[]) AS k (id, hash)`,
      [ids, tenants.map(({ apiKey }) => createHash("sha256").update(apiKey).digest())],
    );
    return tenants;
  } finally {
    await service.end();
  }
}
