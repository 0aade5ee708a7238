/** A tenant's people, as they manage each other: each change under one lock, with its audit row. */
import {
  type ChangedRole,
  type ChangeRoleRequest,
  type Members,
  type RemovedMember,
  ROLES_GIVEN,
} from "@cogni/contract";
import type { RequestMeta } from "../db/audit.ts";
import { listInvitations, revokeInvitationsBy } from "../db/invitations.ts";
import { listMembers, lockMembers, removeMember, roleOf, setRole } from "../db/members.ts";
import type { Db } from "../db/pool.ts";
import { withTenant } from "../db/tenant.ts";
import { AppError } from "../errors.ts";
import { toAnswer } from "./invitations.ts";
import { manageableRole, requireAnotherOwner, requireMayGive } from "./member-rules.ts";
import type { Principal } from "./principal.ts";
import { recordAct } from "./record-act.ts";
import type { Sessions } from "./sessions.ts";

export interface ManageMembers {
  /** @throws AppError database_unavailable */
  list(principal: Principal): Promise<Members>;
  /** @throws AppError unknown_member, forbidden (above what the caller may give and take), last_owner */
  changeRole(principal: Principal, request: ChangeRoleRequest, meta: RequestMeta): Promise<ChangedRole>;
  /**
   * Someone else, or oneself. In this process their sessions lose the tenant at once, in others as soon as what they
   * remember is over.
   * @throws AppError unknown_member, forbidden, last_owner
   */
  remove(principal: Principal, userId: string, meta: RequestMeta): Promise<RemovedMember>;
}

export function createManageMembers(db: Db, sessions: Sessions): ManageMembers {
  return {
    list: ({ billingAccountId, actor, role, scopes }) =>
      withTenant(db, billingAccountId, async (tx) => ({
        members: (await listMembers(tx)).map(({ since, ...member }) => ({
          ...member,
          since: since.toISOString(),
          you: actor.kind === "person" && actor.id === member.userId,
        })),
        invitations: scopes.includes("members:write") ? (await listInvitations(tx)).map(toAnswer) : null,
        gives: role === null ? [] : ROLES_GIVEN[role],
      })),

    async changeRole({ billingAccountId, actor }, { userId, role }, meta) {
      await withTenant(db, billingAccountId, async (tx) => {
        await lockMembers(tx);
        const present = await manageableRole(tx, actor, userId);
        await requireMayGive(tx, actor, role);
        if (present === role) return;
        if (present === "owner") await requireAnotherOwner(tx);
        await setRole(tx, userId, role);
        await revokeInvitationsBy(tx, userId, ROLES_GIVEN[role]);
        await recordAct(tx, actor, { action: "member.role", subject: userId, outcome: role, meta });
      });
      sessions.forget();
      return { userId, role };
    },

    async remove({ billingAccountId, actor }, userId, meta) {
      const leaves = actor.kind === "person" && actor.id === userId;
      await withTenant(db, billingAccountId, async (tx) => {
        await lockMembers(tx);
        const present = leaves ? await roleOf(tx, userId) : await manageableRole(tx, actor, userId);
        if (present === null) throw new AppError("unknown_member");
        if (present === "owner") await requireAnotherOwner(tx);
        await removeMember(tx, userId);
        await revokeInvitationsBy(tx, userId, []);
        const action = leaves ? "member.leave" : "member.remove";
        await recordAct(tx, actor, { action, subject: userId, meta });
      });
      sessions.forget();
      return { userId, status: "removed" };
    },
  };
}
