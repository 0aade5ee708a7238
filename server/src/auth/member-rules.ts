/**
 * Who may make whom what. Asked under the lock, and of the database: what a session is believed to be is some seconds old,
 * and by then its person may have been demoted.
 */
import { ROLES_GIVEN, type Role } from "@cogni/contract";
import { countOwners, roleOf } from "../db/members.ts";
import type { TenantTx } from "../db/tenant.ts";
import { AppError } from "../errors.ts";
import type { Principal } from "./principal.ts";

/**
 * Which roles the caller gives and takes at this moment, under the lock.
 * @throws AppError forbidden where that is none
 */
async function rolesGivenBy(tx: TenantTx, actor: Principal["actor"]): Promise<readonly Role[]> {
  const role = actor.kind === "person" ? await roleOf(tx, actor.id) : null;
  const given = role === null ? [] : ROLES_GIVEN[role];
  if (given.length === 0) throw new AppError("forbidden");
  return given;
}

/** @throws AppError forbidden */
export async function requireMayGive(tx: TenantTx, actor: Principal["actor"], role: Role): Promise<void> {
  if ((await rolesGivenBy(tx, actor)).includes(role)) return;
  throw new AppError("forbidden", { detail: "Only an owner makes or unmakes an owner." });
}

/** What a member is, whom the caller may manage. @throws AppError unknown_member, forbidden */
export async function manageableRole(tx: TenantTx, actor: Principal["actor"], userId: string): Promise<Role> {
  // Asked first: whoever manages nobody is not told who is a member.
  await rolesGivenBy(tx, actor);
  const role = await roleOf(tx, userId);
  if (role === null) throw new AppError("unknown_member");
  await requireMayGive(tx, actor, role);
  return role;
}

/** @throws AppError last_owner */
export async function requireAnotherOwner(tx: TenantTx): Promise<void> {
  if ((await countOwners(tx)) < 2) throw new AppError("last_owner");
}
