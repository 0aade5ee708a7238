/** API keys: `cck_` and 256 random bits, of which only the SHA-256 is kept. */
import { createHash, randomBytes } from "node:crypto";
import type { BillingAccountId, KeyScope } from "@cogni/contract";
import { Secret } from "../secret.ts";
import { asDatabaseError } from "./errors.ts";
import type { Db } from "./pool.ts";
import type { TenantTx, WalledTx } from "./tenant.ts";

export interface ApiKey {
  readonly id: string;
  readonly name: string;
  /** By which a person recognises it. */
  readonly prefix: string;
  readonly scopes: readonly KeyScope[];
  readonly createdAt: Date;
  /** Null: the operator. The name is null once the person or key is gone. */
  readonly createdBy: { readonly kind: "person" | "key"; readonly name: string | null } | null;
  /** To the minute. */
  readonly lastUsedAt: Date | null;
  readonly expiresAt: Date | null;
}

export interface NewApiKey {
  readonly billingAccountId: BillingAccountId;
  readonly name: string;
  readonly scopes: readonly KeyScope[];
  /** Null: until it is revoked. */
  readonly expiresAt: Date | null;
  /** Null for a key of the operator. */
  readonly createdBy: { readonly kind: "person" | "key"; readonly id: string } | null;
}

export interface KeyHolder {
  readonly keyId: string;
  readonly keyName: string;
  readonly billingAccountId: BillingAccountId;
  readonly scopes: readonly KeyScope[];
  /** Of a tenant that is suspended. */
  readonly suspended: boolean;
}

const PREFIX = "cck_";

/** The key is in the answer and nowhere else: it can't be told a second time. */
export async function createApiKey(
  tx: WalledTx,
  { billingAccountId, name, scopes, expiresAt, createdBy }: NewApiKey,
): Promise<{ id: string; key: Secret }> {
  const key = PREFIX + randomBytes(32).toString("base64url");
  const rows = await tx.query<{ id: string }>(
    `INSERT INTO api_keys (billing_account_id, name, prefix, key_hash, scopes, expires_at, created_by)
     VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id`,
    [
      billingAccountId,
      name,
      key.slice(0, PREFIX.length + 6),
      hashOf(key),
      scopes,
      expiresAt,
      createdBy && JSON.stringify(createdBy),
    ],
  );
  return { id: rows[0]?.id ?? "", key: new Secret(key) };
}

/** Whose key it is, before any tenant is known; null for one that is unknown, revoked, or of a tenant that is being deleted. */
export async function lookUpApiKey(db: Db, key: string): Promise<KeyHolder | null> {
  if (!key.startsWith(PREFIX)) return null;
  try {
    const { rows } = await db.api.query<KeyHolder>({
      name: "lookup_api_key",
      text: `SELECT id AS "keyId", name AS "keyName", billing_account_id AS "billingAccountId", scopes, status = 'suspended' AS suspended
        FROM lookup_api_key($1)`,
      values: [hashOf(key)],
    });
    return rows[0] ?? null;
  } catch (error) {
    throw asDatabaseError(error);
  }
}

/** Remembers that the key was used; at most one write a minute for each key. */
export async function touchApiKey(tx: TenantTx, id: string): Promise<void> {
  await tx.query(
    `UPDATE api_keys SET last_used_at = now()
     WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')`,
    [id],
  );
}

/** False where the tenant has no such living key. */
export async function revokeApiKey(tx: TenantTx, id: string): Promise<boolean> {
  const rows = await tx.query(
    "UPDATE api_keys SET revoked_at = now() WHERE id = $1 AND revoked_at IS NULL RETURNING id",
    [id],
  );
  return rows.length > 0;
}

const COLUMNS = `id, name, prefix, scopes, created_at AS "createdAt", last_used_at AS "lastUsedAt",
  expires_at AS "expiresAt",
  CASE WHEN created_by IS NOT NULL THEN jsonb_build_object('kind', created_by->>'kind', 'name', CASE created_by->>'kind'
    WHEN 'person' THEN (SELECT u.name FROM auth."user" u WHERE u.id = api_keys.created_by->>'id')
    ELSE (SELECT k.name FROM api_keys k WHERE k.id::text = api_keys.created_by->>'id')
  END) END AS "createdBy"`;
const LIVES = "revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $1)";

/** Those that live, the newest first. */
export function listApiKeys(tx: TenantTx, now: Date): Promise<ApiKey[]> {
  return tx.query<ApiKey>(`SELECT ${COLUMNS} FROM api_keys WHERE ${LIVES} ORDER BY created_at DESC, id`, [
    now,
  ]);
}

/** Null for one that does not live. */
export async function findApiKey(tx: TenantTx, id: string, now: Date): Promise<ApiKey | null> {
  const rows = await tx.query<ApiKey>(`SELECT ${COLUMNS} FROM api_keys WHERE ${LIVES} AND id = $2`, [
    now,
    id,
  ]);
  return rows[0] ?? null;
}

/** Holds off whoever else is about to add a key of the tenant until the transaction ends. */
export async function lockApiKeys(tx: TenantTx): Promise<void> {
  await tx.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [
    `api keys ${tx.billingAccountId}`,
  ]);
}

export async function countApiKeys(tx: TenantTx, now: Date): Promise<number> {
  const rows = await tx.query<{ living: number }>(
    `SELECT count(*)::integer AS living FROM api_keys WHERE ${LIVES}`,
    [now],
  );
  return rows[0]?.living ?? 0;
}

/** It is replaced by another. One that ends sooner keeps its end. */
export async function expireApiKey(tx: TenantTx, id: string, at: Date): Promise<void> {
  await tx.query(
    "UPDATE api_keys SET expires_at = least(expires_at, $2), replaced_at = now() WHERE id = $1",
    [id, at],
  );
}

function hashOf(key: string): Buffer {
  return createHash("sha256").update(key).digest();
}
