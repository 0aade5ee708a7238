/** Sessions, as far as they are looked up before the tenant is known. Better Auth makes them. */
import { asDatabaseError } from "./errors.ts";
import type { Db } from "./pool.ts";

export interface SessionRow {
  readonly user_id: string;
  readonly billing_account_id: string;
  readonly name: string;
  readonly email: string;
}

/**
 * The person behind a living session of an active tenant, or null.
 * Throws AppError `database_unavailable`.
 */
export async function findSession(db: Db, token: string): Promise<SessionRow | null> {
  const { rows } = await db.api
    .query<SessionRow>("SELECT user_id, billing_account_id, name, email FROM lookup_session($1)", [token])
    .catch((error) => {
      throw asDatabaseError(error);
    });
  return rows[0] ?? null;
}

/**
 * Ends the session, if it lives. By itself, because Better Auth's own way answers well even if the row is still there.
 * Throws AppError `database_unavailable`.
 */
export async function endSession(db: Db, token: string): Promise<void> {
  await db.api.query("DELETE FROM auth.session WHERE token = $1", [token]).catch((error) => {
    throw asDatabaseError(error);
  });
}
