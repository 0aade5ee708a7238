/** Invitations as a tenant's people make them and take them back. */
import {
  type Invitation,
  type Invited,
  type InviteRequest,
  type Locale,
  MAX_INVITATIONS,
  type RevokedInvitation,
} from "@cogni/contract";
import type { RequestMeta } from "../db/audit.ts";
import { ownBillingAccount } from "../db/billing-accounts.ts";
import {
  addInvitation,
  findInvitation,
  listInvitations,
  type OpenInvitation,
  revokeInvitation,
  revokeInvitationsTo,
} from "../db/invitations.ts";
import { isMemberByEmail, lockMembers } from "../db/members.ts";
import type { Db } from "../db/pool.ts";
import { withTenant } from "../db/tenant.ts";
import { AppError } from "../errors.ts";
import type { MailPort } from "../mail/mail-port.ts";
import { mailInWords } from "../mail/words.ts";
import { beginAll, createAttemptLimit } from "./attempt-limit.ts";
import { INVITATION_LIVES_S, newInvitationLink } from "./invitation-link.ts";
import { requireMayGive } from "./member-rules.ts";
import type { Principal } from "./principal.ts";
import { recordAct } from "./record-act.ts";

export interface Invitations {
  /**
   * Takes the place of an open one for the same address, and is mailed, in the language of the one who invites.
   * @throws AppError forbidden (a role above what the caller may give), already_member, too_many_invitations, rate_limited
   */
  invite(principal: Principal, request: InviteRequest, locale: Locale, meta: RequestMeta): Promise<Invited>;
  /** @throws AppError invitation_ended, forbidden */
  revoke(principal: Principal, id: string, meta: RequestMeta): Promise<RevokedInvitation>;
}

const TEN_MINUTES_MS = 10 * 60 * 1000;

/** @param origin where the console is served from */
export function createInvitations(db: Db, mail: MailPort, origin: string): Invitations {
  // Mail goes to addresses that a tenant's admin chooses, in the operator's name.
  const perEmail = createAttemptLimit(db, "invite.email", { max: 5, windowMs: TEN_MINUTES_MS });
  const perTenant = createAttemptLimit(db, "invite.tenant", { max: 100, windowMs: TEN_MINUTES_MS });

  async function make(
    { billingAccountId, actor, name }: Principal,
    { email, role }: InviteRequest,
    locale: Locale,
    meta: RequestMeta,
  ): Promise<Invited> {
    const { link, tokenHash } = newInvitationLink(origin);
    const made = await withTenant(db, billingAccountId, async (tx) => {
      await lockMembers(tx);
      await requireMayGive(tx, actor, role);
      if (await isMemberByEmail(tx, email)) throw new AppError("already_member");
      const open = await listInvitations(tx);
      const before = open.find((one) => one.email === email);
      if (before) await requireMayGive(tx, actor, before.role);
      else if (open.length >= MAX_INVITATIONS) throw new AppError("too_many_invitations");
      await revokeInvitationsTo(tx, email);
      const invitedBy = actor.id;
      const wish = { billingAccountId, email, role, tokenHash, invitedBy, livesS: INVITATION_LIVES_S };
      const added = await addInvitation(tx, wish);
      await recordAct(tx, actor, {
        action: "invitation.create",
        subject: added.id,
        outcome: role,
        meta,
      });
      return { ...added, tenant: (await ownBillingAccount(tx))?.name ?? billingAccountId };
    });
    mail.send(mailInWords(locale, "invitation", email, { tenant: made.tenant, role, link }));
    return { invitation: toAnswer({ ...made, email, role, invitedBy: name }), link };
  }

  return {
    async invite(principal, request, locale, meta) {
      const tenant = principal.billingAccountId;
      const attempt = await beginAll(perTenant.begin(tenant), perEmail.begin(`${tenant} ${request.email}`));
      let mailed = false;
      try {
        const invited = await make(principal, request, locale, meta);
        mailed = true;
        return invited;
      } finally {
        if (!mailed) await attempt.forgive();
      }
    },

    revoke: ({ billingAccountId, actor }, id, meta) =>
      withTenant(db, billingAccountId, async (tx) => {
        await lockMembers(tx);
        const found = await findInvitation(tx, id);
        if (!found) throw new AppError("invitation_ended");
        await requireMayGive(tx, actor, found.role);
        await revokeInvitation(tx, id);
        await recordAct(tx, actor, { action: "invitation.revoke", subject: id, meta });
        return { id, status: "revoked" };
      }),
  };
}

export function toAnswer({ id, email, role, expiresAt, invitedBy }: OpenInvitation): Invitation {
  return { id, email, role, expiresAt: expiresAt.toISOString(), invitedBy };
}
