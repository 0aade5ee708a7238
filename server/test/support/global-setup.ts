/** One PostgreSQL for the whole run, with a migrated database from which every test file gets a copy. */
import pg from "pg";
import type { TestProject } from "vitest/node";
import { DATABASE } from "../../../dev-env/src/postgres.ts";
import { startTestPostgres } from "../../../dev-env/src/testing/postgres.ts";
import { migrate } from "../../src/db/migrate.ts";
import { Secret } from "../../src/secret.ts";
import { API_ROLE, SERVICE_ROLE, TEMPLATE } from "./names.ts";

declare module "vitest" {
  interface ProvidedContext {
    postgres: { ownerUrl: string; apiUrl: string; serviceUrl: string; superuserUrl: string };
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const postgres = await startTestPostgres();
  await migrate({
    ownerUrl: new Secret(postgres.ownerUrl),
    apiRole: API_ROLE,
    serviceRole: SERVICE_ROLE,
    log: () => undefined,
  });
  const client = new pg.Client({ connectionString: postgres.superuserUrl });
  await client.connect();
  await client.query(`ALTER DATABASE ${DATABASE} RENAME TO ${TEMPLATE}`);
  await client.end();
  const { ownerUrl, apiUrl, serviceUrl, superuserUrl } = postgres;
  project.provide("postgres", { ownerUrl, apiUrl, serviceUrl, superuserUrl });
  return () => postgres.remove();
}
