/** From a session cookie to the person behind it, at one query in a few seconds per session. */
import { billingAccountIdSchema } from "@cogni/contract";
import type { Db } from "../db/pool.ts";
import { endSession, findSession } from "../db/sessions.ts";
import { createExpiringCache } from "./expiring-cache.ts";
import type { Principal } from "./principal.ts";
import type { SessionCookie } from "./session-cookie.ts";

export interface Sessions {
  /** Null where the cookie names no living session of an active tenant. Throws AppError database_unavailable. */
  find(cookieHeader: string | undefined, maxAgeMs?: number): Promise<Principal | null>;
  /**
   * Nothing to end is a success. In other processes the session may be believed for `ttlMs` more.
   * Throws AppError database_unavailable: then it still lives.
   */
  end(cookieHeader: string | undefined): Promise<void>;
}

const MAX_REMEMBERED = 10_000;

/** @param ttlMs how long a session that was ended elsewhere may live on in this process */
export function createSessions(cookie: SessionCookie, db: Db, ttlMs: number): Sessions {
  const remembered = createExpiringCache<Principal | null>({ ttlMs, maxEntries: MAX_REMEMBERED });
  return {
    async find(cookieHeader, maxAgeMs) {
      const token = await cookie.tokenIn(cookieHeader);
      return token === null ? null : remembered.get(token, () => lookUp(db, token), maxAgeMs);
    },
    async end(cookieHeader) {
      const token = await cookie.tokenIn(cookieHeader);
      if (token === null) return;
      await endSession(db, token);
      remembered.delete(token);
    },
  };
}

async function lookUp(db: Db, token: string): Promise<Principal | null> {
  const session = await findSession(db, token);
  return (
    session && {
      billingAccountId: billingAccountIdSchema.parse(session.billing_account_id),
      actor: { kind: "person", id: session.user_id },
      name: session.name,
      email: session.email,
    }
  );
}
