/** An installation as an older version left it: rows in channel_registrations, sealed as that version did. */
import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { type BillingAccountId, type ChannelId, channelIdSchema } from "@cogni/contract";
import pg from "pg";
import type { Vault } from "../../src/vault/vault.ts";
import { asSuperuser, CHANNEL, type TestDatabase } from "./database.ts";
import { API_ROLE, SERVICE_ROLE } from "./names.ts";

export interface OldRow {
  readonly id: string;
  readonly billingAccountId: BillingAccountId;
  readonly channel: ChannelId;
  readonly credential: Readonly<Record<string, string>> | null;
}

interface Wanted {
  readonly channel?: string;
  /** Null: a session, which has none. */
  readonly credential?: Readonly<Record<string, string>> | null;
  /** What else stands in the row, by its column. */
  readonly columns?: Readonly<Record<string, unknown>>;
}

export async function addOldRow(
  database: TestDatabase,
  vault: Vault,
  billingAccountId: BillingAccountId,
  { channel: named = CHANNEL, credential = { botToken: "1:A" }, columns = {} }: Wanted = {},
): Promise<OldRow> {
  const id = randomUUID();
  const channel = channelIdSchema.parse(named);
  const sealed = credential && vault.seal(credential, { billingAccountId, registrationId: id, channel });
  const row: Record<string, unknown> = {
    id,
    billing_account_id: billingAccountId,
    channel,
    account_id: `tenant-${billingAccountId}`,
    credential_type: credential ? "bot_token" : "state_dir",
    encrypted_credential: sealed && Buffer.from(sealed),
    encryption_key_id: sealed && vault.keyIdOf(sealed),
    credential_version: 1,
    desired_state: "connected",
    ...columns,
  };
  const names = Object.keys(row);
  await asSuperuser(
    database,
    `INSERT INTO channel_registrations (${names.join(", ")}) VALUES (${names.map((_, index) => `$${index + 1}`).join(", ")})`,
    Object.values(row),
  );
  return { id, billingAccountId, channel, credential };
}

/** Closed, as the version before did it. */
export const CLOSED = {
  desired_state: "disconnected",
  encrypted_credential: null,
  encryption_key_id: null,
  disconnected_at: new Date("2026-05-01T00:00:00Z"),
} as const;

/** Brings an empty database to the schema before there were connections, with what its service role could read. */
export async function migrateToOldSchema(database: TestDatabase): Promise<void> {
  const folder = new URL("../../migrations/", import.meta.url);
  const client = new pg.Client({ connectionString: database.ownerUrl });
  await client.connect();
  try {
    await client.query(`CREATE TABLE schema_migrations (
      version integer PRIMARY KEY, name text NOT NULL, hash text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`);
    for (const name of readdirSync(folder).sort()) {
      const version = Number(/^(\d{4})_/.exec(name)?.[1] ?? Number.NaN);
      if (!(version < 15)) continue;
      await client.query(readFileSync(new URL(name, folder), "utf8"));
      await client.query("INSERT INTO schema_migrations VALUES ($1, $2, '')", [version, name]);
    }
    await client.query(`GRANT USAGE ON SCHEMA public TO ${API_ROLE}, ${SERVICE_ROLE};
      GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${API_ROLE}, ${SERVICE_ROLE}`);
  } finally {
    await client.end();
  }
}
