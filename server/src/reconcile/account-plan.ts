/** What a registration comes to at the gateway: what its config is to hold, and which credential that claims. */
import { credentialSpec, sessionSpec } from "../channels/account-spec.ts";
import { identifyingFields, openCredential } from "../channels/credential.ts";
import type { PlacedRegistration } from "../db/registrations.ts";
import type { CatalogEntry } from "../gateway/catalog.ts";
import type { AccountSpec } from "../gateway/gateway.ts";
import type { ReconcileDeps } from "./deps.ts";

export interface AccountPlan {
  readonly spec: AccountSpec;
  /** Null for a session: it is its account's alone by itself. */
  readonly fingerprint: Uint8Array | null;
}

/** @throws AppError credential_unreadable */
export function planOf(
  { vault, fingerprints }: ReconcileDeps,
  registration: PlacedRegistration,
  { connect }: CatalogEntry,
): AccountPlan {
  if (registration.credentialType === "state_dir") {
    return { spec: sessionSpec(registration), fingerprint: null };
  }
  const credential = openCredential(vault, registration);
  return {
    spec: credentialSpec(registration, registration.credentialVersion, credential, connect.fields),
    fingerprint: fingerprints.of(registration.channel, identifyingFields(credential, connect)),
  };
}
