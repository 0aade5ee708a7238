/**
 * The keys by which tenants' agents call our LLM endpoint. A key names its tenant, the gateway that makes the calls and a
 * version, and proves it by an HMAC: so it is kept nowhere, opens nothing but that tenant's budget, and ends when its version
 * does. The key of the HMAC is derived from the vault's, which outlives rotations of the encryption key.
 */
import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";
import { type BillingAccountId, billingAccountIdSchema } from "@cogni/contract";
import { z } from "zod";
import { Secret } from "../secret.ts";

export interface LlmKeyClaims {
  readonly billingAccountId: BillingAccountId;
  readonly gatewayId: string;
  readonly version: number;
}

export interface LlmKeys {
  keyOf(claims: LlmKeyClaims): Secret;
  /** What a genuine key says; null for anything else. Whether it still holds is not asked here. */
  read(key: string): LlmKeyClaims | null;
  /** For hashes of a tenant's conversations and people, which stay the same when its key is rotated. */
  saltOf(billingAccountId: BillingAccountId): Secret;
}

/** So that a key that leaks is recognised, by people and by scanners. */
const PREFIX = "cogni-llm-";
const MAC_LENGTH = 43;
/** Of as many tenants; each is some 200 bytes. */
const MAX_GENUINE = 20_000;
const claimsSchema = z.tuple([billingAccountIdSchema, z.string(), z.int()]);

export function createLlmKeys(vaultKey: Secret<Uint8Array>): LlmKeys {
  const derived = (purpose: string) =>
    new Secret(Buffer.from(hkdfSync("sha256", vaultKey.reveal(), "", `cogni ${purpose}`, 32)));
  const keys = derived("llm keys");
  const salts = derived("llm salts");
  const macOf = (secret: Secret<Buffer>, text: string) =>
    createHmac("sha256", secret.reveal()).update(text).digest("base64url");
  // An HMAC costs a tenth of a call; a key that was found genuine stays so.
  const genuine = new Map<string, LlmKeyClaims>();
  return {
    keyOf({ billingAccountId, gatewayId, version }) {
      const claims = Buffer.from(JSON.stringify([billingAccountId, gatewayId, version])).toString(
        "base64url",
      );
      return new Secret(`${PREFIX}${claims}.${macOf(keys, claims)}`);
    },
    read(key) {
      const known = genuine.get(key);
      if (known) return known;
      if (!key.startsWith(PREFIX)) return null;
      const claims = key.slice(PREFIX.length, -MAC_LENGTH - 1);
      const mac = key.slice(-MAC_LENGTH);
      if (key.at(-MAC_LENGTH - 1) !== "." || !isSame(mac, macOf(keys, claims))) return null;
      // Ours, as the MAC says: it parses.
      const [billingAccountId, gatewayId, version] = claimsSchema.parse(
        JSON.parse(Buffer.from(claims, "base64url").toString()),
      );
      const read = { billingAccountId, gatewayId, version };
      genuine.set(key, read);
      const [oldest] = genuine.size > MAX_GENUINE ? genuine.keys() : [];
      if (oldest !== undefined) genuine.delete(oldest);
      return read;
    },
    saltOf: (billingAccountId) => new Secret(macOf(salts, billingAccountId)),
  };
}

/** In a time that tells nothing of where they differ. */
function isSame(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && timingSafeEqual(left, right);
}
