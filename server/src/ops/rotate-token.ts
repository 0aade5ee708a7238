/**
 * `ops gateways rotate-token`: the gateway goes over from the token of before to the new one, step by step, and back where a
 * step fails. What was done is looked up and not remembered, so it can be run again after whatever kept it from its end. Why it goes
 * like this: docs/decisions/0031-probes-shutdown-and-tokens.md.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { type KnownTokens, knownTokens, retirePreviousToken } from "../db/gateway-tokens.ts";
import { gatewayLease } from "../db/gateways.ts";
import { recordPlatformAct } from "../db/platform-audit.ts";
import type { Db } from "../db/pool.ts";
import { withService } from "../db/tenant.ts";
import type { TokenSwitch } from "../gateway/token-switch.ts";
import type { Secret } from "../secret.ts";
import { UsageError } from "./command.ts";

export interface RotationDeps {
  readonly db: Db;
  readonly gatewayId: string;
  readonly gateway: TokenSwitch;
  readonly token: Secret;
  readonly previousToken: Secret | null;
  readonly hashes: { readonly current: Uint8Array; readonly previous: Uint8Array | null };
  /** Of the control plane, which has to come back to the gateway. */
  readonly seenAgainMs: number;
  readonly progress: (line: string) => void;
}

export type Rotation =
  | { readonly state: "nothing_to_do" | "would_rotate" | "would_finish" }
  /** It was left halfway before, and only its end was missing. */
  | { readonly state: "rotated" | "finished"; readonly seenAgainAfterMs: number };

/** The gateway runs its resolver for up to 12 s, which may have read the token of before. */
const LAST_CALLS_MS = 15_000;
const LOOK_EVERY_MS = 250;

/** @throws UsageError where the settings or the processes are not ready for it; AppError, with the gateway back at the token of before */
export async function rotateToken(deps: RotationDeps, dryRun: boolean): Promise<Rotation> {
  const { db, gatewayId, gateway, token, previousToken, progress } = deps;
  const known = await withService(db, (tx) => knownTokens(tx, gatewayId));
  if (!known) throw new UsageError("There is no gateway yet: start the control plane first.");
  requireStarted(deps, known);
  const isNew = await gateway.takes(token);
  progress(`The gateway takes ${isNew ? "the new token" : "the token of before"}.`);
  if (isNew && !known.previousAccepted) return { state: "nothing_to_do" };
  if (!isNew && !(previousToken && (await gateway.takes(previousToken)))) {
    throw new UsageError(
      "The gateway takes neither OPENCLAW_GATEWAY_TOKEN nor OPENCLAW_GATEWAY_TOKEN_PREVIOUS: name its token as the previous one.",
    );
  }
  if (dryRun) return { state: isNew ? "would_finish" : "would_rotate" };
  if (!isNew && previousToken && !known.previousAccepted) {
    throw new UsageError(
      "The previous token was retired, and the gateway uses it: has it been started with its old settings? Start it with the new token.",
    );
  }

  const startedAt = performance.now();
  if (!isNew && previousToken) {
    progress("Handing the new token over; the gateway reads its secrets anew, which may take half a minute.");
    await gateway.goOver(previousToken, token);
  }
  if (!(await gateway.takes(token)))
    throw new UsageError("The gateway does not take the new token. Run this again.");
  if (previousToken && (await gateway.takes(previousToken))) {
    throw new UsageError("The gateway still takes the token of before. Run this again.");
  }
  progress("The gateway takes the new token, and the one before no more.");
  // What was seen until now may have been seen by the token of before.
  await seenAgain(deps, new Date()).catch(async (error: unknown) => {
    if (previousToken) await gateway.goOver(token, previousToken);
    progress("The gateway is back at the token of before.");
    throw error;
  });
  const seenAgainAfterMs = Math.round(performance.now() - startedAt);
  progress(`The control plane watches the gateway again, ${seenAgainAfterMs} ms after the beginning.`);
  await withService(db, async (tx) => {
    await retirePreviousToken(tx, gatewayId, LAST_CALLS_MS);
    await recordPlatformAct(tx, {
      actor: { kind: "system", id: "ops" },
      action: "gateway.rotate_token",
      subject: gatewayId,
      meta: null,
    });
  });
  progress(`The token of before is refused from ${LAST_CALLS_MS / 1_000} s on.`);
  return { state: isNew ? "finished" : "rotated", seenAgainAfterMs };
}

/** A process that knows only the token of before would be shut out. */
function requireStarted({ hashes }: RotationDeps, known: KnownTokens): void {
  if (Buffer.compare(known.current, hashes.current) === 0) return;
  throw new UsageError(
    "No control plane was started with this OPENCLAW_GATEWAY_TOKEN yet. Set it, and the one before as " +
      "OPENCLAW_GATEWAY_TOKEN_PREVIOUS, for every control plane, restart them one after the other, and run this again.",
  );
}

/** @throws UsageError naming who holds the lease, when it does not come back */
async function seenAgain({ db, gatewayId, seenAgainMs }: RotationDeps, after: Date): Promise<void> {
  const deadline = performance.now() + seenAgainMs;
  for (;;) {
    const lease = await withService(db, (tx) => gatewayLease(tx, gatewayId));
    if (lease?.holder && lease.reachable && lease.observedAt && lease.observedAt > after) return;
    if (performance.now() > deadline) {
      throw new UsageError(
        `The control plane did not come back to the gateway (${lease?.holder ?? "nobody"} watches it): was that process ` +
          "started with both tokens? Restart it, and run this again.",
      );
    }
    await sleep(LOOK_EVERY_MS);
  }
}
