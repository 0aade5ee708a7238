/** From an API key to the tenant it belongs to, at one query in a few seconds per key. */
import { hash } from "node:crypto";
import { lookUpApiKey } from "../db/api-keys.ts";
import type { Db } from "../db/pool.ts";
import { createExpiringCache } from "./expiring-cache.ts";
import type { Principal } from "./principal.ts";

export interface ApiKeys {
  /** Null for a key that is malformed, unknown, revoked, or of a suspended tenant. Throws AppError database_unavailable. */
  find(key: string, maxAgeMs?: number): Promise<Principal | null>;
}

const KEY_FORM = /^cck_[A-Za-z0-9_-]{32,128}$/;
const MAX_REMEMBERED = 10_000;

/** @param ttlMs how long a revoked key may live on in this process */
export function createApiKeys(db: Db, ttlMs: number): ApiKeys {
  const remembered = createExpiringCache<Principal | null>({ ttlMs, maxEntries: MAX_REMEMBERED });
  return {
    async find(key, maxAgeMs) {
      if (!KEY_FORM.test(key)) return null;
      // Remembered by its hash: a picture of this process's memory shows no keys of the last days.
      return remembered.get(hash("sha256", key), () => lookUp(db, key), maxAgeMs);
    },
  };
}

async function lookUp(db: Db, key: string): Promise<Principal | null> {
  const holder = await lookUpApiKey(db, key);
  return (
    holder && {
      billingAccountId: holder.billingAccountId,
      actor: { kind: "key", id: holder.keyId },
      name: holder.keyName,
      email: null,
      role: null,
      scopes: holder.scopes,
    }
  );
}
