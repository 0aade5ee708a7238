/** From a request's headers to who is asking. */
import { type BillingAccountId, billingAccountIdSchema } from "@cogni/contract";
import { AppError } from "../errors.ts";
import type { Principal } from "./principal.ts";
import type { Sessions } from "./sessions.ts";

/** The headers by which a request says who asks, and for which tenant. */
export interface Identification {
  readonly authorization: string | undefined;
  readonly cookie: string | undefined;
  /** `TENANT_HEADER`. */
  readonly tenant: string | undefined;
}

/** What may stand behind `Authorization: Bearer`; each kind has a form of its own. */
export interface Bearers {
  /**
   * Null for what is malformed, unknown, ended, or of a tenant that is not active.
   * @throws AppError tenant_suspended (an API key's), database_unavailable
   */
  find(bearer: string, maxAgeMs?: number): Promise<Principal | null>;
  /** After some were ended in the database: the next request of each is looked up afresh. */
  forget(): void;
}

export interface Principals {
  /**
   * A bearer wins over a session that came along: whoever sends one means it, and a wrong one is not forgiven.
   * @param maxAgeMs where a look-up of `principalCacheMs` ago is too old to be believed
   * @throws AppError unauthenticated, forbidden (of another tenant than the one that is named), tenant_suspended,
   *   database_unavailable
   */
  resolve(identification: Identification, maxAgeMs?: number): Promise<Principal>;
  /** A tenant is another than it was: the next request of each is looked up afresh. */
  forget(): void;
}

export function createPrincipals(kinds: readonly Bearers[], sessions: Sessions): Principals {
  async function holderOf(bearer: string, maxAgeMs?: number): Promise<Principal | null> {
    for (const kind of kinds) {
      const holder = await kind.find(bearer, maxAgeMs);
      if (holder) return holder;
    }
    return null;
  }
  return {
    async resolve({ authorization, cookie, tenant }, maxAgeMs) {
      const principal =
        authorization === undefined
          ? await sessions.find(cookie, tenantNamed(tenant), maxAgeMs)
          : await holderOf(bearerOf(authorization), maxAgeMs);
      if (!principal) throw new AppError("unauthenticated");
      if (tenant !== undefined && principal.billingAccountId !== tenant) throw new AppError("forbidden");
      return principal;
    },
    forget() {
      for (const kind of kinds) kind.forget();
      sessions.forget();
    },
  };
}

/** @throws AppError forbidden for a name that no tenant can have */
function tenantNamed(header: string | undefined): BillingAccountId | null {
  if (header === undefined) return null;
  const named = billingAccountIdSchema.safeParse(header);
  if (!named.success) throw new AppError("forbidden");
  return named.data;
}

/** The token of an `Authorization: Bearer` header; empty for any other. */
export function bearerOf(authorization: string): string {
  return /^Bearer +([^ ]+)$/i.exec(authorization)?.[1] ?? "";
}
