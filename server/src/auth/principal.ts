/** Who is asking: a person with a session, or a program with an API key; either way on behalf of one tenant. */
import type { BillingAccountId } from "@cogni/contract";
import { AppError } from "../errors.ts";
import type { ApiKeys } from "./api-keys.ts";
import type { Sessions } from "./sessions.ts";

export interface Principal {
  /** The tenant. Everything the caller sees or changes is within it. */
  readonly billingAccountId: BillingAccountId;
  /** As the audit log names the caller. */
  readonly actor: { readonly kind: "person" | "key"; readonly id: string };
  /** The person's name, or the key's. */
  readonly name: string;
  /** Null for a key. */
  readonly email: string | null;
}

export interface Principals {
  /**
   * A key wins over a session that came along: whoever sends one means it, and a wrong one is not forgiven.
   * @param authorization the `Authorization` header
   * @param cookie the `Cookie` header
   * @throws AppError unauthenticated, database_unavailable
   */
  resolve(authorization: string | undefined, cookie: string | undefined): Promise<Principal>;
}

export function createPrincipals(keys: ApiKeys, sessions: Sessions): Principals {
  return {
    async resolve(authorization, cookie) {
      const principal =
        authorization === undefined ? await sessions.find(cookie) : await keys.find(bearerOf(authorization));
      if (!principal) throw new AppError("unauthenticated");
      return principal;
    },
  };
}

/** The token of an `Authorization: Bearer` header; empty for any other. */
export function bearerOf(authorization: string): string {
  return /^Bearer +([^ ]+)$/i.exec(authorization)?.[1] ?? "";
}
