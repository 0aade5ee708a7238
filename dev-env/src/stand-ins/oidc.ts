/**
 * An OpenID Connect provider on loopback, with one client. It asks nobody for a password: whoever comes is the person that a test
 * named last. A test can make it lie in the ID token, be slow or rude, and refuse.
 */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { type Incoming, type Loopback, sendJson, serveLoopback } from "./loopback.ts";

/** Claims of whoever comes next; `sub` among them. */
export type OidcClaims = Record<string, string | number | boolean>;

/** How the provider misbehaves, until null is passed. */
export type OidcMood =
  /** Each call by our server takes so long. */
  | { kind: "slow"; ms: number }
  /** Our server is answered so, wherever it asks. */
  | { kind: "status"; status: number }
  /** People are sent back with this error. */
  | { kind: "refuses"; error: string }
  /** The ID token says so, whatever is true. */
  | { kind: "lies"; claims: OidcClaims }
  /** The ID token is signed by a key that the provider does not name. */
  | { kind: "forges" }
  /** It says of itself that it is another. */
  | { kind: "impostor" };

export interface OidcControl {
  nextPerson(claims: OidcClaims): void;
  /** Also whether the address stands in the ID token, or only in what the access token opens. */
  emailInIdToken(wanted: boolean): void;
  mood(mood: OidcMood | null): void;
  /** Paths that our server asked for, oldest first. */
  asked(): string[];
}

export interface OidcStandIn extends OidcControl, Loopback {}

export const OIDC_CLIENT = { id: "cogni", secret: "oidc-client-secret-canary" };

const authorizeQuery = z.object({
  response_type: z.literal("code"),
  client_id: z.literal(OIDC_CLIENT.id),
  redirect_uri: z.url(),
  scope: z.string().regex(/\bopenid\b/),
  state: z.string().min(16),
  nonce: z.string().min(16),
  code_challenge: z.string().min(43),
  code_challenge_method: z.literal("S256"),
});
type Sought = z.infer<typeof authorizeQuery>;
const tokenForm = z.object({
  grant_type: z.literal("authorization_code"),
  code: z.string(),
  code_verifier: z.string(),
});

const HOUR_S = 3600;

export async function startOidc(port = 0): Promise<OidcStandIn> {
  const [key, unknownKey] = [newKey(), newKey()];
  const codes = new Map<string, { sought: Sought; claims: OidcClaims }>();
  const tokens = new Map<string, OidcClaims>();
  const asked: string[] = [];
  let claims: OidcClaims = { sub: "nobody" };
  let inIdToken = true;
  let mood: OidcMood | null = null;

  function authorize({ query }: Incoming, response: ServerResponse): void {
    const sought = authorizeQuery.parse(Object.fromEntries(query));
    const back = new URL(sought.redirect_uri);
    back.searchParams.set("state", sought.state);
    if (mood?.kind === "refuses") back.searchParams.set("error", mood.error);
    else {
      const code = randomBytes(16).toString("hex");
      codes.set(code, { sought, claims });
      back.searchParams.set("code", code);
    }
    response.writeHead(302, { location: back.href }).end();
  }

  function token({ headers, params }: Incoming, response: ServerResponse): void {
    const [, basic = ""] = headers.authorization?.split("Basic ") ?? [];
    // Both parts are percent-encoded before they are joined (RFC 6749, 2.3.1).
    const client = decodeURIComponent(Buffer.from(basic, "base64").toString());
    if (client !== `${OIDC_CLIENT.id}:${OIDC_CLIENT.secret}`) {
      sendJson(response, 401, { error: "invalid_client" });
      return;
    }
    const { code, code_verifier } = tokenForm.parse(params);
    const begun = codes.get(code);
    codes.delete(code);
    const challenge = createHash("sha256").update(code_verifier).digest("base64url");
    if (begun?.sought.code_challenge !== challenge) {
      sendJson(response, 400, { error: "invalid_grant" });
      return;
    }
    const accessToken = randomBytes(16).toString("hex");
    tokens.set(accessToken, begun.claims);
    const now = Math.floor(Date.now() / 1000);
    const { sub } = begun.claims;
    const told = {
      iss: standIn.url,
      aud: OIDC_CLIENT.id,
      iat: now,
      exp: now + HOUR_S,
      nonce: begun.sought.nonce,
      ...(inIdToken ? begun.claims : { sub }),
      ...(mood?.kind === "lies" && mood.claims),
    };
    const idToken = jwt(told, mood?.kind === "forges" ? unknownKey.privateKey : key.privateKey);
    sendJson(response, 200, {
      access_token: accessToken,
      token_type: "Bearer",
      expires_in: HOUR_S,
      id_token: idToken,
    });
  }

  function userinfo({ headers }: Incoming, response: ServerResponse): void {
    const known = tokens.get(headers.authorization?.replace(/^Bearer /, "") ?? "");
    if (known) sendJson(response, 200, known);
    else sendJson(response, 401, { error: "invalid_token" });
  }

  const discovery = () => ({
    issuer: mood?.kind === "impostor" ? "https://impostor.test" : standIn.url,
    authorization_endpoint: `${standIn.url}/authorize`,
    token_endpoint: `${standIn.url}/token`,
    userinfo_endpoint: `${standIn.url}/userinfo`,
    jwks_uri: `${standIn.url}/jwks`,
    response_types_supported: ["code"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: ["RS256"],
  });

  async function handle(request: Incoming, response: ServerResponse): Promise<void> {
    // By the person's browser, which is not made to wait.
    if (request.path === "/authorize") {
      authorize(request, response);
      return;
    }
    asked.push(request.path);
    if (mood?.kind === "slow") await sleep(mood.ms);
    if (mood?.kind === "status") response.writeHead(mood.status).end("no");
    else if (request.path === "/.well-known/openid-configuration") sendJson(response, 200, discovery());
    else if (request.path === "/jwks") sendJson(response, 200, { keys: [key.jwk] });
    else if (request.path === "/token") token(request, response);
    else if (request.path === "/userinfo") userinfo(request, response);
    else response.writeHead(404).end();
  }

  const control: OidcControl = {
    nextPerson(next) {
      claims = next;
    },
    emailInIdToken(wanted) {
      inIdToken = wanted;
    },
    mood(next) {
      mood = next;
    },
    asked: () => asked,
  };
  const server = await serveLoopback({ handle, control, port });
  const standIn: OidcStandIn = { ...control, ...server };
  return standIn;
}

const KEY_ID = "one";

function newKey() {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const jwk = { ...publicKey.export({ format: "jwk" }), kid: KEY_ID, use: "sig", alg: "RS256" };
  return { privateKey, jwk };
}

function jwt(claims: object, key: KeyObject): string {
  const encoded = [{ alg: "RS256", kid: KEY_ID }, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString("base64url"),
  );
  const signature = sign("sha256", Buffer.from(encoded.join(".")), key).toString("base64url");
  return [...encoded, signature].join(".");
}
