/** The audit as chains: where each begins and ends, and its rows in their order (0016_audit_chain.sql). */
import type { ServiceTx } from "./tenant.ts";

/** Where a chain begins and ends. */
export interface AuditHead {
  /** “platform”, “tenant/<id>” or “erased/<pseudonym>”. */
  readonly chain: string;
  readonly genesis: Uint8Array;
  readonly salt: string | null;
  readonly seal: Uint8Array | null;
  readonly seq: number;
  readonly hash: Uint8Array;
  readonly anchorSeq: number;
  readonly anchorHash: Uint8Array;
}

export interface ChainedRow {
  readonly id: string;
  readonly seq: number;
  readonly hash: Uint8Array;
  /** Since 1970, as exactly as the database keeps it. */
  readonly atMicros: bigint;
  readonly actor: { readonly kind: string | null; readonly id: string | null };
  /** Whether the actor has these two words and no others. */
  readonly plain: boolean;
  readonly action: string;
  readonly channel: string | null;
  readonly outcome: string;
  readonly subject: string | null;
  readonly accountId: string | null;
  readonly remoteAddress: string | null;
  readonly requestId: string | null;
  /** UUIDs; null for what was erased. */
  readonly salts: readonly (string | null)[];
  readonly commitments: readonly Uint8Array[];
  readonly seal: Uint8Array | null;
}

type Row<T> = T & Record<string, unknown>;

const HEAD = `chain, genesis, salt, seal, seq, hash, anchor_seq AS "anchorSeq", anchor_hash AS "anchorHash"`;

/** Up to `limit` of them, by name, after the one that is named. */
export function headsAfter(tx: ServiceTx, after: string, limit: number): Promise<AuditHead[]> {
  return tx.query<Row<AuditHead>>(
    `SELECT ${HEAD} FROM audit_heads WHERE chain > $1 ORDER BY chain LIMIT $2`,
    [after, limit],
  );
}

export async function headOf(tx: ServiceTx, chain: string): Promise<AuditHead | null> {
  const rows = await tx.query<Row<AuditHead>>(`SELECT ${HEAD} FROM audit_heads WHERE chain = $1`, [chain]);
  return rows[0] ?? null;
}

/** How many rows all chains should have. */
export async function countChained(tx: ServiceTx): Promise<{ chains: number; rows: number }> {
  const [counted] = await tx.query<{ chains: number; rows: number }>(
    "SELECT count(*) AS chains, coalesce(sum(seq - anchor_seq), 0)::bigint AS rows FROM audit_heads",
  );
  return counted ?? { chains: 0, rows: 0 };
}

/** Chains that have rows and no head, which only someone's hand can bring about. */
export async function headlessChains(tx: ServiceTx): Promise<string[]> {
  const rows = await tx.query<{ chain: string }>(
    `SELECT named.chain FROM (
       SELECT 'platform' AS chain WHERE EXISTS (SELECT FROM platform_audit_log)
       UNION ALL
       SELECT 'tenant/' || b.id FROM billing_accounts b
         WHERE EXISTS (SELECT FROM audit_log a WHERE a.billing_account_id = b.id)
       UNION ALL
       SELECT DISTINCT 'erased/' || e.pseudonym FROM erased_audit_log e WHERE e.seq IS NOT NULL
     ) named WHERE NOT EXISTS (SELECT FROM audit_heads h WHERE h.chain = named.chain
       -- Of a tenant that is being erased, some rows have moved, and the chain has not.
       OR named.chain LIKE 'erased/%' AND EXISTS (SELECT FROM tenant_deletions))
     ORDER BY named.chain`,
  );
  return rows.map(({ chain }) => chain);
}

/** Where the rows of a chain are: a tenant's, while it is being erased, under its pseudonym, too. */
export interface ChainPlace {
  readonly tenant: string | null;
  readonly pseudonym: string | null;
}

const COMMON = `seq, hash, (extract(epoch FROM at) * 1000000)::bigint::text AS "atMicros", actor->>'kind' AS kind,
  actor->>'id' AS "actorId", actor = jsonb_build_object('kind', actor->>'kind', 'id', actor->>'id') AS plain,
  action, outcome, subject, salts, commitments, seal`;
const TENANTS = `id::text, ${COMMON}, channel, account_id AS "accountId", remote_address AS "remoteAddress",
  request_id AS "requestId"`;
const PLATFORMS = `id::text, ${COMMON}, NULL AS channel, NULL AS "accountId", remote_address AS "remoteAddress",
  request_id AS "requestId"`;
const ERASED = `id::text, ${COMMON}, channel, NULL AS "accountId", NULL AS "remoteAddress", NULL AS "requestId"`;

/** Up to `limit` rows behind the one that is named, in their order. */
export async function rowsAfter(
  tx: ServiceTx,
  { tenant, pseudonym }: ChainPlace,
  after: { readonly seq: number; readonly id: string },
  limit: number,
): Promise<ChainedRow[]> {
  const page = "(seq, id) > ($1, $2::bigint) ORDER BY seq, id LIMIT $3";
  const values = [after.seq, after.id, limit];
  const rows =
    tenant === null && pseudonym === null
      ? await tx.query<RawRow>(`SELECT ${PLATFORMS} FROM platform_audit_log WHERE ${page}`, values)
      : await tx.query<RawRow>(
          `(SELECT ${TENANTS} FROM audit_log WHERE billing_account_id = $4 AND ${page})
           UNION ALL (SELECT ${ERASED} FROM erased_audit_log WHERE pseudonym = $5 AND ${page})
           ORDER BY seq LIMIT $3`,
          [...values, tenant, pseudonym],
        );
  return rows.map(({ kind, actorId, atMicros, ...row }) => ({
    ...row,
    actor: { kind, id: actorId },
    atMicros: BigInt(atMicros),
  }));
}

interface RawRow extends Omit<ChainedRow, "actor" | "atMicros">, Record<string, unknown> {
  readonly kind: string | null;
  readonly actorId: string | null;
  readonly atMicros: string;
}

/** Of the first statement of a transaction: every query of it sees the same moment. */
export async function atOneMoment(tx: ServiceTx): Promise<void> {
  await tx.query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
}

/** Drops what of a tenant's chain or the platform's is older; how many rows. See access.sql. */
export async function dropOld(
  tx: ServiceTx,
  chain: string,
  keepDays: number,
  spanDays: number | null,
): Promise<number> {
  const [answer] = await tx.query<{ dropped: number }>('SELECT drop_old_audit($1, $2, $3) AS "dropped"', [
    chain,
    keepDays,
    spanDays,
  ]);
  return answer?.dropped ?? 0;
}

/** The same of a tenant that was erased. */
export async function dropErased(tx: ServiceTx, pseudonym: string, keepDays: number): Promise<number> {
  const [answer] = await tx.query<{ dropped: number }>('SELECT drop_erased_audit($1, $2) AS "dropped"', [
    pseudonym,
    keepDays,
  ]);
  return answer?.dropped ?? 0;
}

/** Erased tenants whose rows are from before there were chains. */
export async function unchainedErased(tx: ServiceTx): Promise<string[]> {
  const rows = await tx.query<{ pseudonym: string }>(
    "SELECT DISTINCT pseudonym FROM erased_audit_log WHERE seq IS NULL ORDER BY pseudonym",
  );
  return rows.map(({ pseudonym }) => pseudonym);
}
