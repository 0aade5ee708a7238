/** Sign-in and identification, put together. */
import type { Config } from "../config.ts";
import type { Db } from "../db/pool.ts";
import type { Logger } from "../log.ts";
import { createApiKeys } from "./api-keys.ts";
import { createBetterAuth } from "./better-auth.ts";
import { createPeople, type People } from "./people.ts";
import { createPrincipals, type Principals } from "./principal.ts";
import { createSessions } from "./sessions.ts";

export interface Auth {
  readonly principals: Principals;
  readonly people: People;
}

export async function createAuth(config: Config, db: Db, log: Logger): Promise<Auth> {
  const ttlMs = config.timing.principalCacheMs;
  const betterAuth = createBetterAuth(config, db.api, log);
  const sessions = await createSessions(betterAuth, db, ttlMs);
  return {
    principals: createPrincipals(createApiKeys(db, ttlMs), sessions),
    people: createPeople(betterAuth, sessions),
  };
}
