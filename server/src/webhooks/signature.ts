/** Secrets of endpoints, and the headers by which a receiver knows that a message is ours: standardwebhooks.com. */
import { Webhook } from "standardwebhooks";
import { z } from "zod";
import { Secret } from "../secret.ts";
import { sealEndpointSecret } from "../vault/endpoint-secrets.ts";
import type { EndpointAad, Vault } from "../vault/vault.ts";

const sealedSchema = z.object({ secret: z.string().startsWith("whsec_") });

export function sealSecret(
  vault: Vault,
  secret: Secret,
  aad: EndpointAad,
): { sealed: Uint8Array; keyId: string } {
  return { sealed: sealEndpointSecret(vault, secret, aad), keyId: vault.currentKeyId };
}

/** @throws AppError credential_unreadable */
export function openSecret(vault: Vault, sealed: Uint8Array, aad: EndpointAad): Secret {
  return new Secret(sealedSchema.parse(vault.open(sealed, aad)).secret);
}

/** @param secrets the present one, and during a rotation the one before: a receiver that has either is satisfied */
export function signedHeaders(
  message: { readonly id: string; readonly at: Date; readonly body: string },
  secrets: readonly Secret[],
): Record<string, string> {
  const { id, at, body } = message;
  const signatures = secrets.map((secret) => new Webhook(secret.reveal()).sign(id, at, body));
  return { ...unsignedHeaders(message), "webhook-signature": signatures.join(" ") };
}

/** The same as the log shows them. */
export function unsignedHeaders({
  id,
  at,
}: {
  readonly id: string;
  readonly at: Date;
}): Record<string, string> {
  return {
    "content-type": "application/json",
    "user-agent": "Cogni-Channels-Webhooks/1",
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(at.getTime() / 1_000)),
  };
}
