/** A person's sessions, as they see and end them themselves. */
import type { EndSessionsRequest, Session } from "@cogni/contract";
import type { RequestMeta } from "../db/audit.ts";
import {
  endOwnSession,
  endSessionsOf,
  livingSessions,
  type OwnSession,
  sessionOfToken,
} from "../db/own-sessions.ts";
import type { Db } from "../db/pool.ts";
import { withNoTenant } from "../db/tenant.ts";
import { recordOwnAct } from "./record-act.ts";
import type { SessionCookie } from "./session-cookie.ts";
import type { Sessions } from "./sessions.ts";
import { shortUserAgent } from "./user-agent.ts";

export interface OwnSessions {
  /**
   * The session that asks, looked up afresh, or null where the cookie names none that lives. No tenant is needed: whoever
   * was put out of all of them may still end their sessions.
   * @throws AppError database_unavailable
   */
  currentSession(cookieHeader: string | undefined): Promise<OwnSession | null>;
  /** @throws AppError database_unavailable */
  listSessions(current: OwnSession): Promise<Session[]>;
  /**
   * Here they are refused at once, in other processes as soon as what they remember is over.
   * @returns how many lived until now; another person's are as good as none
   * @throws AppError database_unavailable: then they still live
   */
  endSessions(current: OwnSession, request: EndSessionsRequest, meta: RequestMeta): Promise<number>;
}

export function createOwnSessions(cookie: SessionCookie, db: Db, sessions: Sessions): OwnSessions {
  return {
    async currentSession(cookieHeader) {
      const token = await cookie.tokenIn(cookieHeader);
      return token === null ? null : withNoTenant(db, (tx) => sessionOfToken(tx, token));
    },

    async listSessions({ id: currentId, userId }) {
      const living = await withNoTenant(db, (tx) => livingSessions(tx, userId));
      return living.map(({ id, createdAt, expiresAt, userAgent, address }) => ({
        id,
        createdAt: createdAt.toISOString(),
        expiresAt: expiresAt.toISOString(),
        userAgent: userAgent && shortUserAgent(userAgent),
        address,
        current: id === currentId,
      }));
    },

    async endSessions({ id, userId }, request, meta) {
      const ended = await withNoTenant(db, async (tx) => {
        const count = await ("id" in request
          ? endOwnSession(tx, userId, request.id)
          : endSessionsOf(tx, userId, id));
        if (count > 0) await recordOwnAct(tx, userId, "sessions", meta);
        return count;
      });
      sessions.forget();
      return ended;
    },
  };
}
