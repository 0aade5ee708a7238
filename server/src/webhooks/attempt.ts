/** One attempt at a delivery: signed with what the vault opens, and sent. */
import type { ClaimedDelivery } from "../db/webhook-queue.ts";
import { AppError } from "../errors.ts";
import type { Secret } from "../secret.ts";
import type { Vault } from "../vault/vault.ts";
import { type Answer, type PostDeps, post } from "./post.ts";
import { openSecret, signedHeaders } from "./signature.ts";

export interface AttemptDeps extends Omit<PostDeps, "headMs" | "bodyMs"> {
  readonly vault: Vault;
  readonly timing: Pick<PostDeps, "headMs" | "bodyMs">;
}

/** Throws nothing: whatever happens is what came of it. */
export async function attempt(
  deps: AttemptDeps,
  delivery: ClaimedDelivery,
  at: Date,
  giveUp: AbortSignal,
): Promise<Answer> {
  const secrets = secretsOf(deps.vault, delivery);
  if (secrets === null) return { status: null, failure: "secret_unreadable", headers: {}, body: "" };
  const { url, eventId, body } = delivery;
  const headers = signedHeaders({ id: eventId, at, body }, secrets);
  return post({ ...deps, ...deps.timing }, { url, headers, body }, giveUp);
}

/** The present one, and the one before while it signs, too; null where the vault opens none of them. */
function secretsOf(vault: Vault, delivery: ClaimedDelivery): Secret[] | null {
  const { billingAccountId, endpointId, secret, previousSecret } = delivery;
  const open = (sealed: Uint8Array) => openSecret(vault, sealed, { billingAccountId, endpointId });
  try {
    return [open(secret), ...(previousSecret ? [open(previousSecret)] : [])];
  } catch (error) {
    if (error instanceof AppError && error.code === "credential_unreadable") return null;
    throw error;
  }
}
