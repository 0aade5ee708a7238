/** The links that were mailed to people, and what using one of them does. Reached before any tenant is known. */
import type { Tx } from "./tenant.ts";

export type LinkPurpose = "password_reset" | "email_verification";

export interface LinkHolder {
  readonly userId: string;
  readonly email: string;
}

/** Takes the place of the person's earlier link of that kind. */
export async function keepLink(
  tx: Tx,
  purpose: LinkPurpose,
  { userId, email }: LinkHolder,
  { tokenHash, livesS }: { readonly tokenHash: Uint8Array; readonly livesS: number },
): Promise<void> {
  await tx.query(
    `INSERT INTO auth.mail_link (user_id, purpose, token_hash, email, expires_at)
     VALUES ($1, $2, $3, $4, now() + $5 * interval '1 second')
     ON CONFLICT (user_id, purpose) DO UPDATE
       SET token_hash = excluded.token_hash, email = excluded.email, expires_at = excluded.expires_at`,
    [userId, purpose, tokenHash, email, livesS],
  );
}

/** Whose living link it is, if they still have the address it was sent to; else null. */
export async function holderOfLink(
  tx: Tx,
  purpose: LinkPurpose,
  tokenHash: Uint8Array,
): Promise<LinkHolder | null> {
  const [holder] = await tx.query<{ userId: string; email: string }>(
    `SELECT u.id AS "userId", u.email
     FROM auth.mail_link l JOIN auth."user" u ON u.id = l.user_id AND u.email = l.email
     WHERE l.purpose = $1 AND l.token_hash = $2 AND l.expires_at > now()`,
    [purpose, tokenHash],
  );
  return holder ?? null;
}

/** Whether it lived until now. Of two who use it at the same moment, one is told so. */
export async function useLink(tx: Tx, purpose: LinkPurpose, tokenHash: Uint8Array): Promise<boolean> {
  const used = await tx.query(
    "DELETE FROM auth.mail_link WHERE purpose = $1 AND token_hash = $2 AND expires_at > now() RETURNING user_id",
    [purpose, tokenHash],
  );
  return used.length === 1;
}

/** The person, unless their address is verified already. */
export async function unverifiedPerson(tx: Tx, userId: string): Promise<LinkHolder | null> {
  const [person] = await tx.query<{ userId: string; email: string }>(
    'SELECT id AS "userId", email FROM auth."user" WHERE id = $1 AND NOT "emailVerified"',
    [userId],
  );
  return person ?? null;
}

export async function setEmailVerified(tx: Tx, userId: string): Promise<void> {
  await tx.query('UPDATE auth."user" SET "emailVerified" = true, "updatedAt" = now() WHERE id = $1', [
    userId,
  ]);
}
