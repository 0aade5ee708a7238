/** From a request's headers to who is asking. */
import { AppError } from "../errors.ts";
import type { ApiKeys } from "./api-keys.ts";
import type { Principal } from "./principal.ts";
import type { Sessions } from "./sessions.ts";

export interface Principals {
  /**
   * A key wins over a session that came along: whoever sends one means it, and a wrong one is not forgiven.
   * @param authorization the `Authorization` header
   * @param cookie the `Cookie` header
   * @param maxAgeMs where a look-up of `principalCacheMs` ago is too old to be believed
   * @throws AppError unauthenticated, database_unavailable
   */
  resolve(
    authorization: string | undefined,
    cookie: string | undefined,
    maxAgeMs?: number,
  ): Promise<Principal>;
}

export function createPrincipals(keys: ApiKeys, sessions: Sessions): Principals {
  return {
    async resolve(authorization, cookie, maxAgeMs) {
      const principal =
        authorization === undefined
          ? await sessions.find(cookie, maxAgeMs)
          : await keys.find(bearerOf(authorization), maxAgeMs);
      if (!principal) throw new AppError("unauthenticated");
      return principal;
    },
  };
}

/** The token of an `Authorization: Bearer` header; empty for any other. */
export function bearerOf(authorization: string): string {
  return /^Bearer +([^ ]+)$/i.exec(authorization)?.[1] ?? "";
}
