/** A credential between the request, the vault and the gateway: named fields, checked against what the channel takes. */
import type { ConnectMethod, ConnectRequest, FieldError } from "@cogni/contract";
import { z } from "zod";
import type { Registration } from "../db/registrations.ts";
import { AppError } from "../errors.ts";
import type { Vault } from "../vault/vault.ts";

/** Field name → value. */
export type Credential = Readonly<Record<string, string>>;

const credentialSchema = z.record(z.string(), z.string());

/**
 * The credential a request carries, whichever of the two forms it took.
 * @throws AppError invalid_request naming every field that is missing or not the channel's; channel_unavailable for one
 *   that is connected in another way
 */
export function credentialOf(request: ConnectRequest, method: ConnectMethod): Credential {
  if (method.method !== "credentials") {
    throw new AppError("channel_unavailable", { detail: "This channel takes no credential." });
  }
  const required = method.fields.filter((field) => field.required);
  const given =
    request.credentials ??
    shortForm(
      request,
      required.map((field) => field.name),
    );
  const errors: FieldError[] = [
    ...required
      .filter((field) => given[field.name] === undefined)
      .map((field) => ({ path: `credentials.${field.name}`, message: `${field.label} is required` })),
    ...Object.keys(given)
      .filter((name) => !method.fields.some((field) => field.name === name))
      .map((name) => ({ path: `credentials.${name}`, message: "is not a field of this channel" })),
  ];
  // Without one, every tenant's account would be the same account.
  if (errors.length === 0 && Object.keys(given).length === 0) {
    errors.push({ path: "credentials", message: "must not be empty" });
  }
  if (errors.length > 0) throw new AppError("invalid_request", { errors });
  return given;
}

function shortForm({ credential }: ConnectRequest, required: readonly string[]): Credential {
  if (credential === undefined) return {};
  const [only, ...others] = required;
  if (only === undefined || others.length > 0) {
    const message = `this channel takes several fields: send credentials with ${required.join(", ")}`;
    throw new AppError("invalid_request", { errors: [{ path: "credential", message }] });
  }
  return { [only]: credential };
}

/** @throws AppError credential_unreadable */
export function openCredential(vault: Vault, registration: Registration): Credential {
  if (!registration.encryptedCredential) throw new AppError("credential_unreadable");
  return credentialSchema.parse(
    vault.open(registration.encryptedCredential, {
      billingAccountId: registration.billingAccountId,
      registrationId: registration.id,
      channel: registration.channel,
    }),
  );
}

export function sameCredential(a: Credential, b: Credential): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

/** The fields that say whose account it is at the messenger: an optional one would give one bot many owners. */
export function identifyingFields(credential: Credential, { fields }: ConnectMethod): Credential {
  const identifying = fields.filter(({ secret, required }) => secret && required).map(({ name }) => name);
  return Object.fromEntries(Object.entries(credential).filter(([name]) => identifying.includes(name)));
}
