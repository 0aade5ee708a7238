/** What a connection comes to at the gateway: what its config is to hold, and which credential that claims. */
import { credentialSpec, sessionSpec } from "../channels/account-spec.ts";
import { identifyingFields, openCredential } from "../channels/credential.ts";
import type { PlacedConnection } from "../db/connections.ts";
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
  connection: PlacedConnection,
  { connect }: CatalogEntry,
): AccountPlan {
  if (connection.credentialType === "channel_session") {
    return { spec: sessionSpec(connection), fingerprint: null };
  }
  const credential = openCredential(vault, connection);
  return {
    spec: credentialSpec(connection, connection.credentialVersion, credential, connect.fields),
    fingerprint: fingerprints.of(connection.channel, identifyingFields(credential, connect)),
  };
}
