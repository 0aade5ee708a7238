/** The cookie that carries a session: what it is called, how it is guarded, and how it is read. */
import { hkdfSync } from "node:crypto";
import { parseSigned, serialize } from "hono/utils/cookie";
import type { Config } from "../config.ts";

export interface SessionCookie {
  /** Before the names of all cookies of ours. `__Host-`: only this very host set it, over TLS, for all paths. */
  readonly prefix: string;
  readonly name: string;
  readonly attributes: {
    readonly httpOnly: true;
    readonly sameSite: "lax";
    readonly path: "/";
    readonly secure: boolean;
  };
  /** Signs the session's token, so that a look at the database is not enough to be someone. */
  readonly signingKey: string;
  /** The session's token, or null unless the header carries one that was signed here. */
  tokenIn(cookieHeader: string | undefined): Promise<string | null>;
  /** A `Set-Cookie` that takes it away. */
  cleared(): string;
}

export type CookieConfig = Pick<Config, "http" | "encryption">;

/** Derived from the encryption key for one purpose: one setting fewer to generate, keep and lose. */
export function cookieKey({ encryption }: CookieConfig, purpose: string): string {
  const encryptionKey = Buffer.from(encryption.current.reveal(), "base64");
  return Buffer.from(hkdfSync("sha256", encryptionKey, "", purpose, 32)).toString("base64");
}

export function sessionCookie(config: CookieConfig): SessionCookie {
  const { http } = config;
  const secure = http.publicUrl.protocol === "https:";
  const prefix = secure ? "__Host-cogni" : "cogni";
  const name = `${prefix}.session_token`;
  const attributes = { httpOnly: true, sameSite: "lax", path: "/", secure } as const;
  const signingKey = cookieKey(config, "cogni session cookies");
  return {
    prefix,
    name,
    attributes,
    signingKey,
    async tokenIn(cookieHeader) {
      if (cookieHeader === undefined) return null;
      return (await parseSigned(cookieHeader, signingKey, name))[name] || null;
    },
    cleared: () => serialize(name, "", { ...attributes, maxAge: 0 }),
  };
}
