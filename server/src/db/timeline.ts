/** In which state each account was, from when: written whenever it changes, kept for as long as the settings say. */
import type { BillingAccountId, ChannelId, ChannelState, ErrorCode } from "@cogni/contract";
import type { ConnectionKey } from "./connections.ts";
import type { ServiceTx, TenantTx } from "./tenant.ts";
import { publishEvents } from "./webhook-events.ts";

export interface AccountState {
  readonly billingAccountId: BillingAccountId;
  readonly channel: ChannelId;
  readonly state: ChannelState;
  /** Why, where it has a reason. */
  readonly code: ErrorCode | null;
}

export interface ChangeRow {
  readonly channel: ChannelId;
  readonly at: Date;
  readonly state: ChannelState;
  readonly code: ErrorCode | null;
}

/** A row that was written just now. */
interface Written extends AccountState {
  readonly accountId: string;
  readonly at: Date;
  readonly previousState: ChannelState | null;
}

/**
 * Writes down which of these states are not the ones written last, and tells the tenants' endpoints of those. Of a channel that
 * was disconnected meanwhile nothing is written. A time before that of the last change counts as that time: what was told
 * stays in its order.
 */
export async function recordStates(tx: ServiceTx, at: Date, states: readonly AccountState[]): Promise<void> {
  if (states.length === 0) return;
  const written = await tx.query<Written & Record<string, unknown>>(
    `WITH fresh AS (
       SELECT s."billingAccountId", s.channel, greatest($1, last.at) AS at, s.state, s.code,
         c.account_id AS "accountId", last.state AS "previousState"
       FROM jsonb_to_recordset($2::jsonb) AS s ("billingAccountId" text, channel text, state text, code text)
       JOIN connections c ON c.billing_account_id = s."billingAccountId" AND c.channel = s.channel
         AND c.revoked_at IS NULL
       LEFT JOIN LATERAL (
         SELECT c.at, c.state, c.code FROM account_state_changes c
         WHERE c.billing_account_id = s."billingAccountId" AND c.channel = s.channel
         ORDER BY c.at DESC, c.id DESC LIMIT 1
       ) last ON true
       WHERE (s.state, s.code) IS DISTINCT FROM (last.state, last.code)
     ), written AS (
       INSERT INTO account_state_changes (billing_account_id, channel, at, state, code)
       SELECT "billingAccountId", channel, at, state, code FROM fresh
     )
     SELECT * FROM fresh`,
    [
      at,
      JSON.stringify(
        states.map(({ billingAccountId, channel, state, code }) => ({
          billingAccountId,
          channel,
          state,
          code,
        })),
      ),
    ],
  );
  await publishStates(tx, written);
}

/** The account is gone: the last that is told of it, until it is wished for again. */
export async function recordGone(
  tx: ServiceTx,
  account: ConnectionKey & { readonly accountId: string },
): Promise<void> {
  const { billingAccountId, channel, accountId } = account;
  const written = await tx.query<{ at: Date; previousState: ChannelState }>(
    `WITH last AS (
       SELECT at, state FROM account_state_changes WHERE billing_account_id = $1 AND channel = $2
       ORDER BY at DESC, id DESC LIMIT 1
     ), written AS (
       INSERT INTO account_state_changes (billing_account_id, channel, at, state)
       SELECT $1, $2, greatest(now(), at), 'not_connected' FROM last RETURNING at
     )
     SELECT written.at, last.state AS "previousState" FROM written, last`,
    [billingAccountId, channel],
  );
  const gone = { billingAccountId, channel, accountId, state: "not_connected", code: null } as const;
  await publishStates(
    tx,
    written.map((row) => ({ ...gone, ...row })),
  );
}

function publishStates(tx: ServiceTx, written: readonly Written[]): Promise<void> {
  return publishEvents(
    tx,
    written.map(({ billingAccountId, channel, accountId, at, state, previousState, code }) => ({
      billingAccountId,
      type: "channel.state_changed",
      channel,
      accountId,
      at,
      data: { channel, accountId, state, previousState, code },
    })),
  );
}

/** Drops what was over before `before`; the state that an account was in at that time stays. */
export async function forgetStates(tx: ServiceTx, before: Date): Promise<void> {
  await tx.query(
    `DELETE FROM account_state_changes c WHERE c.at < $1 AND EXISTS (
       SELECT FROM account_state_changes later WHERE later.billing_account_id = c.billing_account_id
         AND later.channel = c.channel AND (later.at, later.id) > (c.at, c.id) AND later.at <= $1)`,
    [before],
  );
}

/** More changes than this are not told of one tenant: the latest are. */
const MOST = 5_000;

/** The tenant's changes since `from`, the earliest first, each channel's led by the one in force at that time. */
export async function statesSince(tx: TenantTx, from: Date): Promise<ChangeRow[]> {
  const recent = await tx.query<ChangeRow>(
    "SELECT channel, at, state, code FROM account_state_changes WHERE at > $1 ORDER BY at DESC, id DESC LIMIT $2",
    [from, MOST],
  );
  // Of what lies between the cut and the earliest that was read nothing is known.
  if (recent.length === MOST) return recent.reverse();
  const before = await tx.query<ChangeRow>(
    `SELECT DISTINCT ON (channel) channel, at, state, code FROM account_state_changes
     WHERE at <= $1 ORDER BY channel, at DESC, id DESC`,
    [from],
  );
  return [...before, ...recent.reverse()];
}
