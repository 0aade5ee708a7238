/** Writes down what became of a wish, with its audit row and the word to whoever waits, in one transaction each. */
import type { ErrorCode } from "@cogni/contract";
import type { DerivedState } from "../channels/state.ts";
import { append } from "../db/audit.ts";
import { notifyOutcome } from "../db/notify.ts";
import { recordObservation, recordStarted as saveStarted } from "../db/observations.ts";
import { claimCredential, closeRegistration, settle } from "../db/registration-outcomes.ts";
import type { PlacedRegistration } from "../db/registrations.ts";
import { type ServiceTx, withService } from "../db/tenant.ts";
import { recordGone, recordStates } from "../db/timeline.ts";
import type { ReconcileDeps } from "./deps.ts";
import type { Seen } from "./observe.ts";

/** Which credential version the account was last started with; null while it is being replaced. */
export async function recordStarted(
  { db, clock }: ReconcileDeps,
  registration: PlacedRegistration,
  version: number | null,
): Promise<void> {
  if (registration.startedVersion === version) return;
  await withService(db, (tx) => saveStarted(tx, registration, version, clock()));
}

/**
 * The messenger accepted the credential, which makes it this tenant's.
 * `claimed_elsewhere`: another tenant was first; `superseded`: a newer wish stands.
 */
export function recordConnected(
  deps: ReconcileDeps,
  registration: PlacedRegistration,
  fingerprint: Uint8Array | null,
  seen: Seen,
  { state, problem }: DerivedState,
): Promise<"connected" | "claimed_elsewhere" | "superseded"> {
  return withService(deps.db, async (tx) => {
    const claim = fingerprint ? await claimCredential(tx, registration, fingerprint) : "claimed";
    if (claim !== "claimed") return claim;
    await recordObservation(tx, registration.gatewayId, seen.observedAt, {
      ...registration,
      observation: seen.observation,
      state,
    });
    await recordStates(tx, seen.observedAt, [{ ...registration, state, code: problem?.code ?? null }]);
    await end(tx, registration, null, "connected", seen.observedAt);
    return "connected";
  });
}

/** An end that the account's row shows by itself: what is remembered is only that the wish has come to it. */
export async function recordFailed(
  deps: ReconcileDeps,
  registration: PlacedRegistration,
  code: ErrorCode,
  seen: Seen,
): Promise<void> {
  await withService(deps.db, async (tx) => {
    await recordObservation(tx, registration.gatewayId, seen.observedAt, {
      ...registration,
      observation: seen.observation,
      state: "action_required",
    });
    await recordStates(tx, seen.observedAt, [{ ...registration, state: "action_required", code }]);
    await end(tx, registration, null, code);
  });
}

/** An end that the gateway cannot show, such as a credential that no longer opens. */
export async function recordProblem(
  deps: ReconcileDeps,
  registration: PlacedRegistration,
  code: ErrorCode,
): Promise<void> {
  await withService(deps.db, (tx) => end(tx, registration, code, code));
}

/** The account is down and out of the gateway's config. False: it is wished connected again. */
export function recordClosed(deps: ReconcileDeps, registration: PlacedRegistration): Promise<boolean> {
  return withService(deps.db, async (tx) => {
    if (!(await closeRegistration(tx, registration))) return false;
    await recordGone(tx, registration);
    await audit(tx, registration, "channel.disconnect", "disconnected");
    await notifyOutcome(tx, registration, registration.generation);
    return true;
  });
}

async function end(
  tx: ServiceTx,
  registration: PlacedRegistration,
  outcome: ErrorCode | null,
  word: string,
  connectedAt?: Date,
): Promise<void> {
  const settled = await settle(tx, registration, { outcome, ...(connectedAt && { connectedAt }) });
  // Claimed anew after its fingerprint was forgotten: for the tenant nothing has happened.
  if (!settled || (outcome === null && registration.settledGeneration === registration.generation)) return;
  await audit(tx, registration, "channel.connect", word);
  await notifyOutcome(tx, registration, registration.generation);
}

function audit(
  tx: ServiceTx,
  { billingAccountId, channel, accountId }: PlacedRegistration,
  action: string,
  outcome: string,
): Promise<void> {
  const actor = { kind: "system", id: "reconcile" } as const;
  return append(tx, { billingAccountId, actor, action, channel, accountId, outcome, meta: null });
}
