/**
 * Seals credentials at rest: AES-256-GCM, bound by its associated data to the one row it was sealed for, so that a
 * ciphertext copied to another tenant's row does not open there. The key's id stands in front, so that keys rotate:
 *
 *   key id (8 bytes) | nonce (12) | ciphertext | tag (16)
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";
import type { BillingAccountId, ChannelId } from "@cogni/contract";
import { AppError } from "../errors.ts";
import type { Secret } from "../secret.ts";

const KEY_ID_BYTES = 8;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export interface CredentialAad {
  readonly billingAccountId: BillingAccountId;
  readonly connectionId: string;
  readonly provider: string;
}

/** As credentials were bound before they were kept with connections: only their move opens one. */
export interface RegistrationAad {
  readonly billingAccountId: BillingAccountId;
  readonly registrationId: string;
  readonly channel: ChannelId;
}

/** A secret of the installation itself, by its name in `vault_secrets`. */
export interface InstallationAad {
  readonly vaultSecret: string;
}

/** The secret by which messages to a tenant's webhook endpoint are signed. */
export interface EndpointAad {
  readonly billingAccountId: BillingAccountId;
  readonly endpointId: string;
}

export type Aad = CredentialAad | RegistrationAad | InstallationAad | EndpointAad;

export interface Vault {
  /** Under the current key. `plain` is stored as JSON. */
  seal(plain: object, aad: Aad): Uint8Array;
  /**
   * What was sealed, for the caller to parse. Throws AppError `credential_unreadable` if the key is not known, or the
   * bytes were changed, cut, or sealed for another row.
   */
  open(sealed: Uint8Array, aad: Aad): unknown;
  /** 16 hex digits. */
  keyIdOf(sealed: Uint8Array): string;
  readonly currentKeyId: string;
  /** The current and the previous keys'. */
  readonly keyIds: ReadonlySet<string>;
}

export interface VaultKeys {
  /** 32 bytes in base64, as the settings hold them. */
  readonly current: Secret;
  readonly previous: readonly Secret[];
}

export function createVault({ current, previous }: VaultKeys): Vault {
  const currentKey = keyOf(current);
  const currentKeyId = idOf(currentKey);
  const keys = new Map(previous.map(keyOf).map((key) => [idOf(key), key]));
  keys.set(currentKeyId, currentKey);

  return {
    currentKeyId,
    keyIds: new Set(keys.keys()),
    keyIdOf,
    seal(plain, aad) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv("aes-256-gcm", currentKey, nonce).setAAD(bytesOf(aad));
      const text = Buffer.from(JSON.stringify(plain), "utf8");
      const sealed = Buffer.concat([cipher.update(text), cipher.final()]);
      text.fill(0);
      return Buffer.concat([Buffer.from(currentKeyId, "hex"), nonce, sealed, cipher.getAuthTag()]);
    },
    open(sealed, aad) {
      const keyId = keyIdOf(sealed);
      const key = keys.get(keyId);
      if (!key) throw unreadable(new Error(`sealed with key ${keyId}, which is not set`));
      try {
        const nonce = sealed.subarray(KEY_ID_BYTES, KEY_ID_BYTES + NONCE_BYTES);
        const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: TAG_BYTES })
          .setAAD(bytesOf(aad))
          .setAuthTag(sealed.subarray(-TAG_BYTES));
        const body = sealed.subarray(KEY_ID_BYTES + NONCE_BYTES, -TAG_BYTES);
        return JSON.parse(Buffer.concat([decipher.update(body), decipher.final()]).toString("utf8"));
      } catch (cause) {
        throw unreadable(cause);
      }
    },
  };
}

/** The id of a key: the first 8 bytes of its SHA-256, in hex. It tells nothing of the key. */
export function encryptionKeyId(key: Secret): string {
  return idOf(keyOf(key));
}

function keyIdOf(sealed: Uint8Array): string {
  return Buffer.from(sealed.subarray(0, KEY_ID_BYTES)).toString("hex");
}

function keyOf(secret: Secret): Buffer {
  return Buffer.from(secret.reveal(), "base64");
}

function idOf(key: Buffer): string {
  return createHash("sha256").update(key).digest().subarray(0, KEY_ID_BYTES).toString("hex");
}

/** As a JSON list, in which no two different addresses read the same. */
function bytesOf(aad: Aad): Buffer {
  return Buffer.from(JSON.stringify(addressOf(aad)), "utf8");
}

function addressOf(aad: Aad): readonly string[] {
  if ("vaultSecret" in aad) return ["vault secret", aad.vaultSecret];
  if ("registrationId" in aad) return ["credential", aad.billingAccountId, aad.registrationId, aad.channel];
  if ("endpointId" in aad) return ["webhook secret", aad.billingAccountId, aad.endpointId];
  return ["connection", aad.billingAccountId, aad.connectionId, aad.provider];
}

function unreadable(cause: unknown): AppError {
  return new AppError("credential_unreadable", { cause });
}
