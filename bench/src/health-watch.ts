/**
 * What it costs to watch 1,000 accounts: the look at a gateway's answer, which writes down how each is, and beside it the look
 * for what is wrong, which makes alerts of it. CPU is this process's and the database's; rows are those that PostgreSQL counts.
 */
import { existsSync, readFileSync } from "node:fs";
import { accountIdOf, type BillingAccountId, billingAccountIdSchema } from "@cogni/contract";
import pg from "pg";
import { pino } from "pino";
import { look } from "../../server/src/alerts/look.ts";
import { acquireLease, recordReachable } from "../../server/src/db/gateways.ts";
import { createPools, type Db } from "../../server/src/db/pool.ts";
import { withService } from "../../server/src/db/tenant.ts";
import {
  type AccountObservation,
  accountObservationSchema,
  type Snapshot,
} from "../../server/src/gateway/snapshot.ts";
import type { WatcherEvent } from "../../server/src/gateway/watcher.ts";
import { startWatch } from "../../server/src/reconcile/watch.ts";
import { Secret } from "../../server/src/secret.ts";
import { timingSchema } from "../../server/src/timing.ts";
import type { Figure } from "./figures.ts";

const ACCOUNTS = 1_000;
const ROUNDS = 60;
const WARM_UP = 15;
const GATEWAY = "bench-watch";
const HOLDER = "bench";
const TICK_MS = 10;

interface Urls {
  readonly DATABASE_URL?: string | undefined;
  readonly DATABASE_SERVICE_URL?: string | undefined;
}

export async function benchHealthWatch({
  DATABASE_URL = "",
  DATABASE_SERVICE_URL = "",
}: Urls): Promise<Figure[]> {
  const log = pino({ level: "warn" });
  const urls = { apiUrl: new Secret(DATABASE_URL), serviceUrl: new Secret(DATABASE_SERVICE_URL) };
  const pools = createPools(urls, log);
  const client = new pg.Client({ connectionString: DATABASE_SERVICE_URL });
  await client.connect();
  try {
    const tenants = await makeAccounts(client, pools);
    const meter = await createMeter(client);
    const db = meter.db(pools);
    const timing = timingSchema.parse({});
    let now = new Date();

    let looked = (): void => undefined;
    let tell: (event: WatcherEvent) => void = () => undefined;
    const watch = startWatch({
      db,
      gateway: {
        id: GATEWAY,
        catalog: async () => new Map(),
        latest: () => null,
        subscribe(subscriber) {
          tell = subscriber;
          return () => undefined;
        },
      },
      holder: HOLDER,
      nudge: () => undefined,
      onStates: () => looked(),
      onLeaseLost: () => undefined,
      clock: () => now,
      unreachableAfterMs: timing.reconcile.unreachableAfterMs,
      patience: timing.patience,
      maxLeftovers: 5,
      leftovers: new Set(),
      onWaiting: () => undefined,
      log,
    });
    const watched = (up: boolean) => async (): Promise<void> => {
      now = new Date(now.getTime() + 1_000);
      const seen = new Promise<void>((resolve) => {
        looked = resolve;
      });
      tell({ kind: "snapshot", snapshot: snapshotOf(tenants, now, up) });
      await seen;
    };
    const alerted = async (): Promise<void> => {
      now = new Date(now.getTime() + timing.alerts.everyMs);
      const deps = { db, gatewayId: GATEWAY, holder: HOLDER, clock: () => now, timing: timing.alerts };
      if (!(await look({ ...deps, expiryDays: 7, leftovers: () => 0 }))) throw new Error("no look was taken");
    };

    const watching = await meter.cost(watched(true), ROUNDS);
    const looking = await meter.cost(alerted, ROUNDS);
    await watched(false)();
    const waiting = await meter.cost(alerted, 2);
    now = new Date(now.getTime() + timing.alerts.downMs);
    for (let round = 0; round < 5; round += 1) await alerted();
    const standing = await meter.cost(alerted, ROUNDS);
    await watch.stop();
    const beside = `the look at the gateway’s answer ${inWords(watching)}`;
    return [
      { what: `health watch, ${ACCOUNTS} accounts up, a look for alerts`, value: inWords(looking), beside },
      { what: `the same, all ${ACCOUNTS} down, none told yet`, value: inWords(waiting), beside },
      { what: `the same, ${ACCOUNTS} alerts open`, value: inWords(standing), beside },
    ];
  } finally {
    await client.end();
    await pools.close();
  }
}

interface Cost {
  readonly processMs: number;
  /** Null where the system does not tell. */
  readonly databaseMs: number | null;
  readonly read: number;
  readonly written: number;
}

function inWords({ processMs, databaseMs, read, written }: Cost): string {
  const database = databaseMs === null ? "" : ` + ${databaseMs.toFixed(1)}`;
  return `${processMs.toFixed(1)}${database} ms CPU, ${Math.round(read)} rows read, ${Math.round(written)} written`;
}

/** Counts what passes through one connection. */
async function createMeter(client: pg.Client) {
  const pid = Number((await client.query("SELECT pg_backend_pid() AS pid")).rows[0].pid);
  let counted = { read: 0, written: 0 };
  const query = async (text: string, values?: unknown[]) => {
    // What earlier transactions counted would count again until it is handed over, which is done once a second.
    if (text.startsWith("BEGIN")) await client.query("SELECT pg_stat_force_next_flush()");
    if (text === "COMMIT") {
      const { rows } = await client.query(
        `SELECT coalesce(sum(seq_tup_read + coalesce(idx_tup_fetch, 0)), 0)::float AS read,
           coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::float AS written FROM pg_stat_xact_user_tables`,
      );
      counted = { read: counted.read + rows[0].read, written: counted.written + rows[0].written };
    }
    return client.query(text, values);
  };
  const nothing = (): void => undefined;
  const service = { connect: async () => ({ query, on: nothing, off: nothing, release: nothing }) };
  /** In ticks of the system's clock, as its processes have it. */
  const databaseMs = (): number | null => {
    const file = `/proc/${pid}/stat`;
    if (!existsSync(file)) return null;
    const fields = readFileSync(file, "utf8")
      .replace(/^.*\) /, "")
      .split(" ");
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
  };
  return {
    db: (pools: Db): Db => ({
      api: pools.api,
      service: service as unknown as pg.Pool,
      loads: pools.loads,
      close: pools.close,
    }),
    async cost(run: () => Promise<void>, rounds: number): Promise<Cost> {
      for (let round = 0; round < Math.min(WARM_UP, rounds - 1); round += 1) await run();
      counted = { read: 0, written: 0 };
      const [cpu, database] = [process.cpuUsage(), databaseMs()];
      for (let round = 0; round < rounds; round += 1) await run();
      const used = process.cpuUsage(cpu);
      return {
        processMs: (used.user + used.system) / 1_000 / rounds,
        databaseMs: database === null ? null : ((databaseMs() ?? 0) - database) / rounds,
        read: counted.read / rounds,
        written: counted.written / rounds,
      };
    },
  };
}

const CHANNEL = "bench-watch";

function snapshotOf(tenants: readonly BillingAccountId[], at: Date, up: boolean): Snapshot {
  // That its transport is alive changes with every look, as it does in truth.
  const row: AccountObservation = {
    ...accountObservationSchema.parse({ enabled: true, configured: true }),
    running: true,
    connected: up,
    lastTransportActivityAt: at.getTime(),
  };
  const accounts = new Map(tenants.map((id) => [`${CHANNEL}/${accountIdOf(id)}` as const, row]));
  return { observedAt: at, durationMs: 1, accounts };
}

async function makeAccounts(client: pg.Client, pools: Db): Promise<BillingAccountId[]> {
  const ids = Array.from({ length: ACCOUNTS }, (_, index) => `bench-watch-${index}`);
  const insert = (sql: string, ...more: string[]) => client.query(sql, [ids, ...more]);
  await client.query(
    `INSERT INTO gateways (id, url, token_hash, installation_id)
     SELECT $1, 'ws://127.0.0.1:1', sha256($1::text::bytea), id FROM installation`,
    [GATEWAY],
  );
  await insert("INSERT INTO billing_accounts (id, name) SELECT id, id FROM unnest($1::text[]) AS id");
  // Somebody may place whoever has no place, meanwhile.
  await insert(
    `INSERT INTO placements (billing_account_id, gateway_id) SELECT id, $2 FROM unnest($1::text[]) AS id
     ON CONFLICT (billing_account_id) DO UPDATE SET gateway_id = excluded.gateway_id`,
    GATEWAY,
  );
  await insert(
    `INSERT INTO connections (id, billing_account_id, provider, account_id, credential_type, credential_version, created_by,
       connected_at, settled_generation)
     SELECT gen_random_uuid(), id, 'openclaw:' || $2, 'tenant-' || id, 'channel_session', 1, '{}', now(), 1
     FROM unnest($1::text[]) AS id`,
    CHANNEL,
  );
  await insert(
    `INSERT INTO account_observations (billing_account_id, gateway_id, channel, account_id, started_version)
     SELECT id, $2, $3, 'tenant-' || id, 1 FROM unnest($1::text[]) AS id`,
    GATEWAY,
    CHANNEL,
  );
  await withService(pools, async (tx) => {
    await acquireLease(tx, GATEWAY, HOLDER, 3_600_000);
    await recordReachable(tx, GATEWAY, HOLDER, true);
  });
  return ids.map((id) => billingAccountIdSchema.parse(id));
}
