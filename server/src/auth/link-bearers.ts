/** From the bearer that a connect link was exchanged for to its tenant and channels, at one query in a few seconds. */
import { randomBytes } from "node:crypto";
import { LINK_SCOPES, ROLE_SCOPES, type Scope } from "@cogni/contract";
import { type FoundLink, lookUpConnectLink } from "../db/connect-links.ts";
import type { Db } from "../db/pool.ts";
import { withNoTenant } from "../db/tenant.ts";
import { Secret } from "../secret.ts";
import { createExpiringCache } from "./expiring-cache.ts";
import { hashOfToken } from "./mail-links.ts";
import type { Principal } from "./principal.ts";
import type { Bearers } from "./principals.ts";

export interface LinkBearers extends Bearers {
  /** After a link was revoked: the next request of each is looked up afresh. */
  forget(): void;
}

const PREFIX = "ccl_";
const BEARER_FORM = /^ccl_[A-Za-z0-9_-]{43}$/;
const MAX_REMEMBERED = 10_000;

export function newLinkBearer(): { bearer: Secret; bearerHash: Uint8Array } {
  const bearer = PREFIX + randomBytes(32).toString("base64url");
  return { bearer: new Secret(bearer), bearerHash: hashOfToken(bearer) };
}

/** A link does nothing that its maker may not have done any more. */
export function isStillMeant({ role, scopes }: FoundLink): boolean {
  const may: readonly Scope[] = role ? ROLE_SCOPES[role] : (scopes ?? []);
  return may.includes("links:write");
}

/** @param ttlMs how long a link that was ended elsewhere may live on in this process */
export function createLinkBearers(db: Db, ttlMs: number): LinkBearers {
  const remembered = createExpiringCache<Principal | null>({ ttlMs, maxEntries: MAX_REMEMBERED });

  async function lookUp(hash: Uint8Array): Promise<Principal | null> {
    const link = await withNoTenant(db, (tx) => lookUpConnectLink(tx, hash));
    if (!link?.opened || !isStillMeant(link)) return null;
    return {
      billingAccountId: link.billingAccountId,
      actor: { kind: "link", id: link.id },
      name: link.billingAccountName,
      email: null,
      role: null,
      scopes: LINK_SCOPES,
      channels: link.channels,
    };
  }

  return {
    async find(bearer, maxAgeMs) {
      if (!BEARER_FORM.test(bearer)) return null;
      const hash = hashOfToken(bearer);
      // Remembered by its hash, as keys are.
      return remembered.get(Buffer.from(hash).toString("base64url"), () => lookUp(hash), maxAgeMs);
    },
    forget: () => remembered.clear(),
  };
}
