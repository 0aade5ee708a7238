/** Opens what was sealed where one that does not open is no failure: work on many rows goes on with the next. */
import { AppError } from "../errors.ts";
import type { Aad, Vault } from "./vault.ts";

/** What was sealed, or null if nothing opens it. */
export function openOrNull(vault: Vault, sealed: Uint8Array, aad: Aad): object | null {
  try {
    return asObject(vault.open(sealed, aad));
  } catch (error) {
    if (error instanceof AppError && error.code === "credential_unreadable") return null;
    throw error;
  }
}

/** Only objects are ever sealed. */
export function asObject(plain: unknown): object {
  if (typeof plain === "object" && plain !== null) return plain;
  throw new AppError("credential_unreadable");
}
