/**
 * By a credential's fingerprint two tenants' credentials are compared without either being opened: one credential has
 * one owner. It is keyed (HMAC-SHA-256), so that the database alone does not tell whether a guessed token is in it. The
 * key is random, not derived from the encryption key, so that it survives rotation; it is kept sealed in the vault.
 */
import { createHmac, randomBytes } from "node:crypto";
import type { ChannelId } from "@cogni/contract";
import { z } from "zod";
import type { Db } from "../db/pool.ts";
import { type Tx, withNoTenant, withService } from "../db/tenant.ts";
import { addVaultSecret, vaultSecret } from "../db/vault-secrets.ts";
import { AppError } from "../errors.ts";
import { Secret } from "../secret.ts";
import { createLlmKeys, type LlmKeys } from "./llm-keys.ts";
import { createPseudonyms, type Pseudonyms } from "./pseudonyms.ts";
import type { Vault } from "./vault.ts";

export const FINGERPRINT_SECRET = "fingerprint-key";
const AAD = { vaultSecret: FINGERPRINT_SECRET };

const keySchema = z.object({ key: z.base64() });

export interface Fingerprints extends Pseudonyms {
  /**
   * 32 bytes. `identifying` holds the fields that say whose account it is at the messenger, and no others: with an
   * optional field among them, the same bot would have many fingerprints.
   */
  of(channel: ChannelId, identifying: Readonly<Record<string, string>>): Uint8Array;
  /** Made of the same key. */
  readonly llmKeys: LlmKeys;
}

export function createFingerprints(key: Secret<Uint8Array>): Fingerprints {
  return {
    ...createPseudonyms(key),
    llmKeys: createLlmKeys(key),
    of(channel, identifying) {
      const fields = Object.entries(identifying).sort(([a], [b]) => (a < b ? -1 : 1));
      return createHmac("sha256", key.reveal())
        .update(JSON.stringify([channel, fields]))
        .digest();
    },
  };
}

/**
 * The installation's fingerprints; the first worker to ask makes the key. Throws AppError `credential_unreadable` if the
 * key was sealed with an encryption key that is not set, and `database_unavailable`.
 */
export async function loadFingerprints(db: Db, vault: Vault): Promise<Fingerprints> {
  const known = await withNoTenant(db, (tx) => vaultSecret(tx, FINGERPRINT_SECRET));
  const sealed =
    known ??
    (await withService(db, (tx) =>
      addVaultSecret(tx, FINGERPRINT_SECRET, sealNewKey(vault), vault.currentKeyId),
    ));
  return openFingerprints(vault, sealed);
}

/** A new random key, sealed. */
export function sealNewKey(vault: Vault): Uint8Array {
  return vault.seal({ key: randomBytes(32).toString("base64") }, AAD);
}

/** Throws AppError `credential_unreadable`. */
export function openFingerprints(vault: Vault, sealed: Uint8Array): Fingerprints {
  const { key } = keySchema.parse(vault.open(sealed, AAD));
  return createFingerprints(new Secret<Uint8Array>(Buffer.from(key, "base64")));
}

/** Whether the installation's key opens; null while there is none yet. */
export async function fingerprintKeyOpens(tx: Tx, vault: Vault): Promise<boolean | null> {
  const sealed = await vaultSecret(tx, FINGERPRINT_SECRET);
  if (!sealed) return null;
  try {
    openFingerprints(vault, sealed);
    return true;
  } catch (error) {
    if (error instanceof AppError && error.code === "credential_unreadable") return false;
    throw error;
  }
}
