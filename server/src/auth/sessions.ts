/** From a session cookie to the person behind it, at one query in a few seconds per session. */
import { type BillingAccountId, ROLE_SCOPES } from "@cogni/contract";
import type { Db } from "../db/pool.ts";
import { endSession, findSession, type SessionRow } from "../db/sessions.ts";
import { AppError } from "../errors.ts";
import { createExpiringCache } from "./expiring-cache.ts";
import type { Principal } from "./principal.ts";
import type { SessionCookie } from "./session-cookie.ts";

export interface Sessions {
  /**
   * Null where the cookie names no living session.
   * @param tenant null: the one that the person has been a member of for longest
   * @throws AppError forbidden where they are no member of it, or of none; tenant_suspended; database_unavailable
   */
  find(
    cookieHeader: string | undefined,
    tenant: BillingAccountId | null,
    maxAgeMs?: number,
  ): Promise<Principal | null>;
  /**
   * Nothing to end is a success. In other processes the session may be believed for `ttlMs` more.
   * Throws AppError database_unavailable: then it still lives.
   */
  end(cookieHeader: string | undefined): Promise<void>;
  /** After some were ended in the database: the next request of each is looked up afresh. */
  forget(): void;
}

const MAX_REMEMBERED = 10_000;

/** @param ttlMs how long a session that was ended elsewhere may live on in this process */
export function createSessions(cookie: SessionCookie, db: Db, ttlMs: number): Sessions {
  const remembered = createExpiringCache<SessionRow | null>({ ttlMs, maxEntries: MAX_REMEMBERED });
  return {
    async find(cookieHeader, tenant, maxAgeMs) {
      const token = await cookie.tokenIn(cookieHeader);
      if (token === null) return null;
      const session = await remembered.get(
        `${token} ${tenant ?? ""}`,
        () => findSession(db, token, tenant),
        maxAgeMs,
      );
      return session && toPrincipal(session);
    },
    async end(cookieHeader) {
      const token = await cookie.tokenIn(cookieHeader);
      if (token === null) return;
      await endSession(db, token);
      // It may be remembered for several tenants, and people sign out seldom.
      remembered.clear();
    },
    forget: () => remembered.clear(),
  };
}

/** @throws AppError forbidden, tenant_suspended */
function toPrincipal({ user_id, name, email, billing_account_id, role, status }: SessionRow): Principal {
  if (billing_account_id === null || role === null) throw new AppError("forbidden");
  if (status !== "active") throw new AppError("tenant_suspended");
  return {
    billingAccountId: billing_account_id,
    actor: { kind: "person", id: user_id },
    name,
    email,
    role,
    scopes: ROLE_SCOPES[role],
    channels: null,
  };
}
