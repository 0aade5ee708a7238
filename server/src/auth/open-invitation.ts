/** What is behind the token of an invitation: a place in a tenant, or among the platform's administrators. */
import type { AcceptedInvitation } from "@cogni/contract";
import { acceptAdministratorInvitation, lookUpAdministratorInvitation } from "../db/administrators.ts";
import type { RequestMeta } from "../db/audit.ts";
import { lookUpInvitation, type Offer, useInvitation } from "../db/invitations.ts";
import { addMember, lockMembers } from "../db/members.ts";
import { recordPlatformAct } from "../db/platform-audit.ts";
import type { Db } from "../db/pool.ts";
import { type Tx, withNoTenant, withTenant } from "../db/tenant.ts";
import { AppError } from "../errors.ts";
import { recordAct } from "./record-act.ts";

export interface OpenedInvitation {
  readonly tenant: AcceptedInvitation;
  readonly role: Offer["role"] | null;
  readonly email: string;
  /**
   * In one transaction: `whom` finds or makes the person.
   * @throws AppError invitation_ended: then nobody was made either
   */
  join(meta: RequestMeta, whom: (tx: Tx) => Promise<string>): Promise<void>;
}

/** Null where the token opens nothing. @throws AppError database_unavailable */
export async function openInvitation(db: Db, tokenHash: Uint8Array): Promise<OpenedInvitation | null> {
  const [offer, administrator] = await withNoTenant(db, async (tx) => [
    await lookUpInvitation(tx, tokenHash),
    await lookUpAdministratorInvitation(tx, tokenHash),
  ]);
  if (offer) return toTenant(db, offer);
  return administrator && toPlatform(db, { ...administrator, tokenHash });
}

function toTenant(db: Db, offer: Offer): OpenedInvitation {
  const { id, role, email, billingAccountId, billingAccountName } = offer;
  return {
    tenant: { billingAccountId, billingAccountName },
    role,
    email,
    join: (meta, whom) =>
      withTenant(db, billingAccountId, async (tx) => {
        await lockMembers(tx);
        if (!(await useInvitation(tx, id))) throw new AppError("invitation_ended");
        const userId = await whom(tx);
        await addMember(tx, { billingAccountId, userId, role });
        const act = { action: "invitation.accept", subject: id, outcome: role, meta } as const;
        await recordAct(tx, { kind: "person", id: userId }, act);
      }),
  };
}

interface PlatformOffer {
  readonly id: string;
  readonly email: string;
  readonly tokenHash: Uint8Array;
}

function toPlatform(db: Db, { id, email, tokenHash }: PlatformOffer): OpenedInvitation {
  return {
    tenant: { billingAccountId: null, billingAccountName: null },
    role: null,
    email,
    join: (meta, whom) =>
      withNoTenant(db, async (tx) => {
        const userId = await whom(tx);
        if (!(await acceptAdministratorInvitation(tx, tokenHash, userId))) {
          throw new AppError("invitation_ended");
        }
        const actor = { kind: "person", id: userId } as const;
        await recordPlatformAct(tx, { actor, action: "administrator.accept", subject: id, meta });
      }),
  };
}
