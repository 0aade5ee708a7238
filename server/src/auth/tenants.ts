/** The tenants of a person, and what a tenant is called. */
import {
  type CreateTenantRequest,
  type OwnTenant,
  type OwnTenants,
  type RenamedTenant,
  type RenameTenantRequest,
  ROLE_SCOPES,
} from "@cogni/contract";
import { append, type RequestMeta } from "../db/audit.ts";
import { createBillingAccount, renameBillingAccount, tenantsOfSession } from "../db/billing-accounts.ts";
import { addMember } from "../db/members.ts";
import type { OwnSession } from "../db/own-sessions.ts";
import type { Db } from "../db/pool.ts";
import { withNoTenant, withService, withTenant } from "../db/tenant.ts";
import { AppError } from "../errors.ts";
import type { Pseudonyms } from "../vault/pseudonyms.ts";
import { refuseErasedId } from "./deletion.ts";
import type { Principal } from "./principal.ts";
import { recordAct } from "./record-act.ts";
import type { Sessions } from "./sessions.ts";

export interface Tenants {
  /** @throws AppError database_unavailable */
  mine(session: OwnSession): Promise<OwnTenants>;
  /** With the caller as its owner. @throws AppError forbidden (in production), tenant_exists */
  create(session: OwnSession, request: CreateTenantRequest, meta: RequestMeta): Promise<OwnTenant>;
  /** @throws AppError database_unavailable */
  rename(principal: Principal, request: RenameTenantRequest, meta: RequestMeta): Promise<RenamedTenant>;
}

/** @param open whether people make tenants themselves; else the operator does, and invites the owner */
export function createTenants(db: Db, sessions: Sessions, pseudonyms: Pseudonyms, open: boolean): Tenants {
  return {
    async mine({ id }) {
      const tenants = await withNoTenant(db, (tx) => tenantsOfSession(tx, id));
      return {
        tenants: tenants.map((tenant) => ({ ...tenant, scopes: ROLE_SCOPES[tenant.role] })),
        mayCreate: open,
      };
    },

    async create({ userId }, { id, name }, meta) {
      if (!open) {
        throw new AppError("forbidden", {
          detail: "Here the operator makes tenants, and invites their owners.",
        });
      }
      await withService(db, async (tx) => {
        await refuseErasedId(tx, pseudonyms, id);
        await createBillingAccount(tx, { id, name });
        await addMember(tx, { billingAccountId: id, userId, role: "owner" });
        const actor = { kind: "person", id: userId } as const;
        const act = { billingAccountId: id, actor, action: "tenant.create", subject: id, meta } as const;
        await append(tx, { ...act, channel: null, accountId: null, outcome: "done" });
      });
      sessions.forget();
      const role = "owner";
      const made = { billingAccountId: id, billingAccountName: name, role, status: "active" } as const;
      return { ...made, scopes: ROLE_SCOPES[role] };
    },

    rename: ({ billingAccountId, actor }, { name }, meta) =>
      withTenant(db, billingAccountId, async (tx) => {
        await renameBillingAccount(tx, name);
        await recordAct(tx, actor, { action: "tenant.rename", subject: billingAccountId, meta });
        return { billingAccountId, billingAccountName: name };
      }),
  };
}
