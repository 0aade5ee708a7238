/** Sessions, as far as they are looked up before the tenant is known. Better Auth makes them. */
import type { BillingAccountId, Role } from "@cogni/contract";
import { asDatabaseError } from "./errors.ts";
import type { Db } from "./pool.ts";

export interface SessionRow {
  readonly user_id: string;
  readonly name: string;
  readonly email: string;
  /** Null where the person is no member of the tenant that was asked for, or of none. */
  readonly billing_account_id: BillingAccountId | null;
  readonly role: Role | null;
  /** The tenant's; one that is being deleted is nobody's. */
  readonly status: "active" | "suspended" | null;
}

/**
 * The person behind a living session, and their role in a tenant; null for a session that does not live.
 * @param tenant null: the one they have been a member of for longest
 * Throws AppError `database_unavailable`.
 */
export async function findSession(
  db: Db,
  token: string,
  tenant: BillingAccountId | null,
): Promise<SessionRow | null> {
  const { rows } = await db.api
    .query<SessionRow>(
      "SELECT user_id, name, email, billing_account_id, role, status FROM lookup_session($1, $2)",
      [token, tenant],
    )
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
