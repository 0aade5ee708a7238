/** The parts that a process stands on, each with how to tell whether it is there. Which of them it has follows from its roles. */
import type { Config } from "../config.ts";
import { keyIdsInUse } from "../db/credentials.ts";
import { allReachable, type GatewayLease, gatewayLease } from "../db/gateways.ts";
import { schemaVersion } from "../db/migrate.ts";
import type { Listener } from "../db/notify.ts";
import type { Db } from "../db/pool.ts";
import { unmovedRegistrations } from "../db/registrations.ts";
import { withNoTenant, withService } from "../db/tenant.ts";
import { AppError } from "../errors.ts";
import type { Reconciler } from "../reconcile/reconciler.ts";
import { fingerprintKeyOpens } from "../vault/fingerprint.ts";
import type { Vault } from "../vault/vault.ts";
import type { EventLoop } from "./event-loop.ts";
import type { Component, Finding } from "./monitor.ts";

export interface HealthSources {
  readonly config: Pick<Config, "mail" | "roles">;
  readonly db: Db;
  readonly vault: Vault;
  /** Null where this process is none. */
  readonly worker: Pick<Reconciler, "gatewayId" | "holdsLease" | "gatewayProblem"> | null;
  readonly notifications: Pick<Listener, "connected">;
  readonly eventLoop: EventLoop;
  /** Whether the gateways can reach this process. */
  readonly internalPortOpen: () => boolean;
}

/** One that was stuck for longer has kept everyone waiting, streams and leases among them. */
const STUCK_MS = 2_000;
/** Looking at every sealed row takes the database a while. */
const KEYS_EVERY_MS = 60_000;

const OK: Finding = { status: "ok" };
const failing = (problem: string, detail?: string): Finding => ({
  status: "failing",
  problem,
  ...(detail !== undefined && { detail }),
});

export function componentsOf(sources: HealthSources): readonly Component[] {
  const { config, db, notifications, eventLoop, worker } = sources;
  const all: Component[] = [
    { name: "database", required: true, look: () => database(db) },
    { name: "schema", required: true, look: () => schema(db) },
    { name: "connections", required: true, look: () => connections(db) },
    { name: "encryption keys", required: false, look: everySoOften(() => keys(sources), KEYS_EVERY_MS) },
    {
      name: "notifications",
      required: false,
      look: () => (notifications.connected() ? OK : failing("what happens is noticed late")),
    },
    { name: "gateway", required: false, look: () => gateway(sources) },
    { name: "event loop", required: false, look: () => stuck(eventLoop.longestDelayMs()) },
  ];
  if (config.roles.has("api")) {
    const detail = config.mail ? "sent by the mail server of SMTP_URL" : "put into the data folder";
    all.push({ name: "mail", required: false, look: () => ({ status: "ok", detail }) });
  }
  if (worker) {
    all.push(
      { name: "lease", required: false, look: () => lease(db, worker) },
      {
        name: "internal port",
        required: false,
        look: () => (sources.internalPortOpen() ? OK : failing("gateways can't ask for credentials")),
      },
    );
  }
  return all;
}

async function database(db: Db): Promise<Finding> {
  try {
    await db.api.query("SELECT");
    return OK;
  } catch (error) {
    return failing("it does not answer", error instanceof Error ? error.message : String(error));
  }
}

async function schema(db: Db): Promise<Finding> {
  const { found, wanted } = await schemaVersion(db.api).catch((error: unknown) => {
    throw new AppError("database_unavailable", { cause: error });
  });
  if (found === wanted) return { ...OK, detail: `at ${found}` };
  return failing("it is another version's", `at ${found}, this program's is ${wanted}`);
}

/** A worker moves what an older version connected, before it answers; see vault/move.ts. */
async function connections(db: Db): Promise<Finding> {
  const left = await withNoTenant(db, unmovedRegistrations);
  return left === 0 ? OK : failing(`${left} are yet to be moved by a worker`);
}

/** Another process may seal with a key that this one was not given. */
async function keys({ db, vault, worker }: HealthSources): Promise<Finding> {
  const lost = worker
    ? (await withService(db, keyIdsInUse)).filter(({ keyId }) => !vault.keyIds.has(keyId))
    : [];
  const opens = await withNoTenant(db, (tx) => fingerprintKeyOpens(tx, vault));
  if (lost.length === 0 && opens !== false) return OK;
  const missing = lost.map(({ keyId, rows }) => `${keyId} (${rows} rows)`).join(", ");
  return failing("one is missing", `not in the settings: ${missing || "the fingerprint key's"}`);
}

async function gateway({ db, worker }: HealthSources): Promise<Finding> {
  const reachable = await withNoTenant(db, allReachable);
  const row = worker ? await withService(db, (tx) => gatewayLease(tx, worker.gatewayId)) : null;
  const watcher = row?.holder ? `watched by ${row.holder}` : "watched by nobody";
  const seen = `last seen ${row?.observedAt?.toISOString() ?? "never"}`;
  const problem = worker?.gatewayProblem();
  const detail = row ? [watcher, seen, ...(problem ? [problem] : [])].join("; ") : undefined;
  return reachable
    ? { ...OK, ...(detail !== undefined && { detail }) }
    : failing("it does not answer", detail);
}

async function lease(db: Db, worker: NonNullable<HealthSources["worker"]>): Promise<Finding> {
  const row: GatewayLease | null = await withService(db, (tx) => gatewayLease(tx, worker.gatewayId));
  if (worker.holdsLease()) return { ...OK, detail: "held by this process" };
  if (row?.holder) return { ...OK, detail: `standing by; held by ${row.holder}` };
  return failing("nobody carries out wishes", "free; this process takes it within seconds");
}

function stuck(longestMs: number): Finding {
  const detail = `longest delay ${longestMs} ms`;
  return longestMs < STUCK_MS ? { ...OK, detail } : failing(`it was stuck for ${longestMs} ms lately`);
}

function everySoOften(look: () => Promise<Finding>, everyMs: number): () => Promise<Finding> {
  let last: { readonly at: number; readonly finding: Finding } | null = null;
  return async () => {
    // What is missing is looked at again at once: somebody waits for it.
    if (last?.finding.status !== "ok" || performance.now() - last.at > everyMs) {
      last = { at: performance.now(), finding: await look() };
    }
    return last.finding;
  };
}
