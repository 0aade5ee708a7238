/** What the watcher last saw of each account, written by the holder of the gateway's lease alone. */
import type { BillingAccountId, ChannelId } from "@cogni/contract";
import type { ServiceTx } from "./tenant.ts";

export interface ObservedAccount {
  readonly billingAccountId: BillingAccountId;
  readonly channel: ChannelId;
  readonly accountId: string;
  /** As the gateway's part of the program understands it; stored as JSON. */
  readonly observation: object;
  /** The state derived from it; since when it has been so is kept by the database. */
  readonly state: string;
  /** What is to be remembered of it; stored as JSON, null for an account that nobody wished for. */
  readonly steadiness: object | null;
}

/**
 * Writes one snapshot of a gateway, in one statement: its time, the accounts that changed, and, as unseen, those that
 * are missing from it. Rows that did not change are not written, which at one snapshot a second is most of them.
 * False: `holder` has lost the lease, nothing was written.
 */
export async function recordSnapshot(
  tx: ServiceTx,
  gatewayId: string,
  holder: string,
  observedAt: Date,
  accounts: readonly ObservedAccount[],
): Promise<boolean> {
  const rows = await tx.query(
    `WITH held AS (
       UPDATE gateways SET reachable = true, observed_at = $3 WHERE id = $1 AND lease_holder = $2 RETURNING id
     ), seen AS (
       SELECT s.* FROM held, jsonb_to_recordset($4::jsonb) AS s ("billingAccountId" text, channel text,
         "accountId" text, observation jsonb, state text, steadiness jsonb)
       -- An account that the gateway has and the database never had, as after a restore, has nowhere to be written.
       JOIN billing_accounts b ON b.id = "billingAccountId"
     ), written AS (
       INSERT INTO account_observations AS o
         (billing_account_id, gateway_id, channel, account_id, observation, observed_at, state, state_since, steadiness)
       SELECT "billingAccountId", $1, channel, "accountId", observation, $3, state, $3, steadiness FROM seen
       ON CONFLICT (billing_account_id, channel, gateway_id) DO UPDATE SET
         observation = excluded.observation, observed_at = excluded.observed_at, state = excluded.state,
         steadiness = excluded.steadiness,
         state_since = CASE WHEN o.state = excluded.state THEN o.state_since ELSE excluded.state_since END
       WHERE (o.observation, o.state, o.steadiness)
         IS DISTINCT FROM (excluded.observation, excluded.state, excluded.steadiness)
         -- The first look since a start counts, also where it shows the same.
         OR o.observed_at <= o.started_at
     ), missing AS (
       UPDATE account_observations o SET observation = NULL, observed_at = $3, state = NULL, state_since = $3, steadiness = NULL
       FROM held WHERE o.gateway_id = held.id AND o.observation IS NOT NULL AND NOT EXISTS (
         SELECT FROM seen WHERE seen."billingAccountId" = o.billing_account_id AND seen.channel = o.channel)
     )
     SELECT id FROM held`,
    [gatewayId, holder, observedAt, JSON.stringify(accounts)],
  );
  return rows.length > 0;
}

/**
 * Writes one account as it was just seen, so that whoever is told of its outcome reads it too. What is to be remembered
 * of it stays the watcher's to write.
 */
export async function recordObservation(
  tx: ServiceTx,
  gatewayId: string,
  observedAt: Date,
  account: Omit<ObservedAccount, "steadiness">,
): Promise<void> {
  await tx.query(
    `INSERT INTO account_observations AS o
       (billing_account_id, gateway_id, channel, account_id, observation, observed_at, state, state_since)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $6)
     ON CONFLICT (billing_account_id, channel, gateway_id) DO UPDATE SET
       observation = excluded.observation, observed_at = excluded.observed_at, state = excluded.state,
       state_since = CASE WHEN o.state = excluded.state THEN o.state_since ELSE excluded.state_since END
     WHERE o.observed_at IS NULL OR o.observed_at <= excluded.observed_at`,
    [
      account.billingAccountId,
      gatewayId,
      account.channel,
      account.accountId,
      JSON.stringify(account.observation),
      observedAt,
      account.state,
    ],
  );
}

export interface AccountAddress {
  readonly billingAccountId: BillingAccountId;
  readonly channel: ChannelId;
  readonly accountId: string;
  readonly gatewayId: string;
}

/**
 * Remembers which credential version an account was last started with, and since when; null: none, it is about to be replaced.
 * Started again on the same one, what was seen of it before still counts.
 */
export async function recordStarted(
  tx: ServiceTx,
  account: AccountAddress,
  version: number | null,
  at: Date,
): Promise<void> {
  await tx.query(
    `INSERT INTO account_observations (billing_account_id, gateway_id, channel, account_id, started_version, started_at)
     VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (billing_account_id, channel, gateway_id) DO UPDATE SET started_version = excluded.started_version,
       started_at = CASE WHEN account_observations.started_version IS NOT DISTINCT FROM excluded.started_version
         THEN account_observations.started_at ELSE excluded.started_at END,
       -- How it fared on another credential says nothing about this one.
       steadiness = CASE WHEN account_observations.started_version IS NOT DISTINCT FROM excluded.started_version
         THEN account_observations.steadiness END`,
    [account.billingAccountId, account.gatewayId, account.channel, account.accountId, version, at],
  );
}

/** The gateway lost its state: what was started there before says nothing any more. */
export async function forgetStarted(tx: ServiceTx, gatewayId: string): Promise<void> {
  await tx.query(
    "UPDATE account_observations SET started_version = NULL WHERE gateway_id = $1 AND started_version IS NOT NULL",
    [gatewayId],
  );
}
