/** Start-up's look at who the API role is: a role that owns or bypasses something would make the wall a picture of one. */
import type pg from "pg";
import { AppError } from "../errors.ts";
import { asDatabaseError } from "./errors.ts";

/**
 * Throws AppError `database_role_privileged`, naming every privilege the pool's user should not have: superuser,
 * BYPASSRLS, owner of a table of ours, or membership in a role that is one of these.
 */
export async function refusePrivilegedApiRole(pool: pg.Pool): Promise<void> {
  const privileges = await apiRolePrivileges(pool);
  if (privileges.length === 0) return;
  throw new AppError("database_role_privileged", {
    detail: `The user of DATABASE_URL ${privileges.join(", and ")}. Give the API a role of its own without privileges.`,
  });
}

/** What is wrong with the pool's user, in words that follow “The user”; empty when all is well. */
export async function apiRolePrivileges(pool: pg.Pool): Promise<string[]> {
  // Membership counts even without INHERIT: SET ROLE would do.
  const { rows } = await pool
    .query<{
      name: string;
      itself: boolean;
      super: boolean;
      bypasses: boolean;
      creates: boolean;
      owned: string | null;
    }>(
      `SELECT r.rolname AS name, r.rolname = current_user AS itself, r.rolsuper AS super, r.rolbypassrls AS bypasses,
         r.rolcreaterole AS creates,
         (SELECT min(c.oid::regclass::text) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
          WHERE c.relowner = r.oid AND n.nspname IN ('public', 'auth')) AS owned
       FROM pg_roles r WHERE pg_has_role(current_user, r.oid, 'MEMBER')`,
    )
    .catch((error) => {
      throw asDatabaseError(error);
    });
  return rows.flatMap((role) => {
    const found = [
      role.super && "is a superuser",
      role.bypasses && "has BYPASSRLS",
      role.creates && "has CREATEROLE",
      role.owned !== null && `owns ${role.owned}`,
    ].filter((word) => word !== false);
    return role.itself ? found : found.map((word) => `is a member of ${role.name}, which ${word}`);
  });
}

/** Tables that name a tenant and yet have no forced row-level security; none, unless someone changed them by hand. */
export async function unwalledTables(pool: pg.Pool): Promise<string[]> {
  const { rows } = await pool
    .query<{ name: string }>(
      `SELECT DISTINCT c.relname AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
       WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT a.attisdropped
         AND (a.attname = 'billing_account_id' OR c.relname = 'billing_accounts')
         AND NOT (c.relrowsecurity AND c.relforcerowsecurity)`,
    )
    .catch((error) => {
      throw asDatabaseError(error);
    });
  return rows.map((row) => row.name);
}
