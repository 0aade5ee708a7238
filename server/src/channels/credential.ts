/** A credential between the request, the vault and the gateway: named fields, checked against what the channel takes. */
import type { ConnectMethod, ConnectRequest, FieldError } from "@cogni/contract";
import { z } from "zod";
import { type Connection, providerOf } from "../db/connections.ts";
import { AppError } from "../errors.ts";
import type { Vault } from "../vault/vault.ts";

/** Field name → value. */
export type Credential = Readonly<Record<string, string>>;

const credentialSchema = z.record(z.string(), z.string());

/**
 * The credential a request carries, whichever of the two forms it took; empty for a channel that takes none.
 * @param others what else is wrong with the request, to be told at the same time
 * @throws AppError invalid_request naming every field that is missing or not the channel's
 */
export function credentialOf(
  request: ConnectRequest,
  method: ConnectMethod,
  others: readonly FieldError[],
): Credential {
  const { credential, errors } = method.method === "qr" ? withoutCredential(request) : read(request, method);
  const all = [...others, ...errors];
  if (all.length > 0) throw new AppError("invalid_request", { errors: all });
  return credential;
}

interface Read {
  readonly credential: Credential;
  readonly errors: readonly FieldError[];
}

function withoutCredential(request: ConnectRequest): Read {
  const given = (["credential", "credentials", "expiresAt"] as const).filter(
    (name) => request[name] !== undefined,
  );
  const message = "this channel takes none: it is connected by scanning a code";
  return { credential: {}, errors: given.map((path) => ({ path, message })) };
}

function read(request: ConnectRequest, method: ConnectMethod): Read {
  const required = method.fields.filter((field) => field.required);
  const [only, ...more] = required.map(({ name }) => name);
  if (request.credential !== undefined && (only === undefined || more.length > 0)) {
    const names = required.map(({ name }) => name).join(", ");
    const message = `this channel takes several fields: send credentials with ${names}`;
    return { credential: {}, errors: [{ path: "credential", message }] };
  }
  const short = request.credential !== undefined && only !== undefined ? { [only]: request.credential } : {};
  const given: Credential = request.credentials ?? short;
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
  return { credential: given, errors };
}

/** @throws AppError credential_unreadable */
export function openCredential(vault: Vault, connection: Connection): Credential {
  if (!connection.encryptedCredentials) throw new AppError("credential_unreadable");
  return credentialSchema.parse(
    vault.open(connection.encryptedCredentials, {
      billingAccountId: connection.billingAccountId,
      connectionId: connection.id,
      provider: providerOf(connection.channel),
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
