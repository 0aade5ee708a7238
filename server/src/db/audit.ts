/** Who did what, when, and what came of it. Rows are only ever added: the API role may not change or delete one. */
import type { BillingAccountId, ChannelId, TenantAction } from "@cogni/contract";
import type { TenantTx, WalledTx } from "./tenant.ts";

/** Of the request that asked. */
export interface RequestMeta {
  readonly requestId: string;
  readonly remoteAddress: string;
}

export interface AuditEntry {
  readonly billingAccountId: BillingAccountId;
  readonly actor: { readonly kind: "person" | "key" | "link" | "system"; readonly id: string };
  readonly action: TenantAction;
  readonly channel: ChannelId | null;
  readonly accountId: string | null;
  /** Whom it was done to, where that is not the channel itself. */
  readonly subject?: string;
  /** A word for what came of it; never anything of a credential. */
  readonly outcome: string;
  /** Null where nobody asked just now: for the worker, and the operator's command line. */
  readonly meta: RequestMeta | null;
}

/** Written in the transaction of what it tells of, so that neither stands without the other. */
export async function append(tx: WalledTx, entry: AuditEntry): Promise<void> {
  await tx.query(
    `INSERT INTO audit_log (billing_account_id, actor, action, channel, account_id, outcome, request_id, remote_address, subject)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      entry.billingAccountId,
      JSON.stringify(entry.actor),
      entry.action,
      entry.channel,
      entry.accountId,
      entry.outcome,
      entry.meta?.requestId ?? null,
      entry.meta?.remoteAddress ?? null,
      entry.subject ?? null,
    ],
  );
}

/** Who last wished the channel connected, as far as the log goes back; null: nobody. */
export async function lastConnectedBy(tx: TenantTx, channel: ChannelId): Promise<AuditEntry["actor"] | null> {
  const [row] = await tx.query<{ actor: AuditEntry["actor"] }>(
    `SELECT actor FROM audit_log WHERE channel = $1 AND action IN ('channel.connect', 'channel.replace')
       AND actor->>'kind' <> 'system' ORDER BY seq DESC LIMIT 1`,
    [channel],
  );
  return row?.actor ?? null;
}

/** The tenant's latest entries, the newest first. */
export function list(
  tx: TenantTx,
  limit: number,
): Promise<
  (Omit<AuditEntry, "subject" | "meta"> & {
    readonly subject: string | null;
    readonly at: Date;
    readonly requestId: string | null;
    readonly remoteAddress: string | null;
  })[]
> {
  return tx.query(
    `SELECT billing_account_id AS "billingAccountId", at, actor, action, channel, account_id AS "accountId", outcome,
       request_id AS "requestId", remote_address AS "remoteAddress", subject
     FROM audit_log ORDER BY seq DESC LIMIT $1`,
    [limit],
  );
}
