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

/** From a message at the messenger's bot, which the gateway notes the time of, to the last of the tenant's viewers. */
export async function benchStreamDelay(
  world: World,
  accounts: readonly (Watched & { readonly token: string })[],
): Promise<Figure> {
  const api = await startApiProcess({ ...world.env, CONSOLE: "off" });
  /** By tenant and the gateway's time of the change: how many viewers were told, and when the last was. */
  const seen = new Map<string, { viewers: number; lastAt: number; changedAt: number }>();
  const begun = Date.now();
  const note = (tenant: string, text: string): void => {
    const now = Date.now();
    for (const [, iso] of text.matchAll(/"lastInboundAt":"([^"]+)"/g)) {
      const changedAt = Date.parse(iso ?? "");
      if (!(changedAt > begun)) continue;
      const change = seen.get(`${tenant}/${changedAt}`) ?? { viewers: 0, lastAt: 0, changedAt };
      seen.set(`${tenant}/${changedAt}`, { viewers: change.viewers + 1, lastAt: now, changedAt });
    }
  };
  let viewers: Viewer[] = [];
  try {
    viewers = await openViewers(STREAMS, (index) => {
      const account = accounts[index % accounts.length] as Watched;
      const told = new Set<string>();
      return openViewer(api.url, account, (text) => {
        // Each viewer counts once for a change: later events of the channel repeat its time.
        const fresh = [...text.matchAll(/"lastInboundAt":"[^"]+"/g)].map(([part]) => part);
        note(account.id, fresh.filter((part) => !told.has(part)).join());
        for (const part of fresh) told.add(part);
      });
    });
    for (let change = 0; change < CHANGES; change += 1) {
      const account = accounts[change % accounts.length];
      if (account) await world.telegram.say(account.token, { chat: 1, text: `change ${change}` });
      await sleep(CHANGE_EVERY_MS);
    }
    await sleep(5_000);
  } finally {
    for (const viewer of viewers) viewer.close();
    await api.stop();
  }
  const each = STREAMS / accounts.length;
  const delays = [...seen.values()].map(({ lastAt, changedAt }) => lastAt - changedAt);
  const incomplete = [...seen.values()].filter((change) => change.viewers < each).length;
  if (incomplete > 0) throw new Error(`${incomplete} of ${seen.size} changes did not reach every viewer`);
  return {
    what: `from the gateway's change to the last of ${each} viewers, ${STREAMS.toLocaleString("en")} streams, ${accounts.length} accounts, ${seen.size} changes`,
    value: `p50 ${ms(median(delays))}, p99 ${ms(percentile(delays, 0.99))}, longest ${ms(Math.max(...delays))}`,
    beside: "the gateway is looked at once a second",
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
      `INSERT INTO api_keys (billing_account_id, name, prefix, key_hash)
       SELECT id, 'bench', 'cck_bench', hash FROM unnest($1::text[], $2::bytea[]) AS k (id, hash)`,
      [ids, tenants.map(({ apiKey }) => createHash("sha256").update(apiKey).digest())],
    );
    return tenants;
  } finally {
    await service.end();
  }
}
