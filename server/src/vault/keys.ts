/** The encryption keys over their life: is every one there that stored rows need, and rotating to the current one. */
import {
  FIRST_ID,
  keyIdsInUse,
  replaceSealed,
  type SealedCredential,
  sealedWithOtherKeys,
} from "../db/credentials.ts";
import type { Db } from "../db/pool.ts";
import { unmovedRegistrations } from "../db/registrations.ts";
import { type ServiceTx, withService } from "../db/tenant.ts";
import { replaceVaultSecret, vaultSecret } from "../db/vault-secrets.ts";
import { AppError } from "../errors.ts";
import { rotateEndpointSecrets } from "./endpoint-secrets.ts";
import { FINGERPRINT_SECRET } from "./fingerprint.ts";
import { moveConnections } from "./move.ts";
import { asObject, openOrNull } from "./open.ts";
import type { Vault } from "./vault.ts";

/** How many credentials one transaction reseals; an interruption loses at most these. */
const BATCH = 200;

/**
 * At start-up: throws AppError `encryption_key_missing`, naming the ids of the keys that stored rows were sealed with
 * and the settings do not have. A wrong key is so found before the first connect meets it.
 */
export async function checkKeys(db: Db, vault: Vault): Promise<void> {
  const missing = (await withService(db, keyIdsInUse)).filter(({ keyId }) => !vault.keyIds.has(keyId));
  if (missing.length === 0) return;
  const list = missing.map(({ keyId, rows }) => `${keyId} (${rows} sealed with it)`).join(", ");
  throw new AppError("encryption_key_missing", {
    detail:
      `Neither CHANNEL_ENCRYPTION_KEY (id ${vault.currentKeyId}) nor CHANNEL_ENCRYPTION_KEYS_PREVIOUS holds ` +
      `the key of id ${list}.`,
  });
}

export interface RotationProgress {
  /** Credentials, and secrets of webhook endpoints, under the current key by now, resealed in this run. */
  readonly resealed: number;
  /** Skipped, because no key that is set opens them. */
  readonly unreadable: number;
}

/**
 * Reseals everything under the current key, in batches of one transaction each: interrupted at any point it leaves
 * nothing undone that the next run does not do. Running processes need the old key among their previous ones until it
 * is over.
 * @param onProgress called after each batch
 */
export async function rotateKeys(
  db: Db,
  vault: Vault,
  onProgress: (progress: RotationProgress) => void = () => undefined,
): Promise<RotationProgress> {
  // What an upgrade has yet to move comes under the current key by that; what of it does not open needs the key it has.
  if ((await withService(db, unmovedRegistrations)) > 0) await checkKeys(db, vault);
  const { unreadable } = await moveConnections(db, vault);
  let progress: RotationProgress = { resealed: 0, unreadable };
  await withService(db, (tx) => resealFingerprintKey(tx, vault));
  for (let afterId: string | null = FIRST_ID; afterId !== null; ) {
    const from: string = afterId;
    const batch = await withService(db, async (tx) => {
      const rows = await sealedWithOtherKeys(tx, vault.currentKeyId, from, BATCH);
      const fresh = rows.flatMap((row) => reseal(vault, row) ?? []);
      if (fresh.length > 0) await replaceSealed(tx, vault.currentKeyId, fresh);
      return { rows: rows.length, resealed: fresh.length, lastId: rows.at(-1)?.connectionId ?? null };
    });
    progress = {
      resealed: progress.resealed + batch.resealed,
      unreadable: progress.unreadable + batch.rows - batch.resealed,
    };
    if (batch.rows > 0) onProgress(progress);
    afterId = batch.lastId;
  }
  const endpoints = await rotateEndpointSecrets(db, vault);
  return {
    resealed: progress.resealed + endpoints.resealed,
    unreadable: progress.unreadable + endpoints.unreadable,
  };
}

async function resealFingerprintKey(tx: ServiceTx, vault: Vault): Promise<void> {
  const sealed = await vaultSecret(tx, FINGERPRINT_SECRET);
  if (!sealed || !isOld(vault, sealed)) return;
  const aad = { vaultSecret: FINGERPRINT_SECRET };
  await replaceVaultSecret(
    tx,
    FINGERPRINT_SECRET,
    vault.seal(asObject(vault.open(sealed, aad)), aad),
    vault.currentKeyId,
  );
}

function isOld(vault: Vault, sealed: Uint8Array): boolean {
  const keyId = vault.keyIdOf(sealed);
  return keyId !== vault.currentKeyId && vault.keyIds.has(keyId);
}

function reseal(vault: Vault, row: SealedCredential): { connectionId: string; sealed: Uint8Array } | null {
  const plain = openOrNull(vault, row.sealed, row);
  return plain && { connectionId: row.connectionId, sealed: vault.seal(plain, row) };
}
