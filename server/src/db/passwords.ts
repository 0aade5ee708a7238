/** Passwords, as hashes that Better Auth makes and compares. Reached before any tenant is known. */
import type { Tx } from "./tenant.ts";

export interface PersonWithPassword {
  readonly userId: string;
  readonly email: string;
}

/** Who signs in with that address and a password, or null. */
export async function personWithPassword(tx: Tx, email: string): Promise<PersonWithPassword | null> {
  const [person] = await tx.query<{ userId: string; email: string }>(
    `SELECT u.id AS "userId", u.email FROM auth."user" u
     WHERE u.email = $1
       AND EXISTS (SELECT FROM auth.account a WHERE a."userId" = u.id AND a."providerId" = 'credential')`,
    [email],
  );
  return person ?? null;
}

export async function setPasswordHash(tx: Tx, userId: string, hash: string): Promise<void> {
  await tx.query(
    `UPDATE auth.account SET password = $2, "updatedAt" = now() WHERE "userId" = $1 AND "providerId" = 'credential'`,
    [userId, hash],
  );
}

/** Null where nobody signs in with that address. */
export function passwordHashOf(tx: Tx, email: string): Promise<string | null> {
  return hashOf(tx, email, "");
}

/** The same, once whoever is about to set it has done so. */
export function settledPasswordHashOf(tx: Tx, email: string): Promise<string | null> {
  return hashOf(tx, email, "FOR SHARE OF a");
}

async function hashOf(tx: Tx, email: string, lock: "" | "FOR SHARE OF a"): Promise<string | null> {
  const [account] = await tx.query<{ password: string }>(
    `SELECT a.password FROM auth."user" u JOIN auth.account a ON a."userId" = u.id
     WHERE u.email = $1 AND a."providerId" = 'credential' ${lock}`,
    [email],
  );
  return account?.password ?? null;
}
