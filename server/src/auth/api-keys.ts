/** From an API key to the tenant it belongs to, at one query in a few seconds per key. */
import { hash } from "node:crypto";
import { type KeyHolder, lookUpApiKey, touchApiKey } from "../db/api-keys.ts";
import type { Db } from "../db/pool.ts";
import { withTenant } from "../db/tenant.ts";
import { AppError } from "../errors.ts";
import type { Logger } from "../log.ts";
import { createExpiringCache } from "./expiring-cache.ts";
import type { Principal } from "./principal.ts";
import type { Bearers } from "./principals.ts";

const KEY_FORM = /^cck_[A-Za-z0-9_-]{32,128}$/;
const MAX_REMEMBERED = 10_000;
const NOTE_USE_MS = 60_000;

/** @param ttlMs how long a revoked key may live on in this process */
export function createApiKeys(db: Db, ttlMs: number, log: Logger): Bearers {
  const noted = createExpiringCache<void>({ ttlMs: NOTE_USE_MS, maxEntries: MAX_REMEMBERED });

  /** In the background: no request waits for it, and none fails with it. */
  function used({ keyId, billingAccountId }: KeyHolder): void {
    noted
      .get(keyId, () => withTenant(db, billingAccountId, (tx) => touchApiKey(tx, keyId)))
      .catch((error: unknown) => log.debug({ err: error }, "the use of a key could not be noted"));
  }

  const remembered = createExpiringCache<KeyHolder | null>({ ttlMs, maxEntries: MAX_REMEMBERED });
  return {
    async find(key, maxAgeMs) {
      if (!KEY_FORM.test(key)) return null;
      // Remembered by its hash: a picture of this process's memory shows no keys of the last days.
      const holder = await remembered.get(hash("sha256", key), () => lookUp(db, key, used), maxAgeMs);
      return holder && toPrincipal(holder);
    },
    forget: () => remembered.clear(),
  };
}

async function lookUp(db: Db, key: string, used: (holder: KeyHolder) => void): Promise<KeyHolder | null> {
  const holder = await lookUpApiKey(db, key);
  if (holder) used(holder);
  return holder;
}

/** @throws AppError tenant_suspended */
function toPrincipal({ billingAccountId, keyId, keyName, scopes, suspended }: KeyHolder): Principal {
  if (suspended) throw new AppError("tenant_suspended");
  return {
    billingAccountId,
    actor: { kind: "key", id: keyId },
    name: keyName,
    email: null,
    role: null,
    scopes,
    channels: null,
  };
}
