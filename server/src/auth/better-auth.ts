/**
 * Better Auth, as this product uses it: e-mail and password, sessions in cookies, its tables in the schema `auth`.
 * Its own HTTP routes are not served; `people.ts` calls it, so that requests are parsed and failures answered as
 * everywhere else.
 */
import type { SignInRequest } from "@cogni/contract";
import { type BetterAuthOptions, betterAuth } from "better-auth";
import { createAuthEndpoint, isAPIError } from "better-auth/api";
import { setSessionCookie } from "better-auth/cookies";
import { Kysely, PostgresDialect } from "kysely";
import type pg from "pg";
import { z } from "zod";
import { asDatabaseError } from "../db/errors.ts";
import type { Logger } from "../log.ts";
import type { SessionCookie } from "./session-cookie.ts";

const DAY_S = 24 * 60 * 60;

/** Tells it the address that was worked out from the connection and the trusted proxies. */
const CLIENT_ADDRESS_HEADER = "x-client-address";

/** Where a request came from, as the session's row remembers it. */
export interface Client {
  readonly address: string;
  readonly requestId: string;
  readonly userAgent: string | undefined;
}

export interface SignedInPerson {
  readonly person: { readonly email: string; readonly name: string };
  /** Values for `Set-Cookie`. */
  readonly cookies: readonly string[];
}

export interface BetterAuth {
  /** Null where e-mail or password is wrong; which of them, and whether the person exists, takes equally long to tell. */
  signIn(request: SignInRequest, client: Client): Promise<SignedInPerson | null>;
  /** Whom something other than a password has proven; always by a new session. Null where there is nobody of that id. */
  signInKnown(userId: string, client: Client): Promise<SignedInPerson | null>;
  /** As sign-in will compare with. Takes some 50 ms and 16 MB, by intention. */
  hashPassword(password: string): Promise<string>;
}

/**
 * @param origin where the console is served from
 * @param onSignedIn told of each new session, by whichever way
 * @param pool of the API role, which may read and write the schema `auth`
 */
export function createBetterAuth(
  origin: string,
  cookie: SessionCookie,
  pool: pg.Pool,
  log: Logger,
  onSignedIn: (userId: string, client: Client) => Promise<void>,
): BetterAuth {
  const auth = betterAuth({
    baseURL: origin,
    basePath: "/api/auth",
    secret: cookie.signingKey,
    database: {
      db: new Kysely({ dialect: new PostgresDialect({ pool }) }),
      type: "postgres",
      schemaName: "auth",
      transaction: true,
    },
    telemetry: { enabled: false },
    logger: betterAuthLogger(log),
    // `people.ts` counts wrong attempts itself.
    rateLimit: { enabled: false },
    emailAndPassword: { enabled: true, disableSignUp: true },
    // A cookie's life is not prolonged by use, so a session's is not either.
    session: { expiresIn: 7 * DAY_S, disableSessionRefresh: true },
    plugins: [{ id: "known-person", endpoints: { signInKnown } }],
    advanced: {
      cookiePrefix: cookie.prefix,
      // Better Auth's own switch would put `__Secure-` in front of the prefix.
      useSecureCookies: false,
      defaultCookieAttributes: cookie.attributes,
      ipAddress: { ipAddressHeaders: [CLIENT_ADDRESS_HEADER] },
    },
  });

  return {
    async signIn(body, client) {
      try {
        const signedIn = await auth.api.signInEmail({
          body,
          headers: headersOf(client),
          returnHeaders: true,
        });
        const { id, email, name } = signedIn.response.user;
        await onSignedIn(id, client);
        return { person: { email, name }, cookies: signedIn.headers.getSetCookie() };
      } catch (error) {
        if (isAPIError(error) && error.status === "UNAUTHORIZED") return null;
        throw asDatabaseError(error);
      }
    },

    async signInKnown(userId, client) {
      try {
        const call = { body: { userId }, headers: headersOf(client), returnHeaders: true } as const;
        const { response: person, headers } = await auth.api.signInKnown(call);
        if (!person) return null;
        await onSignedIn(userId, client);
        return { person, cookies: headers.getSetCookie() };
      } catch (error) {
        throw asDatabaseError(error);
      }
    },

    hashPassword: async (password) => (await auth.$context).password.hash(password),
  };
}

/** Server-only: it has no address over HTTP. Cookie and row are made by what makes those of a sign-in by password. */
const signInKnown = createAuthEndpoint.serverOnly(
  { method: "POST", body: z.object({ userId: z.string() }) },
  async (call) => {
    const user = await call.context.internalAdapter.findUserById(call.body.userId);
    if (!user) return null;
    const session = await call.context.internalAdapter.createSession(user.id);
    await setSessionCookie(call, { session, user });
    return { email: user.email, name: user.name };
  },
);

function headersOf({ address, userAgent }: Client): Headers {
  return new Headers({ [CLIENT_ADDRESS_HEADER]: address, "user-agent": userAgent ?? "" });
}

function betterAuthLogger(log: Logger): NonNullable<BetterAuthOptions["logger"]> {
  return {
    level: "warn",
    log(level, message, ...details) {
      const err = details.find((detail) => detail instanceof Error);
      // Wrong passwords are not warnings of ours.
      log[level === "error" ? "error" : "debug"]({ ...(err && { err }) }, `sign-in: ${message}`);
    },
  };
}
