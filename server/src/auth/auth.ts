/** Sign-in and identification, put together. */
import { join } from "node:path";
import type { Config } from "../config.ts";
import type { Db } from "../db/pool.ts";
import type { Logger } from "../log.ts";
import { createMailPort } from "../mail/mail-port.ts";
import { createOutbox } from "../mail/outbox.ts";
import { createSmtp } from "../mail/smtp.ts";
import { createApiKeys } from "./api-keys.ts";
import type { BetterAuth } from "./better-auth.ts";
import { createByMail } from "./by-mail.ts";
import { createOwnSessions } from "./own-sessions.ts";
import { createPeople, type People } from "./people.ts";
import { createPrincipals, type Principals } from "./principals.ts";
import { sessionCookie } from "./session-cookie.ts";
import { createSessions } from "./sessions.ts";

export interface Auth {
  readonly principals: Principals;
  readonly people: People;
  /** Lets mail that is on its way arrive. */
  close(): Promise<void>;
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
  const loaded = () => (betterAuth ??= load());

  const transport = config.mail
    ? createSmtp(config.mail.smtp, config.mail.from)
    : createOutbox(join(config.dataDir, "outbox"));
  const mail = createMailPort(transport, config.timing.mail, log);
  const byMail = createByMail({
    db,
    mail,
    origin: config.http.publicUrl.origin,
    sessions,
    hashPassword: async (password) => (await loaded()).hashPassword(password),
    log,
  });
  return {
    principals: createPrincipals(createApiKeys(db, ttlMs, log), sessions),
    people: createPeople(loaded, db, sessions, cookie, {
      ...byMail,
      ...createOwnSessions(cookie, db, sessions),
    }),
    close: () => mail.close(),
  };
}
