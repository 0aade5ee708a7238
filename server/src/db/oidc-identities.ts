/** Who people are at the identity provider. Reached before any tenant is known. */
import { randomUUID } from "node:crypto";
import type { Tx } from "./tenant.ts";

/** As the provider names someone for ever, unlike by an address. */
export interface OidcIdentity {
  readonly issuer: string;
  readonly subject: string;
}

/** The person's id, or null for someone who has not been here yet. */
export async function personOfIdentity(tx: Tx, { issuer, subject }: OidcIdentity): Promise<string | null> {
  const [found] = await tx.query<{ userId: string }>(
    'SELECT user_id AS "userId" FROM auth.oidc_identity WHERE issuer = $1 AND subject = $2',
    [issuer, subject],
  );
  return found?.userId ?? null;
}

/**
 * Whoever has shown that the address is theirs, or null. Nobody whom that provider knows already: it has given the address to
 * someone else since.
 * @param email in lower case
 */
export async function personOfVerifiedEmail(tx: Tx, email: string, issuer: string): Promise<string | null> {
  const [found] = await tx.query<{ id: string }>(
    `SELECT id FROM auth."user" u WHERE email = $1 AND "emailVerified"
       AND NOT EXISTS (SELECT FROM auth.oidc_identity o WHERE o.user_id = u.id AND o.issuer = $2)`,
    [email, issuer],
  );
  return found?.id ?? null;
}

/** Whether some tenant has an open invitation to that address. @param email in lower case */
export async function isInvited(tx: Tx, email: string): Promise<boolean> {
  const [answer] = await tx.query<{ invited: boolean }>("SELECT is_invited($1) AS invited", [email]);
  return answer?.invited === true;
}

/** Makes someone who has no password. @returns the person's id, or null where someone has that address */
export async function insertPersonWithoutPassword(
  tx: Tx,
  { name, email }: { readonly name: string; readonly email: string },
): Promise<string | null> {
  const made = await tx.query<{ id: string }>(
    `INSERT INTO auth."user" (id, name, email, "emailVerified") VALUES ($1, $2, $3, true)
     ON CONFLICT (email) DO NOTHING RETURNING id`,
    [randomUUID(), name, email],
  );
  return made[0]?.id ?? null;
}

/** Of two at the same moment the first stands. @returns the id of the person it is now, or null where they have another */
export async function linkIdentity(tx: Tx, identity: OidcIdentity, userId: string): Promise<string | null> {
  await tx.query(
    "INSERT INTO auth.oidc_identity (issuer, subject, user_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
    [identity.issuer, identity.subject, userId],
  );
  return personOfIdentity(tx, identity);
}
