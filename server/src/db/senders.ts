/**
 * People who wrote to an account that takes messages by approval: who waits, what was decided of them and is to be
 * carried out, and who was let in. A decision is kept until the gateway has been told; a person let in, until the
 * channel is disconnected.
 */
import type { BillingAccountId, ChannelId, DecideSenderRequest } from "@cogni/contract";
import type { ConnectionKey } from "./connections.ts";
import type { ServiceTx, TenantTx, Tx } from "./tenant.ts";

export type SenderDecision = DecideSenderRequest["decision"];

export interface PendingSenderRow {
  readonly channel: ChannelId;
  readonly sender: string;
  readonly name: string | null;
  readonly requestedAt: Date;
  readonly expiresAt: Date;
}

/** A connection whose tenant wishes to approve of each person. */
const BY_APPROVAL = `FROM connections c WHERE c.billing_account_id = s.billing_account_id AND c.channel = s.channel
  AND c.revoked_at IS NULL AND c.desired_state = 'connected' AND c.access = 'approval'`;

/** The tenant's, the earliest first. */
export function listPending(tx: TenantTx): Promise<PendingSenderRow[]> {
  return tx.query(
    `SELECT s.channel, s.sender, s.name, s.requested_at AS "requestedAt", s.expires_at AS "expiresAt"
     FROM pending_senders s WHERE s.decision IS NULL AND EXISTS (SELECT ${BY_APPROVAL})
     ORDER BY s.requested_at, s.sender`,
  );
}

/**
 * The tenant's word on someone who waits; the last one holds, but letting someone in can't be taken back: the gateway may
 * have been told. When it was given, in epoch milliseconds; null: nobody of that name waits for one.
 */
export async function decide(
  tx: TenantTx,
  { channel, sender, decision }: DecideSenderRequest,
): Promise<number | null> {
  const rows = await tx.query<{ at: number }>(
    `UPDATE pending_senders s SET decision = $3, decided_at = date_trunc('milliseconds', clock_timestamp())
     WHERE s.channel = $1 AND s.sender = $2 AND (s.decision IS DISTINCT FROM 'approve' OR $3 = 'approve') AND EXISTS (SELECT ${BY_APPROVAL})
     RETURNING (extract(epoch FROM decided_at) * 1000)::bigint AS at`,
    [channel, sender, decision],
  );
  return rows[0]?.at ?? null;
}

/** What is decided of someone and not carried out; null: nothing. */
export async function standingDecision(
  tx: TenantTx,
  channel: ChannelId,
  sender: string,
): Promise<SenderDecision | null> {
  const rows = await tx.query<{ decision: SenderDecision | null }>(
    "SELECT decision FROM pending_senders WHERE channel = $1 AND sender = $2",
    [channel, sender],
  );
  return rows[0]?.decision ?? null;
}

export async function isApproved(tx: TenantTx, channel: ChannelId, sender: string): Promise<boolean> {
  const rows = await tx.query("SELECT FROM approved_senders WHERE channel = $1 AND sender = $2", [
    channel,
    sender,
  ]);
  return rows.length > 0;
}

/** Whom the gateway is to let in, those included of whom it has not been told. */
export async function approvedSenders(tx: ServiceTx, key: ConnectionKey): Promise<string[]> {
  const rows = await tx.query<{ sender: string }>(
    `SELECT sender FROM approved_senders WHERE billing_account_id = $1 AND channel = $2
     UNION SELECT sender FROM pending_senders WHERE billing_account_id = $1 AND channel = $2 AND decision = 'approve'
     ORDER BY sender`,
    [key.billingAccountId, key.channel],
  );
  return rows.map(({ sender }) => sender);
}

/** The connections on a gateway whose tenants wish to approve of each person. */
export function connectionsByApproval(tx: ServiceTx, gatewayId: string): Promise<ConnectionKey[]> {
  return tx.query(
    `SELECT c.billing_account_id AS "billingAccountId", c.channel
     FROM connections c JOIN placements p ON p.billing_account_id = c.billing_account_id
     WHERE p.gateway_id = $1 AND c.channel IS NOT NULL AND c.revoked_at IS NULL AND c.desired_state = 'connected'
       AND c.access = 'approval'`,
    [gatewayId],
  );
}

export interface SeenSender {
  readonly billingAccountId: BillingAccountId;
  readonly channel: ChannelId;
  readonly sender: string;
  readonly name: string | null;
  readonly requestId: string;
  readonly requestedAt: Date;
}

/** How long a request is kept, and how many for one account: whoever comes after those has to ask again. */
export interface SenderLimits {
  readonly keepDays: number;
  readonly perAccount: number;
}

/**
 * Writes down who waits at a gateway now. Who waited before and is not among them waits on here, until the time for it
 * is over or everyone may write.
 */
export async function recordWaiting(
  tx: ServiceTx,
  gatewayId: string,
  seen: readonly SeenSender[],
  { keepDays, perAccount }: SenderLimits,
): Promise<void> {
  await tx.query(
    `INSERT INTO pending_senders AS s
       (billing_account_id, gateway_id, channel, sender, name, request_id, requested_at, expires_at)
     SELECT w."billingAccountId", $1, w.channel, w.sender, w.name, w."requestId", w."requestedAt",
       w."requestedAt" + make_interval(days => $3)
     FROM jsonb_to_recordset($2::jsonb) AS w ("billingAccountId" text, channel text, sender text, name text,
       "requestId" text, "requestedAt" timestamptz)
     -- Not of someone who was let in a moment ago, by a word that came while the gateway was asked.
     WHERE NOT EXISTS (SELECT FROM approved_senders a WHERE a.billing_account_id = w."billingAccountId"
         AND a.channel = w.channel AND a.sender = w.sender)
     ON CONFLICT (billing_account_id, channel, sender) DO UPDATE SET gateway_id = $1, name = excluded.name,
       request_id = excluded.request_id, expires_at = excluded.expires_at
     WHERE (s.gateway_id, s.name, s.request_id) IS DISTINCT FROM ($1, excluded.name, excluded.request_id)`,
    [gatewayId, JSON.stringify(seen), keepDays],
  );
  await tx.query(
    `DELETE FROM pending_senders s WHERE s.gateway_id = $1 AND (s.expires_at < now()
       OR (s.decision IS NULL AND NOT EXISTS (SELECT ${BY_APPROVAL})))`,
    [gatewayId],
  );
  if (seen.length === 0) return;
  await tx.query(
    `DELETE FROM pending_senders s USING (
       SELECT billing_account_id, channel, sender,
         row_number() OVER (PARTITION BY billing_account_id, channel ORDER BY requested_at, sender) AS place
       FROM pending_senders WHERE gateway_id = $1 AND decision IS NULL
     ) AS queue
     WHERE (s.billing_account_id, s.channel, s.sender) = (queue.billing_account_id, queue.channel, queue.sender)
       AND queue.place > $2`,
    [gatewayId, perAccount],
  );
}

export interface DecidedSender {
  readonly billingAccountId: BillingAccountId;
  readonly channel: ChannelId;
  readonly accountId: string;
  readonly sender: string;
  readonly name: string | null;
  readonly requestId: string;
  readonly decision: SenderDecision;
  readonly decidedAt: Date;
}

/** What is to be carried out at a gateway, in the order in which it was decided. */
export function decisionsOn(tx: ServiceTx, gatewayId: string): Promise<DecidedSender[]> {
  return tx.query(
    `SELECT s.billing_account_id AS "billingAccountId", s.channel, c.account_id AS "accountId", s.sender, s.name,
       s.request_id AS "requestId", s.decision, s.decided_at AS "decidedAt"
     FROM pending_senders s JOIN connections c ON c.billing_account_id = s.billing_account_id
       AND c.channel = s.channel AND c.revoked_at IS NULL
     WHERE s.gateway_id = $1 AND s.decision IS NOT NULL ORDER BY s.decided_at, s.sender`,
    [gatewayId],
  );
}

/** The decision was carried out. False: another one was taken meanwhile, or the channel was disconnected. */
export async function settleDecision(tx: ServiceTx, decided: DecidedSender): Promise<boolean> {
  const { billingAccountId, channel, sender, name, decision } = decided;
  const rows = await tx.query(
    `DELETE FROM pending_senders WHERE billing_account_id = $1 AND channel = $2 AND sender = $3 AND decision = $4
     RETURNING sender`,
    [billingAccountId, channel, sender, decision],
  );
  if (rows.length === 0) return false;
  if (decision === "approve") {
    await tx.query(
      `INSERT INTO approved_senders (billing_account_id, channel, sender, name) VALUES ($1, $2, $3, $4)
       ON CONFLICT (billing_account_id, channel, sender) DO NOTHING`,
      [billingAccountId, channel, sender, name],
    );
  }
  return true;
}

/** The channel was disconnected: whoever connects it again decides anew. */
export async function forgetSenders(tx: Tx, billingAccountId: string, channel: string): Promise<void> {
  for (const table of ["pending_senders", "approved_senders"]) {
    await tx.query(`DELETE FROM ${table} WHERE billing_account_id = $1 AND channel = $2`, [
      billingAccountId,
      channel,
    ]);
  }
}
