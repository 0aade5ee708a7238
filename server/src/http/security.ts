/**
 * What a browser is told not to do with our answers, and which of a browser's requests are not believed. The content
 * security policy is the one the console really runs under: Next puts the nonce on every script and style it writes.
 */
import { AppError } from "../errors.ts";

/** For the API: an answer is data, and never a page. */
const API_POLICY = "default-src 'none'; frame-ancestors 'none'";

/**
 * @param nonce fresh for each answer
 * @param embedders origins that may show the page in a frame
 * `style-src-attr`: the console's components position themselves by style attributes, which can carry no nonce; style
 * elements need one. `data:` images are QR codes and avatars.
 */
export function pagePolicy(nonce: string, https: boolean, embedders: readonly string[] = []): string {
  return [
    "default-src 'none'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'`,
    `style-src 'self' 'nonce-${nonce}'`,
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    `frame-ancestors ${embedders.length > 0 ? embedders.join(" ") : "'none'"}`,
    ...(https ? ["upgrade-insecure-requests"] : []),
  ].join("; ");
}

/** Headers of every answer, as name and value. */
export function commonHeaders(https: boolean): ReadonlyArray<readonly [string, string]> {
  return [
    ["X-Content-Type-Options", "nosniff"],
    ["X-Frame-Options", "DENY"],
    ["Referrer-Policy", "same-origin"],
    ["Cross-Origin-Opener-Policy", "same-origin"],
    ["Cross-Origin-Resource-Policy", "same-origin"],
    ["Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"],
    ...(https ? ([["Strict-Transport-Security", "max-age=63072000; includeSubDomains"]] as const) : []),
  ];
}

/** For the page of a connect link: who may embed it says its policy alone. `X-Frame-Options` could not name them. */
export function embeddableHeaders(https: boolean): ReadonlyArray<readonly [string, string]> {
  return commonHeaders(https).filter(([name]) => name !== "X-Frame-Options");
}

/** Headers of every answer of the API: personal, and gone the moment it is read. */
export function apiHeaders(https: boolean): ReadonlyArray<readonly [string, string]> {
  return [...commonHeaders(https), ["Content-Security-Policy", API_POLICY], ["Cache-Control", "no-store"]];
}

const CHANGES_NOTHING = new Set(["GET", "HEAD", "OPTIONS"]);

/** A key, or what a connect link was exchanged for, that stands in an address has been logged on its way: it is refused, so that nobody gets used to it. @throws AppError invalid_request */
export function refuseKeyInAddress(url: string): void {
  if (!/cc[kl]_[\w-]{20}/.test(url)) return;
  const message =
    "an API key belongs into the header Authorization; revoke this one, for addresses are logged";
  throw new AppError("invalid_request", { errors: [{ path: "", message }] });
}

/**
 * Refuses what another site makes a signed-in browser send. A request with an `Authorization` header is exempt: no site
 * can make a browser add one. Neither `Origin` nor `Sec-Fetch-Site`: no browser sent it, so no session rides along.
 * @param header reads a request header, by its name in lower case
 * @param ownOrigins the origins the console is served from
 * @throws AppError forbidden
 */
export function refuseCrossSite(
  method: string,
  header: (name: string) => string | undefined,
  ownOrigins: ReadonlySet<string>,
): void {
  if (CHANGES_NOTHING.has(method) || header("authorization") !== undefined) return;
  const origin = header("origin");
  const site = header("sec-fetch-site");
  const own = origin === undefined ? site === undefined || site === "same-origin" : ownOrigins.has(origin);
  if (!own) throw new AppError("forbidden", { detail: "The request comes from another site." });
}

/** In development the console answers under each name of the loopback address. */
export function ownOriginsOf(publicUrl: URL, production: boolean): ReadonlySet<string> {
  const origins = new Set([publicUrl.origin]);
  const names = ["localhost", "127.0.0.1"];
  if (!production && names.includes(publicUrl.hostname)) {
    for (const hostname of names) origins.add(Object.assign(new URL(publicUrl), { hostname }).origin);
  }
  return origins;
}
