/**
 * The identity provider: where people are sent, and what it says of those who come back. Authorization code flow with PKCE, state
 * and nonce, by openid-client, which asks only what the issuer's own discovery document names, and follows no redirect.
 */
import type { OidcRefusal } from "@cogni/contract";
import type * as Client from "openid-client";
import { z } from "zod";
import type { Config } from "../config.ts";
import type { Logger } from "../log.ts";
import { createExpiringCache } from "./expiring-cache.ts";

type Settings = NonNullable<Config["oidc"]>;
type Timing = Config["timing"]["signIn"];

/** What has to be remembered while the person is away, to know them again. */
export interface Transaction {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

/** Whom the provider means. */
export interface Identified {
  readonly issuer: string;
  readonly subject: string;
  /** In lower case; null unless the provider says that the address was shown to be theirs. */
  readonly verifiedEmail: string | null;
  readonly name: string | null;
}

export interface OidcProvider {
  /** @throws Refused away, failed */
  begin(callback: URL): Promise<{ address: URL; transaction: Transaction }>;
  /** @param returned the whole address that the provider sent the person back to. @throws Refused */
  finish(returned: URL, transaction: Transaction): Promise<Identified>;
}

/** Nobody is let in; the reason in a word that the sign-in page has a sentence for. */
export class Refused extends Error {
  readonly reason: OidcRefusal;

  constructor(reason: OidcRefusal, cause?: unknown) {
    super(reason, { cause });
    this.reason = reason;
  }
}

/** Some providers write the flag as a text. Anything else is no. */
const claimsSchema = z.object({
  email: z.email().max(254).toLowerCase().optional().catch(undefined),
  email_verified: z
    .union([z.literal(true), z.literal("true")])
    .optional()
    .catch(undefined),
  name: z.string().optional().catch(undefined),
});

export function createOidcProvider(settings: Settings, timing: Timing, log: Logger): OidcProvider {
  const discovered = createExpiringCache<Client.Configuration>({
    ttlMs: timing.oidcDiscoveryMs,
    maxEntries: 1,
  });
  const configuration = (client: typeof Client) =>
    discovered.get("", () => discover(client, settings, timing.oidcCallMs / 1000));

  /** Loaded when somebody first signs in this way. */
  async function asking<T>(
    work: (client: typeof Client, config: Client.Configuration) => Promise<T>,
  ): Promise<T> {
    const client = await import("openid-client");
    try {
      return await work(client, await configuration(client));
    } catch (error) {
      const reason = reasonOf(client, error);
      // Not the error itself: what hangs on it quotes tokens and addresses.
      log.warn({ reason, why: whyOf(error) }, "sign-in by the identity provider came to nothing");
      throw new Refused(reason, error);
    }
  }

  return {
    begin: (callback) =>
      asking(async (client, config) => {
        const transaction = {
          state: client.randomState(),
          nonce: client.randomNonce(),
          verifier: client.randomPKCECodeVerifier(),
        };
        const address = client.buildAuthorizationUrl(config, {
          redirect_uri: callback.href,
          scope: "openid email profile",
          state: transaction.state,
          nonce: transaction.nonce,
          code_challenge: await client.calculatePKCECodeChallenge(transaction.verifier),
          code_challenge_method: "S256",
        });
        return { address, transaction };
      }),

    finish: (returned, { state, nonce, verifier }) =>
      asking(async (client, config) => {
        const tokens = await client.authorizationCodeGrant(config, returned, {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: verifier,
          idTokenExpected: true,
        });
        const claims = tokens.claims();
        if (!claims) throw new TypeError("no ID token");
        // Where an access token is given out too, the address may only stand in what that opens.
        const more =
          claims.email === undefined && config.serverMetadata().userinfo_endpoint
            ? await client.fetchUserInfo(config, tokens.access_token, claims.sub)
            : {};
        const { email, email_verified, name } = claimsSchema.parse({ ...more, ...claims });
        return {
          issuer: new URL(claims.iss).href,
          subject: claims.sub,
          verifiedEmail: email_verified && email !== undefined ? email : null,
          name: name ?? null,
        };
      }),
  };
}

async function discover(
  client: typeof Client,
  { issuer, clientId, clientSecret }: Settings,
  timeout: number,
): Promise<Client.Configuration> {
  const secret = clientSecret.reveal();
  const [post, basic] = [client.ClientSecretPost(secret), client.ClientSecretBasic(secret)];
  const authenticate: Client.ClientAuth = (server, ...rest) => {
    // Where a provider names none, it takes `client_secret_basic`.
    const methods = server.token_endpoint_auth_methods_supported ?? ["client_secret_basic"];
    return (methods.includes("client_secret_basic") ? basic : post)(server, ...rest);
  };
  return client.discovery(issuer, clientId, undefined, authenticate, {
    timeout,
    execute: [
      // The signature too, although the token comes from the provider itself.
      client.enableNonRepudiationChecks,
      // The settings allow it on loopback only, in development.
      ...(issuer.protocol === "http:" ? [client.allowInsecureRequests] : []),
    ],
  });
}

function reasonOf(client: typeof Client, error: unknown): OidcRefusal {
  if (error instanceof client.AuthorizationResponseError) {
    return error.error === "access_denied" ? "cancelled" : "failed";
  }
  const code = error instanceof client.ClientError ? error.code : undefined;
  const silent = code === "OAUTH_TIMEOUT" || code === "OAUTH_RESPONSE_IS_NOT_CONFORM";
  const unreachable = error instanceof TypeError && error.message === "fetch failed";
  return silent || unreachable ? "away" : "failed";
}

/** The error's own words for the operator, and the provider's code, without what hangs on it. */
function whyOf(error: unknown): string {
  const words: string[] = [];
  for (let at = error; at instanceof Error && words.length < 6; at = at.cause) {
    // What is no JSON is quoted by the parser, and may be a token.
    if (!(at instanceof SyntaxError)) words.push(at.message.slice(0, 200));
    if ("error" in at && typeof at.error === "string") words.push(at.error.slice(0, 60));
  }
  return words.join(": ");
}
