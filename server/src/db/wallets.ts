/** Wallets that people sign in with, and the messages that wallets were asked to sign. Reached before any tenant is known. */
import type { WalletPurpose } from "@cogni/contract";
import type { Tx } from "./tenant.ts";

export interface NewChallenge {
  readonly messageHash: Uint8Array;
  readonly purpose: WalletPurpose;
  /** Who asked, for the purpose `link`. */
  readonly userId: string | null;
  readonly expiresAt: Date;
}

/** Those that nobody sent back in time go with the next one. */
export async function keepChallenge(
  tx: Tx,
  { messageHash, purpose, userId, expiresAt }: NewChallenge,
): Promise<void> {
  await tx.query("DELETE FROM auth.wallet_challenge WHERE expires_at < now()");
  await tx.query(
    "INSERT INTO auth.wallet_challenge (message_hash, purpose, user_id, expires_at) VALUES ($1, $2, $3, $4)",
    [messageHash, purpose, userId, expiresAt],
  );
}

/** Whether it could be used until now. Of two who use it at the same moment, in whichever processes, one is told so. */
export async function useChallenge(
  tx: Tx,
  messageHash: Uint8Array,
  purpose: WalletPurpose,
  userId: string | null,
): Promise<boolean> {
  const used = await tx.query(
    `DELETE FROM auth.wallet_challenge
     WHERE message_hash = $1 AND purpose = $2 AND user_id IS NOT DISTINCT FROM $3 AND expires_at > now()
     RETURNING purpose`,
    [messageHash, purpose, userId],
  );
  return used.length === 1;
}

/** The person's id, or null where the wallet is nobody's. @param address in lower case */
export async function holderOfWallet(tx: Tx, address: string): Promise<string | null> {
  const [wallet] = await tx.query<{ userId: string }>(
    'SELECT user_id AS "userId" FROM auth.wallet WHERE address = $1',
    [address],
  );
  return wallet?.userId ?? null;
}

/** The oldest first. */
export function walletsOf(tx: Tx, userId: string): Promise<{ address: string; createdAt: Date }[]> {
  return tx.query<{ address: string; createdAt: Date }>(
    `SELECT address, created_at AS "createdAt" FROM auth.wallet WHERE user_id = $1
     ORDER BY created_at, address LIMIT 200`,
    [userId],
  );
}

/** Nothing happens to a wallet that is someone's already. */
export async function addWallet(tx: Tx, address: string, userId: string): Promise<void> {
  await tx.query("INSERT INTO auth.wallet (address, user_id) VALUES ($1, $2) ON CONFLICT DO NOTHING", [
    address,
    userId,
  ]);
}

/** Whether it was theirs. */
export async function removeWallet(tx: Tx, address: string, userId: string): Promise<boolean> {
  const removed = await tx.query(
    "DELETE FROM auth.wallet WHERE address = $1 AND user_id = $2 RETURNING address",
    [address, userId],
  );
  return removed.length === 1;
}

/** Until the transaction ends, nobody else changes how the person signs in. */
export async function lockPerson(tx: Tx, userId: string): Promise<void> {
  await tx.query('SELECT FROM auth."user" WHERE id = $1 FOR UPDATE', [userId]);
}

/** @param issuer of the identity provider that is in use; null for none */
export async function hasOtherWayIn(tx: Tx, userId: string, issuer: string | null): Promise<boolean> {
  const ways = await tx.query(
    `SELECT FROM auth.account WHERE "userId" = $1 AND password IS NOT NULL
     UNION ALL SELECT FROM auth.wallet WHERE user_id = $1
     UNION ALL SELECT FROM auth.oidc_identity WHERE user_id = $1 AND issuer = $2`,
    [userId, issuer],
  );
  return ways.length > 0;
}
