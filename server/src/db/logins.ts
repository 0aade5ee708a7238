/**
 * Logins by QR: one row for each tenant and channel, the login under way or how the last one ended. Asking for a code is
 * the wish, and bumps the generation; whoever carries it out names the generation it works on and changes nothing of
 * a newer one.
 */
import type { Access, BillingAccountId, ChannelId, ErrorCode } from "@cogni/contract";
import type { AuditEntry } from "./audit.ts";
import type { ConnectionKey } from "./connections.ts";
import type { ServiceTx, TenantTx, WalledTx } from "./tenant.ts";

export interface Login {
  readonly id: string;
  readonly billingAccountId: BillingAccountId;
  readonly channel: ChannelId;
  readonly accountId: string;
  readonly access: Access;
  readonly status: "requested" | "offered" | "succeeded" | "failed" | "cancelled";
  readonly generation: number;
  /** A data URL; null unless offered. */
  readonly qr: string | null;
  /** The gateway's name for it. */
  readonly session: string | null;
  /** The end of our patience; null until the gateway was first asked for a code. */
  readonly expiresAt: Date | null;
  /** Null for one that was asked for before this was kept. */
  readonly requestedBy: AuditEntry["actor"] | null;
}

/** As the worker needs it. */
export interface PlacedLogin extends Login {
  readonly billingAccountName: string;
  /** What the tenant wishes of the channel beside it; null where nothing is registered. */
  readonly desiredState: "connected" | "disconnected" | null;
}

const COLUMNS = `l.id, l.billing_account_id AS "billingAccountId", l.channel, l.account_id AS "accountId", l.access,
  l.status, l.generation, l.qr, l.session_key AS session, l.expires_at AS "expiresAt",
  l.requested_by AS "requestedBy"`;

/** SQL: the login is neither over nor past its end. */
const UNDER_WAY = "l.status IN ('requested', 'offered')";

/** The tenant's login that can still succeed; call `lockedConnection` first. */
export async function loginUnderWay(tx: TenantTx, channel: ChannelId): Promise<Login | null> {
  const rows = await tx.query<Login>(
    `SELECT ${COLUMNS} FROM channel_logins l
     WHERE l.channel = $1 AND ${UNDER_WAY} AND (l.expires_at IS NULL OR l.expires_at > now())`,
    [channel],
  );
  return rows[0] ?? null;
}

/** Asks for a fresh code, whatever became of the last one; call `lockedConnection` first. */
export async function requestLogin(
  tx: TenantTx,
  login: Pick<Login, "id" | "channel" | "accountId" | "access"> & { readonly by: AuditEntry["actor"] },
): Promise<Login> {
  const rows = await tx.query<Login>(
    `INSERT INTO channel_logins AS l (id, billing_account_id, gateway_id, channel, account_id, access, status, requested_by)
     SELECT $1, p.billing_account_id, p.gateway_id, $2, $3, $4, 'requested', $5 FROM placements p
     ON CONFLICT (billing_account_id, channel) DO UPDATE SET
       gateway_id = excluded.gateway_id, access = excluded.access, status = 'requested', requested_by = excluded.requested_by,
       generation = l.generation + 1, qr = NULL, session_key = NULL, expires_at = NULL, problem = NULL,
       started_at = now(), ended_at = NULL, finished_at = NULL
     RETURNING ${COLUMNS}`,
    [login.id, login.channel, login.accountId, login.access, JSON.stringify(login.by)],
  );
  const [written] = rows;
  if (!written) throw new TypeError("a tenant without a place has no channels to log in to");
  return written;
}

/** Who may write to the account that is being logged in. */
export async function changeLoginAccess(tx: TenantTx, login: Login, access: Access): Promise<void> {
  await tx.query("UPDATE channel_logins SET access = $2 WHERE id = $1", [login.id, access]);
}

/**
 * The tenant wants it no more, or has seen that it failed. Null where there is neither; else what was cancelled, which
 * the worker has yet to end at the gateway.
 */
export async function cancelLogin(tx: TenantTx, channel: ChannelId): Promise<Login | null> {
  const rows = await tx.query<Login>(
    `UPDATE channel_logins l SET status = 'cancelled', generation = generation + 1, qr = NULL, problem = NULL,
       ended_at = now(), finished_at = NULL
     WHERE l.channel = $1 AND l.status IN ('requested', 'offered', 'failed') RETURNING ${COLUMNS}`,
    [channel],
  );
  return rows[0] ?? null;
}

/** Whether the gateway is rid of what this generation left there. */
export async function isFinished(tx: TenantTx, { id, generation }: Login): Promise<boolean> {
  const rows = await tx.query(
    "SELECT FROM channel_logins WHERE id = $1 AND (generation <> $2 OR finished_at IS NOT NULL)",
    [id, generation],
  );
  return rows.length > 0;
}

const PLACED = `SELECT ${COLUMNS}, b.name AS "billingAccountName", c.desired_state AS "desiredState"
  FROM channel_logins l
  JOIN billing_accounts b ON b.id = l.billing_account_id
  LEFT JOIN connections c ON c.billing_account_id = l.billing_account_id AND c.channel = l.channel
    AND c.revoked_at IS NULL
  WHERE l.finished_at IS NULL`;

/** The login of which something is left to do. */
export async function unfinishedLogin(tx: ServiceTx, key: ConnectionKey): Promise<PlacedLogin | null> {
  const rows = await tx.query<PlacedLogin>(`${PLACED} AND l.billing_account_id = $1 AND l.channel = $2`, [
    key.billingAccountId,
    key.channel,
  ]);
  return rows[0] ?? null;
}

/** All of them on a gateway. */
export function unfinishedLogins(tx: ServiceTx, gatewayId: string): Promise<PlacedLogin[]> {
  return tx.query<PlacedLogin>(`${PLACED} AND l.gateway_id = $1 ORDER BY l.id`, [gatewayId]);
}

/** The gateway is about to be asked for a first code: from now on the clock runs. False: a newer wish stands. */
export function beginLogin(tx: WalledTx, login: Login, expiresAt: Date): Promise<boolean> {
  return change(tx, login, "expires_at = $3", [expiresAt]);
}

/** A code is on offer, the first one or another. False: a newer wish stands. */
export function offerCode(
  tx: WalledTx,
  login: Login,
  { qr, session }: { readonly qr: string; readonly session: string | null },
): Promise<boolean> {
  return change(tx, login, "status = 'offered', qr = $3, session_key = $4", [qr, session]);
}

/** It was scanned. False: a newer wish stands. */
export function succeedLogin(tx: WalledTx, login: Login): Promise<boolean> {
  return change(tx, login, "status = 'succeeded', qr = NULL, ended_at = now(), finished_at = now()", []);
}

/** It came to nothing; the gateway has yet to be rid of it. False: a newer wish stands. */
export function failLogin(tx: WalledTx, login: Login, problem: ErrorCode): Promise<boolean> {
  return change(tx, login, "status = 'failed', qr = NULL, problem = $3, ended_at = now()", [problem]);
}

async function change(
  tx: WalledTx,
  { id, generation }: Login,
  set: string,
  values: readonly (string | Date | null)[],
): Promise<boolean> {
  const rows = await tx.query(
    `UPDATE channel_logins l SET ${set} WHERE id = $1 AND generation = $2 AND ${UNDER_WAY} RETURNING id`,
    [id, generation, ...values],
  );
  return rows.length > 0;
}

/** The gateway is rid of a login that failed or was cancelled. False: a newer wish stands. */
export async function finishLogin(tx: WalledTx, { id, generation }: Login): Promise<boolean> {
  const rows = await tx.query(
    `UPDATE channel_logins SET finished_at = now()
     WHERE id = $1 AND generation = $2 AND ended_at IS NOT NULL RETURNING id`,
    [id, generation],
  );
  return rows.length > 0;
}
