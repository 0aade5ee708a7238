/** A database of one's own for a test file: a copy of the migrated template, so that files can run side by side. */
import { randomBytes } from "node:crypto";
import { type BillingAccountId, billingAccountIdSchema, channelIdSchema } from "@cogni/contract";
import pg from "pg";
import { inject } from "vitest";
import { createBillingAccount } from "../../src/db/billing-accounts.ts";
import { upsertGateway } from "../../src/db/gateways.ts";
import { createPools, type Db } from "../../src/db/pool.ts";
import { withService } from "../../src/db/tenant.ts";
import { Secret } from "../../src/secret.ts";
import { TEMPLATE } from "./names.ts";

export interface TestDatabase {
  readonly db: Db;
  readonly ownerUrl: string;
  readonly apiUrl: string;
  readonly serviceUrl: string;
  /** The cluster's superuser, on this database: for looking behind the wall. */
  readonly superuserUrl: string;
  drop(): Promise<void>;
}

export const silent = { warn: () => undefined };

/** @param template null: an empty database, without a schema */
export async function testDatabase(template: string | null = TEMPLATE): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString("hex")}`;
  const urls = inject("postgres");
  const admin = async (sql: string) => {
    const client = new pg.Client({ connectionString: urls.superuserUrl });
    await client.connect();
    try {
      await client.query(sql);
    } finally {
      await client.end();
    }
  };
  await admin(
    `CREATE DATABASE ${name} OWNER cogni_owner ${template ? `TEMPLATE ${template} STRATEGY FILE_COPY` : ""}`,
  );
  const here = (url: string) => Object.assign(new URL(url), { pathname: `/${name}` }).href;
  const [apiUrl, serviceUrl] = [here(urls.apiUrl), here(urls.serviceUrl)];
  const db = createPools({ apiUrl: new Secret(apiUrl), serviceUrl: new Secret(serviceUrl) }, silent);
  return {
    db,
    ownerUrl: here(urls.ownerUrl),
    apiUrl,
    serviceUrl,
    superuserUrl: here(urls.superuserUrl),
    async drop() {
      await db.close();
      await admin(`DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

/** Runs SQL behind the wall, as the superuser. */
export async function asSuperuser(
  database: TestDatabase,
  sql: string,
  values: unknown[] = [],
): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: database.superuserUrl });
  await client.connect();
  try {
    return (await client.query(sql, values)).rows;
  } finally {
    await client.end();
  }
}

export const GATEWAY = "shared";
export const CHANNEL = channelIdSchema.parse("telegram");

/** A gateway, and tenants placed on it: their ids, one for each name given. */
export async function tenants<Names extends string[]>(
  db: Db,
  ...names: Names
): Promise<{ [Index in keyof Names]: BillingAccountId }> {
  const parsed = names.map((name) => billingAccountIdSchema.parse(name));
  await withService(db, async (tx) => {
    await upsertGateway(tx, {
      id: GATEWAY,
      url: "ws://127.0.0.1:1",
      tokenHash: Buffer.alloc(32, 1),
      models: ["echo", "small"],
    });
    for (const id of parsed) await createBillingAccount(tx, { id, name: id.toUpperCase() });
  });
  return parsed as { [Index in keyof Names]: BillingAccountId };
}
