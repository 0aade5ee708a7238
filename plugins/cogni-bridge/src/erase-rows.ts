/**
 * A tenant's rows in the databases that the gateway keeps for all: messages that were cached, queued or answered, its own audit,
 * what it noted of config writes. Found by the agent's id, in whichever table and column it stands, for the tables change
 * with each version.
 */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { mentions } from "./erase-files.ts";

/** One row of these is for all tenants, or holds no more than that something was there. */
const KEPT = /^(sqlite_|schema_|migration_|config_|device_)/;
/** Above this size a database is not written anew, which would hold the gateway up for longer than half a second. */
const COMPACT_BYTES = 64 * 1024 * 1024;
const ATTEMPTS = 20;
const PAUSE_MS = 100;

/** @returns how many rows were removed. @throws Error where a database is busy for long */
export async function eraseRows(state: string, agentId: string): Promise<number> {
  const folder = join(state, "state");
  const files = (await readdir(folder, { withFileTypes: true })).filter(
    (entry) => entry.isFile() && entry.name.endsWith(".sqlite"),
  );
  let erased = 0;
  for (const { name } of files) erased += await unlessBusy(() => eraseFrom(join(folder, name), agentId));
  return erased;
}

/** The gateway's own connections are of this thread, too: to wait in the database would be to wait for oneself. */
async function unlessBusy<T>(run: () => T): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return run();
    } catch (error) {
      const busy = error instanceof Error && /database (table )?is locked|busy/i.test(error.message);
      if (!busy || attempt === ATTEMPTS) throw error;
      await sleep(PAUSE_MS);
    }
  }
}

function eraseFrom(file: string, agentId: string): number {
  using database = new DatabaseSync(file);
  database.exec("PRAGMA secure_delete = ON");
  database.function("mentions_agent", { deterministic: true }, (value) => {
    const text = value instanceof Uint8Array ? Buffer.from(value).toString("latin1") : value;
    return typeof text === "string" && mentions(text, agentId) ? 1 : 0;
  });
  let erased = 0;
  database.exec("BEGIN IMMEDIATE");
  try {
    for (const table of tablesOf(database)) {
      const where = columnsOf(database, table).map((column) => `mentions_agent(${quoted(column)})`);
      if (where.length === 0) continue;
      const { changes } = database.prepare(`DELETE FROM ${quoted(table)} WHERE ${where.join(" OR ")}`).run();
      erased += Number(changes);
    }
    database.exec("COMMIT");
  } catch (error) {
    database.exec("ROLLBACK");
    throw error;
  }
  compact(database);
  return erased;
}

/** What the gateway removed before, such as a message that was delivered, still stands in the file's free places. */
function compact(database: DatabaseSync): void {
  const size = database
    .prepare("SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size")
    .get();
  if (Number(size?.bytes) <= COMPACT_BYTES) database.exec("VACUUM");
  else database.exec("PRAGMA incremental_vacuum");
  database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
}

function tablesOf(database: DatabaseSync): string[] {
  const rows = database
    .prepare("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'")
    .all();
  return rows.map(({ name }) => String(name)).filter((name) => !KEPT.test(name));
}

/** Those that may hold text. */
function columnsOf(database: DatabaseSync, table: string): string[] {
  const rows = database.prepare("SELECT name, type FROM pragma_table_info(?)").all(table);
  return rows.filter(({ type }) => !/INT|REAL/i.test(String(type))).map(({ name }) => String(name));
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
