/**
 * What became of a wish. Every function here names the generation it worked on and changes nothing once a newer wish
 * stands: the row's lock makes the two wait for each other, and the condition is read again after the wait.
 */
import type { ErrorCode } from "@cogni/contract";
import { violatedIndex } from "./errors.ts";
import { forgetSenders } from "./senders.ts";
import type { WalledTx } from "./tenant.ts";

export interface WishKey {
  /** The connection's. */
  readonly id: string;
  readonly generation: number;
}

export interface Outcome {
  /** Null when all is well. */
  readonly outcome: ErrorCode | null;
  /** Kept as it is when left out. */
  readonly displayName?: string;
  /** When it was first seen up with this credential; the first one told is kept. */
  readonly connectedAt?: Date;
}

/** Brings the generation to its end. False: a newer wish stands, nothing was written. */
export async function settle(tx: WalledTx, wish: WishKey, end: Outcome): Promise<boolean> {
  const rows = await tx.query(
    `UPDATE connections SET settled_generation = generation, outcome = $3,
       display_name = coalesce($4, display_name), connected_at = coalesce(connected_at, $5)
     WHERE id = $1 AND generation = $2 AND revoked_at IS NULL RETURNING id`,
    [wish.id, wish.generation, end.outcome, end.displayName ?? null, end.connectedAt ?? null],
  );
  return rows.length > 0;
}

/**
 * The messenger accepted the credential: it is this tenant's alone from now on. `claimed_elsewhere`: another tenant's
 * connection has the same one, accepted earlier; the transaction goes on. Claiming again
 * what is claimed changes nothing, so an account that is up and not `claimed` may simply be claimed.
 */
export async function claimCredential(
  tx: WalledTx,
  wish: WishKey,
  fingerprint: Uint8Array,
): Promise<"claimed" | "claimed_elsewhere" | "superseded"> {
  await tx.query("SAVEPOINT claim");
  try {
    const rows = await tx.query(
      `UPDATE connections SET credential_fingerprint = $3
       WHERE id = $1 AND generation = $2 AND desired_state = 'connected' AND revoked_at IS NULL RETURNING id`,
      [wish.id, wish.generation, fingerprint],
    );
    await tx.query("RELEASE claim");
    return rows.length > 0 ? "claimed" : "superseded";
  } catch (error) {
    if (violatedIndex(error) !== "one_owner_per_credential") throw error;
    await tx.query("ROLLBACK TO claim");
    return "claimed_elsewhere";
  }
}

/**
 * Closes a connection that was wished away: its credential is zeroed, its fingerprint free again, its observation
 * forgotten, and whoever was let in. False: it is wished connected again.
 */
export async function closeConnection(tx: WalledTx, wish: WishKey): Promise<boolean> {
  const rows = await tx.query<{ billing_account_id: string; channel: string }>(
    `UPDATE connections SET settled_generation = generation, outcome = NULL, revoked_at = now(),
       encrypted_credentials = NULL, encryption_key_id = NULL, credential_fingerprint = NULL
     WHERE id = $1 AND generation = $2 AND desired_state = 'disconnected' AND revoked_at IS NULL
     RETURNING billing_account_id, channel`,
    [wish.id, wish.generation],
  );
  const closed = rows[0];
  if (!closed) return false;
  await tx.query("DELETE FROM account_observations WHERE billing_account_id = $1 AND channel = $2", [
    closed.billing_account_id,
    closed.channel,
  ]);
  await forgetSenders(tx, closed.billing_account_id, closed.channel);
  return true;
}

/** Learned after the account was up: being connected does not wait for a name. */
export async function recordDisplayName(tx: WalledTx, wish: WishKey, displayName: string): Promise<void> {
  await tx.query(
    "UPDATE connections SET display_name = $3 WHERE id = $1 AND generation = $2 AND revoked_at IS NULL",
    [wish.id, wish.generation, displayName],
  );
}
