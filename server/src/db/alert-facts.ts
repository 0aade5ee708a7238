/**
 * What is not as it should be on one gateway, as the watcher and the tenants wrote it down: a few rows, whatever the number of
 * accounts, of which those that are up are passed over in the database.
 */
import type { BillingAccountId, ChannelId, ChannelState, ErrorCode } from "@cogni/contract";
import type { ServiceTx } from "./tenant.ts";

export interface GatewayCondition {
  readonly reachable: boolean;
  /** When it was last seen; null: never. */
  readonly observedAt: Date | null;
  readonly plannedFrom: Date | null;
  readonly plannedUntil: Date | null;
}

/**
 * The gateway, if this process is to look after its alerts now: it holds the lease, and nobody else looks at this moment. Until
 * the transaction ends nobody else will.
 */
export async function gatewayToLookAt(
  tx: ServiceTx,
  gatewayId: string,
  holder: string,
): Promise<GatewayCondition | null> {
  const [gateway] = await tx.query<GatewayCondition & Record<string, unknown>>(
    `SELECT reachable, observed_at AS "observedAt", planned_from AS "plannedFrom", planned_until AS "plannedUntil"
     FROM gateways WHERE id = $1 AND lease_holder = $2
       AND pg_try_advisory_xact_lock(hashtextextended('alerts ' || $1, 0))`,
    [gatewayId, holder],
  );
  return gateway ?? null;
}

export interface DownAccount {
  readonly billingAccountId: BillingAccountId;
  readonly channel: ChannelId;
  readonly accountId: string;
  readonly state: ChannelState;
  readonly code: ErrorCode | null;
  /** Since when it has been in one such state or another. */
  readonly since: Date;
  /** Whether it has been up with the credential that it has now. */
  readonly wasUp: boolean;
  /** A login by QR is under way, which the account is left to. */
  readonly loggingIn: boolean;
}

/**
 * The accounts that are wished connected and were not when last seen. One that was never seen is on its way: of that its tenant
 * sees the state.
 */
export function downAccounts(tx: ServiceTx, gatewayId: string): Promise<DownAccount[]> {
  return tx.query<DownAccount & Record<string, unknown>>(
    `SELECT r.billing_account_id AS "billingAccountId", r.channel, r.account_id AS "accountId", last.state, last.code,
       coalesce(fell.at, last.at) AS since, r.connected_at IS NOT NULL AS "wasUp",
       EXISTS (SELECT FROM channel_logins l WHERE l.billing_account_id = r.billing_account_id AND l.channel = r.channel
         AND l.status IN ('requested', 'offered')) AS "loggingIn"
     FROM placements p
     JOIN billing_accounts b ON b.id = p.billing_account_id AND b.status = 'active'
     JOIN connections r ON r.billing_account_id = p.billing_account_id AND r.revoked_at IS NULL
       AND r.desired_state = 'connected'
     JOIN LATERAL (
       SELECT c.state, c.code, c.at FROM account_state_changes c
       WHERE c.billing_account_id = r.billing_account_id AND c.channel = r.channel
       ORDER BY c.at DESC, c.id DESC LIMIT 1
     ) last ON last.state <> 'connected'
     LEFT JOIN LATERAL (
       SELECT c.at FROM account_state_changes c
       WHERE c.billing_account_id = r.billing_account_id AND c.channel = r.channel
         AND c.state IN ('connecting', 'reconnecting', 'action_required')
         AND (c.at, c.id) > (SELECT u.at, u.id FROM account_state_changes u
           WHERE u.billing_account_id = r.billing_account_id AND u.channel = r.channel
             AND u.state NOT IN ('connecting', 'reconnecting', 'action_required')
           ORDER BY u.at DESC, u.id DESC LIMIT 1)
       ORDER BY c.at, c.id LIMIT 1
     ) fell ON true
     WHERE p.gateway_id = $1`,
    [gatewayId],
  );
}

/** How many of a gateway's accounts were up at some time with the credential they have, by channel. */
export async function provenAccounts(tx: ServiceTx, gatewayId: string): Promise<Map<ChannelId, number>> {
  const rows = await tx.query<{ channel: ChannelId; accounts: number }>(
    `SELECT r.channel, count(*)::integer AS accounts FROM placements p
     JOIN connections r ON r.billing_account_id = p.billing_account_id
     WHERE p.gateway_id = $1 AND r.revoked_at IS NULL AND r.desired_state = 'connected'
       AND r.connected_at IS NOT NULL GROUP BY r.channel`,
    [gatewayId],
  );
  return new Map(rows.map(({ channel, accounts }) => [channel, accounts]));
}

export interface ExpiredLogin {
  readonly billingAccountId: BillingAccountId;
  readonly channel: ChannelId;
  readonly accountId: string;
  readonly endedAt: Date;
}

/** Logins by QR that nobody finished since `after`, nor asked for again, and whose account is not up all the same. */
export function expiredLogins(tx: ServiceTx, gatewayId: string, after: Date): Promise<ExpiredLogin[]> {
  return tx.query<ExpiredLogin & Record<string, unknown>>(
    `SELECT l.billing_account_id AS "billingAccountId", l.channel, l.account_id AS "accountId", l.ended_at AS "endedAt"
     FROM channel_logins l
     JOIN billing_accounts b ON b.id = l.billing_account_id AND b.status = 'active'
     LEFT JOIN account_observations o ON o.billing_account_id = l.billing_account_id AND o.channel = l.channel
       AND o.gateway_id = l.gateway_id
     WHERE l.gateway_id = $1 AND l.status = 'failed' AND l.problem = 'login_expired' AND l.ended_at > $2
       AND o.state IS DISTINCT FROM 'connected'`,
    [gatewayId, after],
  );
}

export interface ExpiringCredential {
  readonly billingAccountId: BillingAccountId;
  readonly channel: ChannelId | null;
  readonly accountId: string | null;
  /** The connection's id. */
  readonly id: string;
  /** What it is called where it is no channel's. */
  readonly name: string | null;
  readonly expiresAt: Date;
}

/** Credentials that their provider refuses from before `before`; one that has ended by now is to be replaced all the same. */
export function expiringCredentials(
  tx: ServiceTx,
  gatewayId: string,
  before: Date,
): Promise<ExpiringCredential[]> {
  return tx.query<ExpiringCredential & Record<string, unknown>>(
    `SELECT c.billing_account_id AS "billingAccountId", c.channel, c.account_id AS "accountId", c.id,
       CASE WHEN c.channel IS NULL THEN coalesce(c.display_name, c.provider) END AS name, c.expires_at AS "expiresAt"
     FROM connections c JOIN placements p ON p.billing_account_id = c.billing_account_id
     JOIN billing_accounts b ON b.id = c.billing_account_id AND b.status = 'active'
     WHERE p.gateway_id = $1 AND c.revoked_at IS NULL AND c.desired_state = 'connected'
       AND c.expires_at < $2`,
    [gatewayId, before],
  );
}

export interface ExpiringKey {
  readonly billingAccountId: BillingAccountId;
  readonly id: string;
  readonly name: string;
  readonly expiresAt: Date;
}

/** Keys that end between `now` and `before`, and within the last quarter of their lives; not those that were replaced. */
export function expiringKeys(
  tx: ServiceTx,
  gatewayId: string,
  now: Date,
  before: Date,
): Promise<ExpiringKey[]> {
  return tx.query<ExpiringKey & Record<string, unknown>>(
    `SELECT k.billing_account_id AS "billingAccountId", k.id, k.name, k.expires_at AS "expiresAt"
     FROM api_keys k JOIN placements p ON p.billing_account_id = k.billing_account_id
     JOIN billing_accounts b ON b.id = k.billing_account_id AND b.status = 'active'
     WHERE p.gateway_id = $1 AND k.revoked_at IS NULL AND k.replaced_at IS NULL
       AND k.expires_at > $2 AND k.expires_at < $3
       AND k.expires_at - $2 < (k.expires_at - k.created_at) / 4`,
    [gatewayId, now, before],
  );
}

export interface PausedEndpoint {
  readonly billingAccountId: BillingAccountId;
  readonly id: string;
  /** What it is called, else where it is. */
  readonly name: string;
  readonly pausedAt: Date;
}

/** Webhook endpoints that are paused without anyone's wish. */
export function pausedEndpoints(tx: ServiceTx, gatewayId: string): Promise<PausedEndpoint[]> {
  return tx.query<PausedEndpoint & Record<string, unknown>>(
    `SELECT e.billing_account_id AS "billingAccountId", e.id, e.paused_at AS "pausedAt",
       coalesce(nullif(e.description, ''), substring(e.url FROM '^[a-z]+://([^/?#]+)')) AS name
     FROM webhook_endpoints e JOIN placements p ON p.billing_account_id = e.billing_account_id
     JOIN billing_accounts b ON b.id = e.billing_account_id AND b.status = 'active'
     WHERE p.gateway_id = $1 AND e.paused_because <> 'wished'`,
    [gatewayId],
  );
}

/** Since when mails about alerts have been kept waiting, each tried so often in vain; null: none is. */
export async function mailKeptWaiting(tx: ServiceTx, attempts: number): Promise<Date | null> {
  const [row] = await tx.query<{ since: Date | null }>(
    "SELECT min(due_at) AS since FROM alert_notices WHERE sent_at IS NULL AND attempts >= $1",
    [attempts],
  );
  return row?.since ?? null;
}

/** The gateway goes away as planned, and its accounts with it: from `from` until `until`; both null: it does not. */
export async function planRestart(
  tx: ServiceTx,
  gatewayId: string,
  window: { readonly from: Date; readonly until: Date } | null,
): Promise<boolean> {
  const rows = await tx.query(
    "UPDATE gateways SET planned_from = $2, planned_until = $3 WHERE id = $1 RETURNING id",
    [gatewayId, window?.from ?? null, window?.until ?? null],
  );
  return rows.length > 0;
}
