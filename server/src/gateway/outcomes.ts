/** What the gateway's answers to start and logout mean for us. Pure. */
import type { BridgeStart } from "@cogni/contract";
import { GatewayRpcError } from "./errors.ts";

/** Why a start is refused while the gateway does not have the account's credential: it is to ask for it again. */
export const SECRET_UNAVAILABLE = "secret-unavailable";

/** Why a start is refused while the account has no session, or not yet one that the channel can read. */
export const UNLINKED = "unlinked";

/** Started is not connected: a refused credential starts, too. Watch the snapshots. */
export type StartOutcome =
  | { readonly kind: "started" }
  | { readonly kind: "refused"; readonly reason: string };

/** “Task-owned” means that the gateway itself is starting the account already. */
export function startOutcome({ status, reason }: BridgeStart["outcome"]): StartOutcome {
  if (status === "handed-off") return { kind: "started" };
  if (status === "retry" && reason === "task-owned") return { kind: "started" };
  return { kind: "refused", reason: reason ?? "unknown" };
}

/** An account whose credential the resolver did not give out is refused with an error of its own. */
export function refusedStart(error: unknown): StartOutcome | null {
  if (!(error instanceof GatewayRpcError && error.kind === "unavailable")) return null;
  const secret = error.cause instanceof Error && /SECRET_SURFACE_UNAVAILABLE/.test(error.cause.message);
  return secret ? { kind: "refused", reason: SECRET_UNAVAILABLE } : null;
}

/** The gateway resolves an account's credential even to stop it, and fails where the resolver gives it out no more. */
export function isUnresolvedSecret(error: unknown): boolean {
  if (!(error instanceof GatewayRpcError && error.kind === "unavailable")) return false;
  return error.cause instanceof Error && /UnresolvedSecretInputError/.test(error.cause.message);
}

/** The channel's plugin is not there any more, or did not load: none of its accounts runs. */
export function isUnknownChannel(error: unknown): boolean {
  if (!(error instanceof GatewayRpcError && error.kind === "invalid")) return false;
  return error.cause instanceof Error && /invalid channels\.\w+ channel/.test(error.cause.message);
}

/** Told by its text alone: “channel … does not support logout”. */
export function isLogoutUnsupported(error: unknown): boolean {
  if (!(error instanceof GatewayRpcError && error.kind === "invalid")) return false;
  return error.cause instanceof Error && /does not support logout/.test(error.cause.message);
}

/** Told by its text alone: “agent "…" not found”. */
export function isUnknownAgent(error: unknown): boolean {
  if (!(error instanceof GatewayRpcError && error.kind === "invalid")) return false;
  return error.cause instanceof Error && /agent ".*" not found/.test(error.cause.message);
}
