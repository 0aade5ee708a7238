/** People: signing in and out, being created, and what they do with their own sessions and by mail. */
import type { SignInRequest } from "@cogni/contract";
import type { RequestMeta } from "../db/audit.ts";
import { passwordHashOf, settledPasswordHashOf } from "../db/passwords.ts";
import { insertPerson } from "../db/people.ts";
import { recordPlatformAct } from "../db/platform-audit.ts";
import type { Db } from "../db/pool.ts";
import { createCounter } from "../db/rate-limits.ts";
import { withNoTenant } from "../db/tenant.ts";
import { AppError } from "../errors.ts";
import { networkOf } from "../network.ts";
import { beginAll, createAttemptLimit } from "./attempt-limit.ts";
import type { BetterAuth, Client, SignedInPerson } from "./better-auth.ts";
import type { ByMail } from "./by-mail.ts";
import type { OwnSessions } from "./own-sessions.ts";
import { recordOwnAct } from "./record-act.ts";
import type { SessionCookie } from "./session-cookie.ts";
import type { Sessions } from "./sessions.ts";

export interface NewPerson {
  readonly email: string;
  readonly name: string;
  readonly password: string;
}

export interface People extends ByMail, OwnSessions {
  /** @throws AppError unauthenticated, rate_limited, database_unavailable */
  signIn(request: SignInRequest, client: Client): Promise<SignedInPerson>;
  /**
   * @returns values for `Set-Cookie`
   * @throws AppError database_unavailable: then the session still lives, and the person is told
   */
  signOut(cookieHeader: string | undefined, meta: RequestMeta): Promise<readonly string[]>;
  /** @returns the person's id. For the seed, with an address that nobody has; over HTTP people come by invitation. */
  create(person: NewPerson): Promise<string>;
}

const TEN_MINUTES_MS = 10 * 60 * 1000;

export function createPeople(
  betterAuth: () => Promise<BetterAuth>,
  db: Db,
  sessions: Sessions,
  cookie: SessionCookie,
  own: ByMail & OwnSessions,
): People {
  const perPerson = createAttemptLimit(db, "sign_in.person", { max: 10, windowMs: TEN_MINUTES_MS });
  const blocked = createCounter(db, "sign_in.blocked", { max: 1, windowMs: TEN_MINUTES_MS });
  const perAddress = createAttemptLimit(db, "sign_in.address", { max: 50, windowMs: TEN_MINUTES_MS });

  /** Null also where the password was replaced meanwhile: the reset, which ended every session, did not see this one. */
  async function signInUnlessReset(request: SignInRequest, client: Client): Promise<SignedInPerson | null> {
    const email = request.email.toLowerCase();
    const before = await withNoTenant(db, (tx) => passwordHashOf(tx, email));
    const signedIn = await (await betterAuth()).signIn(request, client);
    if (!signedIn) return null;
    const after = await withNoTenant(db, (tx) => settledPasswordHashOf(tx, email));
    if (after === before) return signedIn;
    await sessions.end(signedIn.cookies.map((setCookie) => setCookie.split(";", 1)[0]).join("; "));
    return null;
  }

  /** Once for each address and window: whoever is refused a thousand times must not fill the audit. */
  async function recordBlocked({ address, requestId }: Client): Promise<void> {
    if (!(await blocked.take(networkOf(address))).allowed) return;
    const meta = { requestId, remoteAddress: address };
    const actor = { kind: "system", id: "sign-in" } as const;
    const act = { action: "person.sign_in", subject: "password", outcome: "blocked" } as const;
    await withNoTenant(db, (tx) => recordPlatformAct(tx, { actor, ...act, meta }));
  }

  return {
    ...own,

    async signIn(request, client) {
      const address = networkOf(client.address);
      const attempt = await beginAll(
        perPerson.begin(`${address} ${request.email.toLowerCase()}`),
        perAddress.begin(address),
      ).catch(async (error) => {
        await recordBlocked(client);
        throw error;
      });
      let wrong = false;
      try {
        const signedIn = await signInUnlessReset(request, client);
        wrong = signedIn === null;
        if (signedIn) return signedIn;
        throw new AppError("unauthenticated", { detail: "The e-mail or the password is wrong." });
      } finally {
        if (!wrong) await attempt.forgive();
      }
    },

    async signOut(cookieHeader, meta) {
      const session = await own.currentSession(cookieHeader);
      await sessions.end(cookieHeader);
      if (session) await withNoTenant(db, (tx) => recordOwnAct(tx, session.userId, "sign_out", meta));
      return [cookie.cleared()];
    },

    async create({ name, email, password }) {
      const passwordHash = await (await betterAuth()).hashPassword(password);
      const person = { name, email: email.toLowerCase(), passwordHash };
      const userId = await withNoTenant(db, (tx) => insertPerson(tx, person));
      if (userId === null) throw new TypeError("someone has that address");
      return userId;
    },
  };
}
