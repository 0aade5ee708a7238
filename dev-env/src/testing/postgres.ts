/** A PostgreSQL for one test run: in a temporary folder, quicker because nothing on it needs to survive a power cut. */
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Postgres, startPostgres } from "../postgres.ts";

const QUICK = { fsync: "off", synchronous_commit: "off", full_page_writes: "off", max_connections: "300" };

export interface TestPostgres extends Postgres {
  /** For starting it again after it was stopped or killed. */
  readonly dataDir: string;
  /** Stops it and deletes its folder. */
  remove(): Promise<void>;
}

export async function startTestPostgres(
  log: (line: string) => void = () => undefined,
): Promise<TestPostgres> {
  const folder = mkdtempSync(join(tmpdir(), "cogni-postgres-"));
  // Root runs the server as another user, who has to pass through here.
  chmodSync(folder, 0o755);
  const dataDir = join(folder, "postgres");
  const postgres = await startPostgres({ dataDir, settings: QUICK, log });
  return {
    ...postgres,
    dataDir,
    async remove() {
      await postgres.stop();
      for (const path of [folder, dirname(postgres.logFile)]) rmSync(path, { recursive: true, force: true });
    },
  };
}
