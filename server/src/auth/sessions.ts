/** From a session cookie to the person behind it, at one query in a few seconds per session. */
import { billingAccountIdSchema } from "@cogni/contract";
import { parseSigned } from "hono/utils/cookie";
import type { Db } from "../db/pool.ts";
import { endSession, findSession } from "../db/sessions.ts";
import type { BetterAuth } from "./better-auth.ts";
import { createExpiringCache } from "./expiring-cache.ts";
import type { Principal } from "./principal.ts";

export interface Sessions {
  /** Null where the cookie names no living session of an active tenant. Throws AppError database_unavailable. */
  find(cookie: string | undefined): Promise<Principal | null>;
  /**
   * Nothing to end is a success. In other processes the session may be believed for `ttlMs` more.
   * Throws AppError database_unavailable: then it still lives.
   */
  end(cookie: string | undefined): Promise<void>;
}

const MAX_REMEMBERED = 10_000;

export async function createSessions(auth: BetterAuth, db: Db, ttlMs: number): Promise<Sessions> {
  const { authCookies, secret } = await auth.$context;
  const { name } = authCookies.sessionToken;
  const remembered = createExpiringCache<Principal | null>({ ttlMs, maxEntries: MAX_REMEMBERED });

  /** Null unless the cookie carries one that was signed here. */
  const tokenOf = async (cookie: string | undefined) => {
    if (cookie === undefined) return null;
    return (await parseSigned(cookie, secret, name))[name] || null;
  };
  return {
    async find(cookie) {
      const token = await tokenOf(cookie);
      return token === null ? null : remembered.get(token, () => lookUp(db, token));
    },
    async end(cookie) {
      const token = await tokenOf(cookie);
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
