/** After a start: watches the account until it is up, has failed for good, or has taken its time. */
import type { PlacedConnection } from "../db/connections.ts";
import { AppError } from "../errors.ts";
import { accountKeyString } from "../gateway/snapshot.ts";
import type { ReconcileDeps, ReconcileResult } from "./deps.ts";
import { type Circumstances, type Seen, stateOf, steadinessOf } from "./observe.ts";
import { recordConnected, recordFailed, recordProblem } from "./record.ts";

/** The watcher is asked to hurry only this long: an account that takes longer is no reason to keep the gateway busy. */
const HURRY_MS = 5_000;

/** A connection whose account runs on its present credential, and that credential's fingerprint. */
export interface Attempt {
  readonly connection: PlacedConnection;
  /** Null for a session, which needs no claim. */
  readonly fingerprint: Uint8Array | null;
}

export async function awaitOutcome(
  deps: ReconcileDeps,
  attempt: Attempt,
  signal: AbortSignal,
): Promise<ReconcileResult> {
  const { gateway, clock } = deps;
  const startedAt = clock();
  const deadline = startedAt.getTime() + deps.outcomeWaitMs;
  const ended = new Promise<null>((resolve) => {
    signal.addEventListener("abort", () => resolve(null), { once: true });
  });
  gateway.hurry(Math.min(HURRY_MS, deps.outcomeWaitMs));
  for (let after = startedAt; !signal.aborted && clock().getTime() < deadline; ) {
    const snapshot = await Promise.race([nextBefore(deps, after, deadline), ended]);
    if (!snapshot) break;
    after = snapshot.observedAt;
    const observation = snapshot.accounts.get(accountKeyString(attempt.connection));
    if (!observation) continue;
    const result = await judge(deps, attempt, { observation, observedAt: snapshot.observedAt });
    if (result) return result;
  }
  // The loop's watch goes on from here: it brings the account back when its state moves.
  return signal.aborted ? { kind: "done" } : { kind: "retry", afterMs: deps.retryMs };
}

async function nextBefore({ gateway, clock }: ReconcileDeps, after: Date, deadline: number) {
  try {
    return await gateway.next(after, deadline - clock().getTime());
  } catch (error) {
    if (error instanceof AppError && error.code === "gateway_timeout") return null;
    throw error;
  }
}

/**
 * Writes down the end of a wish, if what is seen is one. For a wish the account is up as soon as it is seen so; what is
 * shown of one that comes and goes bears in mind how it fared before.
 */
export async function judge(
  deps: ReconcileDeps,
  { connection, fingerprint }: Attempt,
  seen: Seen,
): Promise<ReconcileResult | null> {
  const circumstances: Circumstances = {
    now: deps.clock(),
    silenceMs: null,
    patience: deps.patience,
    steadiness: null,
    gatewayReachable: true,
  };
  const { state, problem } = stateOf(connection, seen, circumstances);
  if (state === "connected") {
    const shown = stateOf(connection, seen, {
      ...circumstances,
      steadiness: steadinessOf(connection),
    });
    const outcome = await recordConnected(deps, connection, fingerprint, seen, shown);
    if (outcome !== "claimed_elsewhere") return { kind: "done" };
    return giveWay(deps, connection);
  }
  if (state === "action_required" && problem) {
    await recordFailed(deps, connection, problem.code, seen);
    return { kind: "needs_person", code: problem.code };
  }
  return null;
}

/** Two tenants offered one credential at once; the other was accepted first, and this one must not answer for it. */
export async function giveWay(deps: ReconcileDeps, connection: PlacedConnection): Promise<ReconcileResult> {
  const { gateway } = deps;
  if (await gateway.applied(connection)) {
    await deps.limit(() => gateway.stop(connection));
    await gateway.remove(connection);
  }
  const code = "credential_claimed";
  if (connection.outcome !== code) await recordProblem(deps, connection, code);
  return { kind: "needs_person", code };
}
