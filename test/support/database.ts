/** The world's database, past every wall: what a test checks, or damages, where no API shows it. */
import pg from "pg";
import type { WorldDescription } from "../../dev-env/src/world-client.ts";

export interface Database {
  query<T extends object = Record<string, unknown>>(sql: string, values?: unknown[]): Promise<T[]>;
}

/** One connection for each query, so that a database that is killed meanwhile breaks nobody. */
export function databaseOf(
  world: Pick<WorldDescription, "env">,
  url = world.env.DATABASE_SERVICE_URL,
): Database {
  return {
    async query<T extends object>(sql: string, values: unknown[] = []) {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      try {
        const { rows } = await client.query<T>(sql, values);
        return rows;
      } finally {
        await client.end();
      }
    },
  };
}
