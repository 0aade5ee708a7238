/** What the platform's administrators do: look after gateways, see which tenants there are, and make one. */
import { randomBytes } from "node:crypto";
import {
  type BillingAccountId,
  billingAccountIdSchema,
  type Drained,
  type DrainRequest,
  type Gateways,
  type Locale,
  type OperatorCreatedTenant,
  type OperatorCreateTenantRequest,
  type TenantsPage,
  type TenantsQuery,
} from "@cogni/contract";
import type { RequestMeta } from "../db/audit.ts";
import { addInvitation } from "../db/invitations.ts";
import {
  createTenantOfOperator,
  drainGateway,
  gatewaysOfOperator,
  tenantsOfOperator,
} from "../db/operator.ts";
import type { OwnSession } from "../db/own-sessions.ts";
import { recordPlatformAct } from "../db/platform-audit.ts";
import type { Db } from "../db/pool.ts";
import { withNoTenant, withTenant } from "../db/tenant.ts";
import { AppError } from "../errors.ts";
import type { MailPort } from "../mail/mail-port.ts";
import { mailInWords } from "../mail/words.ts";
import type { Pseudonyms } from "../vault/pseudonyms.ts";
import { refuseErasedId } from "./deletion.ts";
import { INVITATION_LIVES_S, newInvitationLink } from "./invitation-link.ts";

/** Every session is one of an administrator's; any other sees and changes nothing. Throws AppError database_unavailable. */
export interface Operator {
  gateways(session: OwnSession): Promise<Gateways>;
  /** @throws AppError unknown_gateway */
  drain(session: OwnSession, request: DrainRequest, meta: RequestMeta): Promise<Drained>;
  tenants(session: OwnSession, query: TenantsQuery): Promise<TenantsPage>;
  /** Its first owner is invited, and mailed in the language of whoever makes it. @throws AppError tenant_exists */
  createTenant(
    session: OwnSession,
    request: OperatorCreateTenantRequest,
    locale: Locale,
    meta: RequestMeta,
  ): Promise<OperatorCreatedTenant>;
}

/** @param origin where the console is served from */
export function createOperator(db: Db, mail: MailPort, origin: string, pseudonyms: Pseudonyms): Operator {
  return {
    async gateways({ id }) {
      const rows = await withNoTenant(db, (tx) => gatewaysOfOperator(tx, id));
      const gateways = rows.map(({ leaseHolder, leaseUntil, observedAt, ...row }) => ({
        ...row,
        observedAt: observedAt?.toISOString() ?? null,
        lease:
          leaseHolder !== null && leaseUntil !== null
            ? { holder: leaseHolder, until: leaseUntil.toISOString() }
            : null,
      }));
      return { gateways };
    },

    drain: ({ id, userId }, { gateway, draining }, meta) =>
      withNoTenant(db, async (tx) => {
        if (!(await drainGateway(tx, id, gateway, draining))) throw new AppError("unknown_gateway");
        const action = draining ? "gateway.drain" : "gateway.fill";
        await recordPlatformAct(tx, { actor: person(userId), action, subject: gateway, meta });
        return { gateway, draining };
      }),

    async tenants({ id }, query) {
      const rows = await withNoTenant(db, (tx) =>
        tenantsOfOperator(tx, id, { ...query, limit: query.limit + 1 }),
      );
      const tenants = rows
        .slice(0, query.limit)
        .map(({ createdAt, ...row }) => ({ ...row, createdAt: createdAt.toISOString() }));
      return { tenants, next: rows.length > query.limit ? (tenants.at(-1)?.id ?? null) : null };
    },

    async createTenant({ id, userId }, { id: wanted, name, owner }, locale, meta) {
      const billingAccountId = wanted ?? idFrom(name);
      const { link, tokenHash } = newInvitationLink(origin);
      await withTenant(db, billingAccountId, async (tx) => {
        await refuseErasedId(tx, pseudonyms, billingAccountId);
        if (!(await createTenantOfOperator(tx, id, name))) throw new AppError("tenant_exists");
        await addInvitation(tx, {
          billingAccountId,
          email: owner,
          role: "owner",
          tokenHash,
          // Whom the tenant's people need not know.
          invitedBy: null,
          livesS: INVITATION_LIVES_S,
        });
        const act = { action: "tenant.create", subject: billingAccountId, meta } as const;
        await recordPlatformAct(tx, { actor: person(userId), ...act });
      });
      mail.send(mailInWords(locale, "invitation", owner, { tenant: name, role: "owner", link }));
      return { billingAccountId, billingAccountName: name, invited: owner, link };
    },
  };
}

const person = (id: string) => ({ kind: "person", id }) as const;

/** `Müller & Söhne` as `muller-sohne-3f9a1c`: readable where the name is, and nobody's else. */
function idFrom(name: string): BillingAccountId {
  const words =
    name
      .normalize("NFKD")
      .toLowerCase()
      .replace(/\p{M}/gu, "")
      .match(/[a-z0-9]+/g) ?? [];
  const readable = words.join("-").slice(0, 40) || "tenant";
  return billingAccountIdSchema.parse(`${readable}-${randomBytes(3).toString("hex")}`);
}
