/**
 * The connections. Two pools, one per role: the API's, which sees one tenant at a time, and the service's, which an
 * API-only process does not have. A pool opens its connections anew after the database was away.
 */
import pg from "pg";
import { AppError } from "../errors.ts";
import type { Secret } from "../secret.ts";

/** `bigint` as a number: versions and counters stay far below 2^53. */
const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: "text" | "binary") =>
    oid === pg.types.builtins.INT8
      ? Number
      : pg.types.getTypeParser(oid, format ?? "text")) as typeof pg.types.getTypeParser,
};

const TIMEOUTS = {
  /** A database that does not take a connection within this is down; so long, too, waits who finds all of them in use. */
  connectionTimeoutMillis: 5_000,
  statement_timeout: 10_000,
  /** Longer than the server's own, so that this one only meets a server that is gone. */
  query_timeout: 12_000,
  idle_in_transaction_session_timeout: 30_000,
};

export interface PoolSettings {
  readonly apiUrl: Secret;
  /** Null in a process that only serves the API. */
  readonly serviceUrl: Secret | null;
}

/** Told of connections that broke while nobody used them. */
export interface DbLog {
  warn(details: object, message: string): void;
}

export interface Db {
  readonly api: pg.Pool;
  /** Throws where this process has no service role. */
  readonly service: pg.Pool;
  /** How each pool is used just now. */
  loads(): readonly PoolLoad[];
  close(): Promise<void>;
}

export interface PoolLoad {
  readonly pool: string;
  /** In someone's hands, and open in all. */
  readonly used: number;
  readonly open: number;
  readonly max: number;
  /** Who waits for one. */
  readonly waiting: number;
}

/** Opens nothing yet: the first query does, so a database that is down does not keep the process from starting. */
export function createPools(settings: PoolSettings, log: DbLog): Db {
  const api = createPool(settings.apiUrl, "api", log);
  const service = settings.serviceUrl && createPool(settings.serviceUrl, "service", log);
  return {
    api,
    get service(): pg.Pool {
      if (!service)
        throw new AppError("internal_error", { cause: new Error("DATABASE_SERVICE_URL is not set here") });
      return service;
    },
    loads: () => [loadOf("api", api), ...(service ? [loadOf("service", service)] : [])],
    close: async () => {
      await Promise.all([api.end(), service?.end()]);
    },
  };
}

function loadOf(pool: string, { totalCount, idleCount, waitingCount, options }: pg.Pool): PoolLoad {
  return { pool, used: totalCount - idleCount, open: totalCount, max: options.max, waiting: waitingCount };
}

function createPool(url: Secret, name: string, log: DbLog): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url.reveal(),
    application_name: `cogni-${name}`,
    // Lets BEGIN, the tenant and the first query travel together: see tenant.ts.
    pipeline: true,
    max: 16,
    keepAlive: true,
    types,
    ...TIMEOUTS,
  });
  // One that breaks in someone's hands fails their query, which tells; and it may break once more after it was given up. Without
  // a listener either would end the process.
  pool.on("connect", (client) => client.on("error", () => undefined));
  pool.on("error", (error) => log.warn({ pool: name, reason: error.message }, "a database connection broke"));
  return pool;
}
