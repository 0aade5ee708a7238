/**
 * Brings the schema to this program's version at start-up, under an advisory lock, so that any number of processes may
 * start at once. `server/migrations/NNNN_*.sql` run once each, in order; `access.sql` (row-level security, grants) runs
 * again whenever its text or the name of a role changes.
 */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import pg from "pg";
import { AppError } from "../errors.ts";
import type { Secret } from "../secret.ts";
import { asDatabaseError } from "./errors.ts";

const FOLDER = new URL("../../migrations/", import.meta.url);
export const OLDEST_POSTGRES = 15;
/** Any number, as long as no other program on the same database takes it. */
const LOCK = 7_203_400_461;

export interface MigrateOptions {
  readonly ownerUrl: Secret;
  /** Users of DATABASE_URL and DATABASE_SERVICE_URL, to whom the tables are granted. */
  readonly apiRole: string;
  readonly serviceRole: string;
  /** Told in a sentence what is going on. */
  readonly log: (line: string) => void;
}

export interface SchemaVersion {
  readonly wanted: number;
  readonly found: number;
}

/**
 * Throws AppError `database_outdated` (PostgreSQL older than 15), `schema_newer` (a later version of this program was
 * here) and `database_unavailable`.
 */
export async function migrate(options: MigrateOptions): Promise<void> {
  const client = new pg.Client({
    connectionString: options.ownerUrl.reveal(),
    application_name: "cogni-migrate",
    connectionTimeoutMillis: 5_000,
  });
  // The query under way, or the next one, throws the same.
  client.on("error", () => undefined);
  try {
    await client.connect();
    await refuseOldPostgres(client);
    await client.query("SELECT pg_advisory_lock($1)", [LOCK]);
    await apply(client, options);
  } catch (error) {
    throw asDatabaseError(error);
  } finally {
    // Ends the session, and with it the lock.
    await client.end();
  }
}

/** The schema's version in the database, 0 for an empty one, beside the one this program wants. Any role may ask. */
export async function schemaVersion(queryable: Pick<pg.Pool, "query">): Promise<SchemaVersion> {
  const wanted = numberedFiles().at(-1)?.version ?? 0;
  const known = await queryable.query("SELECT FROM pg_tables WHERE tablename = 'schema_migrations'");
  if (known.rowCount === 0) return { wanted, found: 0 };
  const { rows } = await queryable.query<{ version: number }>(
    "SELECT coalesce(max(version), 0) AS version FROM schema_migrations",
  );
  return { wanted, found: rows[0]?.version ?? 0 };
}

/** The server's major version. */
export async function postgresVersion(queryable: Pick<pg.Pool, "query">): Promise<number> {
  const { rows } = await queryable.query<{ version: number }>(
    "SELECT current_setting('server_version_num')::integer / 10000 AS version",
  );
  return rows[0]?.version ?? 0;
}

async function refuseOldPostgres(client: pg.Client): Promise<void> {
  const version = await postgresVersion(client);
  if (version >= OLDEST_POSTGRES) return;
  throw new AppError("database_outdated", {
    detail: `PostgreSQL ${version} is too old; ${OLDEST_POSTGRES} or later is needed.`,
  });
}

async function apply(
  client: pg.Client,
  { ownerUrl, apiRole, serviceRole, log }: MigrateOptions,
): Promise<void> {
  // Version 0 is access.sql, by the hash of its text and the roles' names.
  await client.query(`CREATE TABLE IF NOT EXISTS schema_migrations (
    version integer PRIMARY KEY, name text NOT NULL, hash text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`);
  const { rows } = await client.query<{ version: number; hash: string }>(
    "SELECT version, hash FROM schema_migrations ORDER BY version",
  );
  const applied = new Map(rows.map((row) => [row.version, row.hash]));
  const files = numberedFiles();
  const newest = files.at(-1)?.version ?? 0;
  const found = Math.max(0, ...applied.keys());
  if (found > newest) {
    throw new AppError("schema_newer", {
      detail: `The database is at schema ${found}, this program knows up to ${newest}. Start the newer version.`,
    });
  }

  const record = `INSERT INTO schema_migrations (version, name, hash) VALUES ($1, $2, $3)
    ON CONFLICT (version) DO UPDATE SET hash = excluded.hash, applied_at = now()`;
  for (const { version, name } of files) {
    if (applied.has(version)) continue;
    const sql = readFileSync(new URL(name, FOLDER), "utf8");
    log(`database schema: ${name}`);
    await inTransaction(client, async () => {
      await client.query(sql);
      await client.query(record, [version, name, hashOf(sql)]);
    });
  }
  const ownerRole = new URL(ownerUrl.reveal()).username;
  const roles = { api: apiRole, service: serviceRole, owner: decodeURIComponent(ownerRole) };
  const access = accessSql(roles);
  if (applied.get(0) === hashOf(access)) return;
  log("database schema: access.sql");
  await inTransaction(client, async () => {
    await client.query(access);
    await client.query(record, [0, "access.sql", hashOf(access)]);
  });
}

function accessSql(roles: {
  readonly api: string;
  readonly service: string;
  readonly owner: string;
}): string {
  return readFileSync(new URL("access.sql", FOLDER), "utf8").replace(
    /:(api|service|owner)\b/g,
    (_, role: keyof typeof roles) => pg.escapeIdentifier(roles[role]),
  );
}

function numberedFiles(): { version: number; name: string }[] {
  return readdirSync(FOLDER)
    .filter((name) => /^\d{4}_.+\.sql$/.test(name))
    .sort()
    .map((name) => ({ version: Number(name.slice(0, 4)), name }));
}

async function inTransaction(client: pg.Client, work: () => Promise<void>): Promise<void> {
  await client.query("BEGIN");
  try {
    await work();
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  }
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
