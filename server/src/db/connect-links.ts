/** Connect links: made, shown, taken back, opened once, and looked up by what was opened. */
import type { BillingAccountId, ChannelId, KeyScope, Role } from "@cogni/contract";
import type { TenantTx, Tx } from "./tenant.ts";

export interface NewConnectLink {
  readonly tokenHash: Uint8Array;
  /** Null: all. */
  readonly channels: readonly ChannelId[] | null;
  readonly returnUrl: string | null;
  readonly createdBy: { readonly kind: "person" | "key"; readonly id: string };
  readonly livesMs: number;
}

export interface OpenConnectLink {
  readonly id: string;
  readonly channels: ChannelId[] | null;
  readonly returnUrl: string | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly openedAt: Date | null;
  /** A name. */
  readonly createdBy: string;
}

/** A link that has not ended, before any tenant is known. */
export interface FoundLink {
  readonly id: string;
  readonly opened: boolean;
  readonly billingAccountId: BillingAccountId;
  readonly billingAccountName: string;
  readonly channels: ChannelId[] | null;
  /** What its maker is and may do now; both null where they may do nothing any more. */
  readonly role: Role | null;
  readonly scopes: readonly KeyScope[] | null;
}

export type OpenedLink = Pick<OpenConnectLink, "channels" | "returnUrl" | "expiresAt">;

const OPEN = "revoked_at IS NULL AND expires_at > now()";
/** Until then the page of a link that has ended can say so where it is embedded. */
const KEPT_AFTER = "interval '1 day'";

/** Those that ended long ago are forgotten on the way; the audit log has them. */
export async function addConnectLink(
  tx: TenantTx,
  { tokenHash, channels, returnUrl, createdBy, livesMs }: NewConnectLink,
): Promise<{ id: string; expiresAt: Date }> {
  await tx.query(`DELETE FROM connect_links WHERE expires_at < now() - ${KEPT_AFTER}`);
  const [made] = await tx.query<{ id: string; expiresAt: Date }>(
    `INSERT INTO connect_links (billing_account_id, token_hash, channels, return_url, by_person, by_key, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, now() + $7 * interval '1 millisecond') RETURNING id, expires_at AS "expiresAt"`,
    [
      tx.billingAccountId,
      tokenHash,
      channels,
      returnUrl,
      createdBy.kind === "person" ? createdBy.id : null,
      createdBy.kind === "key" ? createdBy.id : null,
      livesMs,
    ],
  );
  if (!made) throw new TypeError("an insert answered with no row");
  return made;
}

/** The newest first. */
export function listConnectLinks(tx: TenantTx, limit: number): Promise<OpenConnectLink[]> {
  return tx.query<OpenConnectLink & Record<string, unknown>>(
    `SELECT l.id, l.channels, l.return_url AS "returnUrl", l.created_at AS "createdAt", l.expires_at AS "expiresAt",
       l.opened_at AS "openedAt", coalesce(u.name, k.name) AS "createdBy"
     FROM connect_links l LEFT JOIN auth."user" u ON u.id = l.by_person LEFT JOIN api_keys k ON k.id = l.by_key
     WHERE l.revoked_at IS NULL AND l.expires_at > now() ORDER BY l.created_at DESC, l.id LIMIT $1`,
    [limit],
  );
}

/** Whether it was open until now. */
export async function revokeConnectLink(tx: TenantTx, id: string): Promise<boolean> {
  const revoked = await tx.query(
    `UPDATE connect_links SET revoked_at = now() WHERE ${OPEN} AND id = $1 RETURNING id`,
    [id],
  );
  return revoked.length === 1;
}

/** Null where it was opened, or ended, before. Of two who open it at the same moment, one has it. */
export async function useConnectLink(
  tx: TenantTx,
  id: string,
  bearerHash: Uint8Array,
): Promise<OpenedLink | null> {
  const [opened] = await tx.query<OpenedLink & Record<string, unknown>>(
    `UPDATE connect_links SET opened_at = now(), bearer_hash = $2 WHERE ${OPEN} AND opened_at IS NULL AND id = $1
     RETURNING channels, return_url AS "returnUrl", expires_at AS "expiresAt"`,
    [id, bearerHash],
  );
  return opened ?? null;
}

/** By the hash of its token while nobody has opened it, and of its bearer from then on. */
export async function lookUpConnectLink(tx: Tx, hash: Uint8Array): Promise<FoundLink | null> {
  const [found] = await tx.query<FoundLink & Record<string, unknown>>(
    `SELECT id, opened, billing_account_id AS "billingAccountId", name AS "billingAccountName", channels, role, scopes
     FROM lookup_connect_link($1)`,
    [hash],
  );
  return found ?? null;
}
