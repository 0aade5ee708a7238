/** A person's sessions as they themselves see and end them, whatever tenant they act for. */
import type { Tx } from "./tenant.ts";

export interface OwnSession {
  readonly id: string;
  readonly userId: string;
}

export interface SessionDetails {
  readonly id: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly userAgent: string | null;
  readonly address: string | null;
}

/** More than anyone has by hand. */
const MAX_LISTED = 200;

/** The living session of that token, or null. */
export async function sessionOfToken(tx: Tx, token: string): Promise<OwnSession | null> {
  const [session] = await tx.query<{ id: string; userId: string }>(
    'SELECT id, "userId" FROM auth.session WHERE token = $1 AND "expiresAt" > now()',
    [token],
  );
  return session ?? null;
}

/** Those that live, the newest first. */
export function livingSessions(tx: Tx, userId: string): Promise<SessionDetails[]> {
  return tx.query<SessionDetails & Record<string, unknown>>(
    `SELECT id, "createdAt", "expiresAt", nullif("userAgent", '') AS "userAgent", nullif("ipAddress", '') AS address
     FROM auth.session WHERE "userId" = $1 AND "expiresAt" > now()
     ORDER BY "createdAt" DESC, id LIMIT $2`,
    [userId, MAX_LISTED],
  );
}

/** @returns how many lived until now */
export async function endOwnSession(tx: Tx, userId: string, id: string): Promise<number> {
  const ended = await tx.query(
    'DELETE FROM auth.session WHERE "userId" = $1 AND id = $2 RETURNING "expiresAt" > now() AS lived',
    [userId, id],
  );
  return livedOf(ended);
}

/**
 * @param except the one that stays, or null for none
 * @returns how many lived until now
 */
export async function endSessionsOf(tx: Tx, userId: string, except: string | null): Promise<number> {
  const ended = await tx.query(
    'DELETE FROM auth.session WHERE "userId" = $1 AND id IS DISTINCT FROM $2 RETURNING "expiresAt" > now() AS lived',
    [userId, except],
  );
  return livedOf(ended);
}

function livedOf(rows: readonly { readonly lived?: unknown }[]): number {
  return rows.filter(({ lived }) => lived === true).length;
}
