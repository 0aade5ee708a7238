/** In which state each account was, from when: written whenever it changes, kept for as long as the settings say. */
import type { BillingAccountId, ChannelId, ChannelState, ErrorCode } from "@cogni/contract";
import type { RegistrationKey } from "./registrations.ts";
import type { ServiceTx, TenantTx } from "./tenant.ts";

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

/**
 * Writes down which of these states are not the ones written last. Of a channel that was disconnected meanwhile nothing
 * is written. A time before that of the last change counts as that time: what was told stays in its order.
 */
export async function recordStates(tx: ServiceTx, at: Date, states: readonly AccountState[]): Promise<void> {
  if (states.length === 0) return;
  await tx.query(
    `INSERT INTO account_state_changes (billing_account_id, channel, at, state, code)
     SELECT s."billingAccountId", s.channel, greatest($1, last.at), s.state, s.code
     FROM jsonb_to_recordset($2::jsonb) AS s ("billingAccountId" text, channel text, state text, code text)
     JOIN channel_registrations r ON r.billing_account_id = s."billingAccountId" AND r.channel = s.channel
       AND r.disconnected_at IS NULL
     LEFT JOIN LATERAL (
       SELECT c.at, c.state, c.code FROM account_state_changes c
       WHERE c.billing_account_id = s."billingAccountId" AND c.channel = s.channel
       ORDER BY c.at DESC, c.id DESC LIMIT 1
     ) last ON true
     WHERE (s.state, s.code) IS DISTINCT FROM (last.state, last.code)`,
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
}

/** The account is gone: the last that is told of it, until it is wished for again. */
export async function recordGone(tx: ServiceTx, key: RegistrationKey): Promise<void> {
  await tx.query(
    `INSERT INTO account_state_changes (billing_account_id, channel, at, state)
     SELECT $1, $2, greatest(now(), max(at)), 'not_connected' FROM account_state_changes
     WHERE billing_account_id = $1 AND channel = $2 HAVING count(*) > 0`,
    [key.billingAccountId, key.channel],
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
