/** Sign-in and identification, put together. */
import type { Config } from "../config.ts";
import type { Db } from "../db/pool.ts";
import type { Logger } from "../log.ts";
import { createApiKeys } from "./api-keys.ts";
import type { BetterAuth } from "./better-auth.ts";
import { createPeople, type People } from "./people.ts";
import { createPrincipals, type Principals } from "./principals.ts";
import { sessionCookie } from "./session-cookie.ts";
import { createSessions } from "./sessions.ts";

export interface Auth {
  readonly principals: Principals;
  readonly people: People;
}

export function createAuth(config: Config, db: Db, log: Logger): Auth {
  const ttlMs = config.timing.principalCacheMs;
  const cookie = sessionCookie(config);
  const sessions = createSessions(cookie, db, ttlMs);

  // Loaded when somebody first signs in: it takes 40 MB, and a process that scripts call by key never needs it.
  let betterAuth: Promise<BetterAuth> | null = null;
  const load = async (): Promise<BetterAuth> => {
    const { createBetterAuth } = await import("./better-auth.ts");
    return createBetterAuth(config.http.publicUrl.origin, cookie, db.api, log);
  };
  return {
    principals: createPrincipals(createApiKeys(db, ttlMs), sessions),
    people: createPeople(() => (betterAuth ??= load()), sessions, cookie),
  };
}
