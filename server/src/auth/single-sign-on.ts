/**
 * Signing in by the identity provider, from the button to the session. What is remembered meanwhile travels in a signed cookie.
 * Whom the provider means is known by issuer and subject; the first time, by the address that it has verified.
 */
import { nameSchema, type OidcRefusal, pathOfOurOwn } from "@cogni/contract";
import { parseSigned, serialize, serializeSigned } from "hono/utils/cookie";
import { z } from "zod";
import type { Config } from "../config.ts";
import {
  insertPersonWithoutPassword,
  isInvited,
  linkIdentity,
  personOfIdentity,
  personOfVerifiedEmail,
} from "../db/oidc-identities.ts";
import type { Db } from "../db/pool.ts";
import { type Tx, withNoTenant } from "../db/tenant.ts";
import { AppError } from "../errors.ts";
import type { Logger } from "../log.ts";
import { networkOf } from "../network.ts";
import { createAttemptLimit } from "./attempt-limit.ts";
import type { BetterAuth, Client } from "./better-auth.ts";
import { createOidcProvider, type Identified, Refused } from "./oidc-provider.ts";
import { cookieKey, type SessionCookie } from "./session-cookie.ts";

/** Where a person is sent next, and values for `Set-Cookie`. */
export interface Onward {
  readonly location: string;
  readonly cookies: readonly string[];
}

export interface SingleSignOn {
  /** What people call the provider; null where there is none: then every way leads back to the sign-in page. */
  readonly name: string | null;
  /** To the provider; or back to the sign-in page, with the reason. */
  start(next: string | null, address: string): Promise<Onward>;
  /**
   * @param query of the address that the provider sent the person back to
   * @throws AppError database_unavailable
   */
  callback(query: string, cookieHeader: string | undefined, client: Client): Promise<Onward>;
}

export const CALLBACK_PATH = "/api/auth/oidc/callback";
const SIGN_IN = "/sign-in";
const TEN_MINUTES_MS = 10 * 60 * 1000;

const pendingSchema = z.object({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  next: z.string().nullable(),
  /** Milliseconds since 1970. */
  endsAt: z.number(),
});
type Pending = z.infer<typeof pendingSchema>;

export function createSingleSignOn(
  config: Config,
  db: Db,
  betterAuth: () => Promise<BetterAuth>,
  session: SessionCookie,
  log: Logger,
): SingleSignOn {
  const { signIn: timing } = config.timing;
  const { origin } = config.http.publicUrl;
  const provider = config.oidc && createOidcProvider(config.oidc, timing, log);
  const wrongPerAddress = createAttemptLimit(db, "single_sign_on.address", {
    max: 50,
    windowMs: TEN_MINUTES_MS,
  });
  const cookie = { name: `${session.prefix}.oidc`, key: cookieKey(config, "cogni oidc cookies") };
  const cleared = serialize(cookie.name, "", { ...session.attributes, maxAge: 0 });

  const keep = async (pending: Pending): Promise<string> =>
    serializeSigned(cookie.name, JSON.stringify(pending), cookie.key, {
      ...session.attributes,
      maxAge: Math.ceil(timing.oidcMs / 1000),
    });

  /** What this very browser set out with, if it is not too long ago. */
  async function pendingIn(cookieHeader: string | undefined): Promise<Pending | null> {
    const text = cookieHeader && (await parseSigned(cookieHeader, cookie.key, cookie.name))[cookie.name];
    const pending = text ? pendingSchema.safeParse(JSON.parse(text)).data : undefined;
    return pending && pending.endsAt > Date.now() ? pending : null;
  }

  /** Every refusal is told by the sign-in page, in the person's language. */
  async function orRefused(
    next: string | null,
    address: string,
    work: () => Promise<Onward>,
  ): Promise<Onward> {
    try {
      const attempt = await wrongPerAddress.begin(networkOf(address));
      const onward = await work();
      await attempt.forgive();
      return onward;
    } catch (error) {
      const reason = refusalOf(error);
      if (reason === null) throw error;
      return { location: signInPage(next, reason), cookies: [cleared] };
    }
  }

  return {
    name: config.oidc?.name ?? null,

    start(wanted, address) {
      const next = ownPage(wanted);
      return orRefused(next, address, async () => {
        if (!provider) return { location: signInPage(next, null), cookies: [] };
        const { address: location, transaction } = await provider.begin(new URL(CALLBACK_PATH, origin));
        const kept = await keep({ ...transaction, next, endsAt: Date.now() + timing.oidcMs });
        return { location: location.href, cookies: [kept] };
      });
    },

    async callback(query, cookieHeader, client) {
      const pending = await pendingIn(cookieHeader);
      const next = ownPage(pending?.next ?? null);
      return orRefused(next, client.address, async () => {
        // Another browser's answer, or one that comes again: nobody here set out for it.
        if (!provider || !pending) throw new Refused("failed");
        const identified = await provider.finish(new URL(CALLBACK_PATH + query, origin), pending);
        const { userId, made } = await withNoTenant(db, (tx) => personBehind(tx, identified));
        const signedIn = await (await betterAuth()).signInKnown(userId, client);
        if (!signedIn) throw new Refused("failed");
        // Whoever is new has yet to accept the invitation, by its link.
        return { location: made ? "/invitation" : (next ?? "/"), cookies: [...signedIn.cookies, cleared] };
      });
    },
  };
}

/** @throws Refused unverified, unknown */
async function personBehind(tx: Tx, identified: Identified): Promise<{ userId: string; made: boolean }> {
  const known = await personOfIdentity(tx, identified);
  if (known !== null) return { userId: known, made: false };
  const email = identified.verifiedEmail;
  if (email === null) throw new Refused("unverified");
  const named = await personOfVerifiedEmail(tx, email, identified.issuer);
  const person = named ?? (await newPerson(tx, email, identified.name));
  if (person === null) throw new Refused("unknown");
  const userId = await linkIdentity(tx, identified, person);
  if (userId === null) throw new Refused("failed");
  return { userId, made: named === null };
}

/** People come by invitation, here as everywhere. */
async function newPerson(tx: Tx, email: string, wantedName: string | null): Promise<string | null> {
  if (!(await isInvited(tx, email))) return null;
  const name = nameSchema.safeParse(wantedName);
  return insertPersonWithoutPassword(tx, { name: name.success ? name.data : email, email });
}

function refusalOf(error: unknown): OidcRefusal | null {
  if (error instanceof Refused) return error.reason;
  return error instanceof AppError && error.code === "rate_limited" ? "too_often" : null;
}

/** A page of ours to go back to, and no address of the API. */
function ownPage(wanted: string | null): string | null {
  const path = pathOfOurOwn(wanted);
  return path === null || path.startsWith("/api/") || path.length > 1_000 ? null : path;
}

function signInPage(next: string | null, refused: OidcRefusal | null): string {
  const query = new URLSearchParams({
    ...(refused && { refused }),
    ...(next !== null && { next }),
  }).toString();
  return query === "" ? SIGN_IN : `${SIGN_IN}?${query}`;
}
