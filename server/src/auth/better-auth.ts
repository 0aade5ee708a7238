/**
 * Better Auth, as this product uses it: e-mail and password, sessions in cookies, its tables in the schema `auth`.
 * Its own HTTP routes are not served; `people.ts` calls it, so that requests are parsed and failures answered as
 * everywhere else.
 */
import { hkdfSync } from "node:crypto";
import { type BetterAuthOptions, betterAuth } from "better-auth";
import { Kysely, PostgresDialect } from "kysely";
import type pg from "pg";
import type { Config } from "../config.ts";
import type { Logger } from "../log.ts";
import type { Secret } from "../secret.ts";

const DAY_S = 24 * 60 * 60;

/** @param pool of the API role, which may read and write the schema `auth` */
export function createBetterAuth(config: Config, pool: pg.Pool, log: Logger) {
  const https = config.http.publicUrl.protocol === "https:";
  return betterAuth({
    baseURL: config.http.publicUrl.origin,
    basePath: "/api/auth",
    secret: sessionSecret(config.encryption.current),
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
    user: {
      additionalFields: {
        billingAccountId: { type: "string", fieldName: "billing_account_id", required: true, input: false },
      },
    },
    // A cookie's life is not prolonged by use, so a session's is not either.
    session: { expiresIn: 7 * DAY_S, disableSessionRefresh: true },
    advanced: {
      // `__Host-`: only this very host set it, over TLS, for all paths.
      cookiePrefix: https ? "__Host-cogni" : "cogni",
      // Better Auth's own switch would put `__Secure-` in front of that.
      useSecureCookies: false,
      defaultCookieAttributes: { httpOnly: true, sameSite: "lax", path: "/", secure: https },
      ipAddress: { ipAddressHeaders: [CLIENT_ADDRESS_HEADER] },
    },
  });
}

export type BetterAuth = ReturnType<typeof createBetterAuth>;

/** Tells Better Auth the address that was worked out from the connection and the trusted proxies. */
export const CLIENT_ADDRESS_HEADER = "x-client-address";

/** A key for one purpose, derived: one setting fewer to generate, keep and lose. */
function sessionSecret(encryptionKey: Secret): string {
  const key = Buffer.from(encryptionKey.reveal(), "base64");
  return Buffer.from(hkdfSync("sha256", key, "", "cogni session cookies", 32)).toString("base64");
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
