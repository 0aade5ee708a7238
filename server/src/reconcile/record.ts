/** Writes down what became of a wish, with its audit row and the word to whoever waits, in one transaction each. */
import type { ErrorCode, TenantAction } from "@cogni/contract";
import type { DerivedState } from "../channels/state.ts";
import { append } from "../db/audit.ts";
import { claimCredential, closeConnection, settle } from "../db/connection-outcomes.ts";
import type { PlacedConnection } from "../db/connections.ts";
import { markUsed } from "../db/credentials.ts";
import { notifyOutcome } from "../db/notify.ts";
import { recordObservation, recordStarted as saveStarted } from "../db/observations.ts";
import { type ServiceTx, withService } from "../db/tenant.ts";
import { recordGone, recordStates } from "../db/timeline.ts";
import type { ReconcileDeps } from "./deps.ts";
import type { Seen } from "./observe.ts";

/** Which credential version the account was last started with; null while it is being replaced. */
export async function recordStarted(
  { db, clock }: ReconcileDeps,
  connection: PlacedConnection,
  version: number | null,
): Promise<void> {
  if (connection.startedVersion === version) return;
  await withService(db, async (tx) => {
    await saveStarted(tx, connection, version, clock());
    // A session is not given out: its start is its use.
    if (version !== null && connection.credentialType === "channel_session")
      await markUsed(tx, [connection.id]);
  });
}

/**
 * The messenger accepted the credential, which makes it this tenant's.
 * `claimed_elsewhere`: another tenant was first; `superseded`: a newer wish stands.
 */
export function recordConnected(
  deps: ReconcileDeps,
  connection: PlacedConnection,
  fingerprint: Uint8Array | null,
  seen: Seen,
  { state, problem }: DerivedState,
): Promise<"connected" | "claimed_elsewhere" | "superseded"> {
  return withService(deps.db, async (tx) => {
    const claim = fingerprint ? await claimCredential(tx, connection, fingerprint) : "claimed";
    if (claim !== "claimed") return claim;
    await recordObservation(tx, connection.gatewayId, seen.observedAt, {
      ...connection,
      observation: seen.observation,
      state,
    });
    await recordStates(tx, seen.observedAt, [{ ...connection, state, code: problem?.code ?? null }]);
    await end(tx, connection, null, "connected", seen.observedAt);
    return "connected";
  });
}

/** An end that the account's row shows by itself: what is remembered is only that the wish has come to it. */
export async function recordFailed(
  deps: ReconcileDeps,
  connection: PlacedConnection,
  code: ErrorCode,
  seen: Seen,
): Promise<void> {
  await withService(deps.db, async (tx) => {
    await recordObservation(tx, connection.gatewayId, seen.observedAt, {
      ...connection,
      observation: seen.observation,
      state: "action_required",
    });
    await recordStates(tx, seen.observedAt, [{ ...connection, state: "action_required", code }]);
    await end(tx, connection, null, code);
  });
}

/** An end that the gateway cannot show, such as a credential that no longer opens. */
export async function recordProblem(
  deps: ReconcileDeps,
  connection: PlacedConnection,
  code: ErrorCode,
): Promise<void> {
  await withService(deps.db, (tx) => end(tx, connection, code, code));
}

/** The account is down and out of the gateway's config. False: it is wished connected again. */
export function recordClosed(deps: ReconcileDeps, connection: PlacedConnection): Promise<boolean> {
  return withService(deps.db, async (tx) => {
    if (!(await closeConnection(tx, connection))) return false;
    await recordGone(tx, connection);
    await audit(tx, connection, "channel.disconnect", "disconnected");
    await notifyOutcome(tx, connection, connection.generation);
    return true;
  });
}

async function end(
  tx: ServiceTx,
  connection: PlacedConnection,
  outcome: ErrorCode | null,
  word: string,
  connectedAt?: Date,
): Promise<void> {
  const settled = await settle(tx, connection, { outcome, ...(connectedAt && { connectedAt }) });
  // Claimed anew after its fingerprint was forgotten: for the tenant nothing has happened.
  if (!settled || (outcome === null && connection.settledGeneration === connection.generation)) return;
  await audit(tx, connection, "channel.connect", word);
  await notifyOutcome(tx, connection, connection.generation);
}

function audit(
  tx: ServiceTx,
  { billingAccountId, channel, accountId }: PlacedConnection,
  action: TenantAction,
  outcome: string,
): Promise<void> {
  const actor = { kind: "system", id: "reconcile" } as const;
  return append(tx, { billingAccountId, actor, action, channel, accountId, outcome, meta: null });
}
