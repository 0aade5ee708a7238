/** People: signing in and out, and being created. */
import type { BillingAccountId, SignInRequest } from "@cogni/contract";
import { isAPIError } from "better-auth/api";
import { serialize } from "hono/utils/cookie";
import { asDatabaseError } from "../db/errors.ts";
import { AppError } from "../errors.ts";
import { createAttemptLimit } from "./attempt-limit.ts";
import { type BetterAuth, CLIENT_ADDRESS_HEADER } from "./better-auth.ts";
import type { Sessions } from "./sessions.ts";

export interface NewPerson {
  readonly email: string;
  readonly name: string;
  readonly password: string;
  readonly billingAccountId: BillingAccountId;
}

/** Where a request came from, as the session's row remembers it. */
interface Client {
  readonly address: string;
  readonly userAgent: string | undefined;
}

export interface People {
  /**
   * @returns the person, and values for `Set-Cookie`
   * @throws AppError unauthenticated, rate_limited, database_unavailable
   */
  signIn(
    request: SignInRequest,
    client: Client,
  ): Promise<{ person: { email: string; name: string }; cookies: readonly string[] }>;
  /**
   * @returns values for `Set-Cookie`
   * @throws AppError database_unavailable: then the session still lives, and the person is told
   */
  signOut(cookie: string | undefined): Promise<readonly string[]>;
  /** @returns the person's id. For the seed and the operator; there is no sign-up over HTTP. */
  create(person: NewPerson): Promise<string>;
}

const TEN_MINUTES_MS = 10 * 60 * 1000;

export function createPeople(auth: BetterAuth, sessions: Sessions): People {
  const perPerson = createAttemptLimit({ max: 10, windowMs: TEN_MINUTES_MS });
  const perAddress = createAttemptLimit({ max: 50, windowMs: TEN_MINUTES_MS });

  return {
    async signIn(body, { address, userAgent }) {
      const attempts = [perPerson.begin(`${address} ${body.email.toLowerCase()}`), perAddress.begin(address)];
      const headers = new Headers({ [CLIENT_ADDRESS_HEADER]: address, "user-agent": userAgent ?? "" });
      const signedIn = await auth.api.signInEmail({ body, headers, returnHeaders: true }).catch((error) => {
        if (isAPIError(error)) throw wrongPassword(error);
        for (const attempt of attempts) attempt.forgive();
        throw asDatabaseError(error);
      });
      for (const attempt of attempts) attempt.forgive();
      const { email, name } = signedIn.response.user;
      return { person: { email, name }, cookies: signedIn.headers.getSetCookie() };
    },

    async signOut(cookie) {
      await sessions.end(cookie);
      const { authCookies } = await auth.$context;
      const { name, attributes } = authCookies.sessionToken;
      return [
        serialize(name, "", {
          path: "/",
          httpOnly: true,
          secure: attributes.secure === true,
          sameSite: "lax",
          maxAge: 0,
        }),
      ];
    },

    async create({ password, ...person }) {
      const { internalAdapter, password: hasher } = await auth.$context;
      const hash = await hasher.hash(password);
      const user = await internalAdapter.createUser(
        { ...person, emailVerified: true },
        { method: "email-password" },
      );
      await internalAdapter.linkAccount({
        userId: user.id,
        providerId: "credential",
        accountId: user.id,
        password: hash,
      });
      return user.id;
    },
  };
}

/** Which of the two was wrong is not told. */
function wrongPassword(cause: unknown): AppError {
  return new AppError("unauthenticated", { detail: "The e-mail or the password is wrong.", cause });
}
