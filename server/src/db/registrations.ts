/**
 * The table that connections were kept in before (0015_connections.sql): read, copied and emptied by vault/move.ts, and used by
 * nothing else. It is reached through functions, so that an older program finds nothing there and says so.
 */
import type { BillingAccountId, ChannelId } from "@cogni/contract";
import { providerOf } from "./connections.ts";
import { FIRST_ID } from "./credentials.ts";
import type { ServiceTx, Tx } from "./tenant.ts";

export interface Registration {
  readonly id: string;
  readonly billingAccountId: BillingAccountId;
  readonly channel: ChannelId;
  readonly type: "bot_token" | "oauth_token" | "state_dir";
  readonly version: number;
  /** Null for a session, and for what is closed. */
  readonly sealed: Uint8Array | null;
}

/** A registration with its credential sealed for the connection that it becomes. */
export interface Resealed extends Registration {
  /** Null where there is none, or none that opens. */
  readonly resealed: { readonly sealed: Uint8Array; readonly keyId: string } | null;
}

/** How many have not been moved. Of any role; see access.sql. */
export async function unmovedRegistrations(tx: Tx): Promise<number> {
  const rows = await tx.query<{ left: number }>("SELECT unmoved_registrations() AS left");
  return rows[0]?.left ?? 0;
}

/** Nobody else moves any until the transaction ends, and what an older program was just writing has been written. */
export async function lockRegistrations(tx: ServiceTx): Promise<void> {
  await tx.query("LOCK TABLE channel_registrations IN SHARE ROW EXCLUSIVE MODE");
}

/** From where the rows are read: before 0015_connections.sql the table itself, where nothing is changed yet. */
export type Source = "table" | "function";

/** The next ones after `afterId`. */
export function registrationsAfter(
  tx: ServiceTx,
  afterId: string,
  limit: number,
  source: Source = "function",
): Promise<Registration[]> {
  const rows =
    source === "function"
      ? "registrations_after($1, $2) r"
      : "(SELECT * FROM channel_registrations WHERE id > $1 ORDER BY id LIMIT $2) r";
  return tx.query<Registration & Record<string, unknown>>(
    `SELECT r.id, r.billing_account_id AS "billingAccountId", r.channel, r.credential_type AS type,
       r.credential_version AS version, r.encrypted_credential AS sealed
     FROM ${rows} ORDER BY r.id`,
    [afterId, limit],
  );
}

/** SQL: by whom the latest such act up to then was, as far as the audit goes back. */
const lastAct = (action: string) => `LEFT JOIN LATERAL (
    SELECT a.actor, a.at FROM audit_log a
    WHERE a.billing_account_id = r.billing_account_id AND a.channel = r.channel AND a.action = '${action}'
      AND a.outcome = 'requested' AND a.at <= coalesce(r.disconnected_at, now())
    ORDER BY a.seq DESC LIMIT 1)`;

/**
 * Copies them as they stand: version, fingerprint and generations too, so that the gateway has nothing to do. A credential that
 * does not open needs a person, like one that was forgotten; it is put in when it opens after all, unless its tenant has wished
 * for something else by then.
 * @param afterId from where they were read
 */
export async function copyRegistrations(
  tx: ServiceTx,
  afterId: string,
  rows: readonly Resealed[],
): Promise<void> {
  await tx.query(
    `INSERT INTO connections AS c (id, billing_account_id, provider, account_id, display_name, credential_type,
       encrypted_credentials, encryption_key_id, credential_version, credential_fingerprint, created_by, created_at,
       revoked_at, revoked_by, desired_state, access, generation, settled_generation, outcome, wished_at, connected_at)
     SELECT r.id, r.billing_account_id, m.provider, r.account_id, r.display_name,
       CASE r.credential_type WHEN 'state_dir' THEN 'channel_session' ELSE 'bot_token' END,
       m.sealed, m.key_id, r.credential_version, r.credential_fingerprint,
       coalesce(made.actor, $8), coalesce(made.at, r.wished_at), r.disconnected_at,
       CASE WHEN r.desired_state = 'disconnected' OR r.disconnected_at IS NOT NULL THEN coalesce(ended.actor, $8) END,
       r.desired_state, r.access, r.generation,
       CASE WHEN m.unreadable AND r.desired_state = 'connected' THEN r.generation ELSE r.settled_generation END,
       CASE WHEN m.unreadable AND r.desired_state = 'connected' THEN 'credential_unreadable'
         WHEN m.sealed IS NOT NULL THEN nullif(r.outcome, 'credential_unreadable') ELSE r.outcome END,
       r.wished_at, r.connected_at
     FROM registrations_after($1, $2) r
     JOIN unnest($3::uuid[], $4::text[], $5::bytea[], $6::text[], $7::boolean[])
       AS m (id, provider, sealed, key_id, unreadable) ON m.id = r.id
     ${lastAct("channel.connect")} made ON true
     ${lastAct("channel.disconnect")} ended ON true
     ON CONFLICT (id) DO UPDATE SET encrypted_credentials = excluded.encrypted_credentials,
       encryption_key_id = excluded.encryption_key_id, settled_generation = excluded.settled_generation,
       outcome = excluded.outcome
     WHERE excluded.encrypted_credentials IS NOT NULL AND c.encrypted_credentials IS NULL AND c.revoked_at IS NULL
       AND c.credential_version = excluded.credential_version AND c.generation = excluded.generation`,
    [
      afterId,
      rows.length,
      rows.map(({ id }) => id),
      rows.map(({ channel }) => providerOf(channel)),
      rows.map(({ resealed }) => resealed?.sealed ?? null),
      rows.map(({ resealed }) => resealed?.keyId ?? null),
      rows.map(isUnreadable),
      JSON.stringify({ kind: "system", id: "move" }),
    ],
  );
}

export function isUnreadable({ sealed, resealed }: Resealed): boolean {
  return sealed !== null && resealed === null;
}

/** What of these stands in the new table now, by id. */
export async function copiedCredentials(
  tx: ServiceTx,
  ids: readonly string[],
): Promise<ReadonlyMap<string, { readonly version: number; readonly sealed: Uint8Array | null }>> {
  const rows = await tx.query<{ id: string; version: number; sealed: Uint8Array | null }>(
    `SELECT id, credential_version AS version, encrypted_credentials AS sealed FROM connections WHERE id = ANY ($1::uuid[])`,
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** Which of these connections were given no credential since. */
export async function stillWithout(tx: ServiceTx, ids: readonly string[]): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    "SELECT id FROM connections WHERE id = ANY ($1::uuid[]) AND encrypted_credentials IS NULL AND revoked_at IS NULL",
    [ids],
  );
  return rows.map(({ id }) => id);
}

/** None that has no copy, whatever is asked. */
export async function deleteRegistrations(tx: ServiceTx, ids: readonly string[]): Promise<void> {
  await tx.query(
    `DELETE FROM channel_registrations r
     WHERE r.id = ANY ($1::uuid[]) AND EXISTS (SELECT FROM connections c WHERE c.id = r.id)`,
    [ids],
  );
}

export interface TableCount {
  readonly type: string;
  readonly rows: number;
  readonly closed: number;
  readonly tenants: number;
}

/** What stands there, by type. */
export function countRegistrations(tx: ServiceTx, source: Source): Promise<TableCount[]> {
  const rows = source === "function" ? `registrations_after('${FIRST_ID}', NULL)` : "channel_registrations";
  return count(tx, rows, "disconnected_at");
}

/** The same of the table that they go to, as far as it holds channels. */
export function countConnections(tx: ServiceTx): Promise<TableCount[]> {
  return count(tx, "(SELECT * FROM connections WHERE channel IS NOT NULL)", "revoked_at");
}

function count(tx: ServiceTx, rows: string, closedAt: string): Promise<TableCount[]> {
  return tx.query<TableCount & Record<string, unknown>>(
    `SELECT credential_type AS type, count(*)::integer AS rows, count(${closedAt})::integer AS closed,
       count(DISTINCT billing_account_id)::integer AS tenants
     FROM ${rows} r GROUP BY 1 ORDER BY 1`,
  );
}
