/** People, as they are made and found before any tenant is known. */
import { randomUUID } from "node:crypto";
import type { Locale } from "@cogni/contract";
import type { Tx } from "./tenant.ts";

export interface NewPersonRow {
  readonly name: string;
  /** In lower case; it counts as verified. */
  readonly email: string;
  readonly passwordHash: string;
}

/**
 * Makes someone who signs in with e-mail and password, in the rows that Better Auth reads.
 * @returns the person's id, or null where someone has that address
 */
export async function insertPerson(
  tx: Tx,
  { name, email, passwordHash }: NewPersonRow,
): Promise<string | null> {
  const userId = randomUUID();
  const made = await tx.query(
    `INSERT INTO auth."user" (id, name, email, "emailVerified") VALUES ($1, $2, $3, true)
     ON CONFLICT (email) DO NOTHING RETURNING id`,
    [userId, name, email],
  );
  if (made.length === 0) return null;
  await tx.query(
    `INSERT INTO auth.account (id, "accountId", "providerId", "userId", password)
     VALUES ($1, $2, 'credential', $2, $3)`,
    [randomUUID(), userId, passwordHash],
  );
  return userId;
}

export async function isTaken(tx: Tx, email: string): Promise<boolean> {
  return (await tx.query('SELECT FROM auth."user" WHERE email = $1', [email])).length > 0;
}

/** Null where there is nobody of that id. */
export async function personOfId(tx: Tx, userId: string): Promise<{ email: string; name: string } | null> {
  const [person] = await tx.query<{ email: string; name: string }>(
    'SELECT email, name FROM auth."user" WHERE id = $1',
    [userId],
  );
  return person ?? null;
}

/** In which language the person reads the pages; nothing is written where it is known. */
export async function rememberLocale(tx: Tx, userId: string, locale: Locale): Promise<void> {
  await tx.query('UPDATE auth."user" SET locale = $2 WHERE id = $1 AND locale IS DISTINCT FROM $2', [
    userId,
    locale,
  ]);
}
