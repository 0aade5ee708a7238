/**
 * Where a login by QR code stands: told from the status, which every tab and every reload of the page sees alike, and
 * from what this page itself asked for.
 */
import type { ChannelLogin, ChannelProblem, ChannelStatus } from "@cogni/contract";
import type { ApiError } from "../api-call.ts";
import type { Attempt } from "../channels/progress.ts";
import { isKept } from "../kept.ts";

export type LoginPhase =
  /** Nothing was asked for here, and no code is on offer. */
  | { kind: "asking" }
  | { kind: "preparing" }
  | { kind: "offered"; login: ChannelLogin }
  /** The code was taken; the messenger is completing the login. */
  | { kind: "finishing" }
  | { kind: "connected"; displayName: string | null }
  | { kind: "ended"; problem: ChannelProblem }
  /** The API took no wish. */
  | { kind: "refused"; error: ApiError }
  /** The wish is kept and carried out when the gateway is back. */
  | { kind: "kept"; error: ApiError };

export interface LoginView {
  /** The channel as it was last seen, whenever that was. */
  channel: ChannelStatus;
  /** What this page asked for; null while it asked for nothing. */
  attempt: Attempt | null;
  /** A code of this login was drawn here, so whatever comes next is what became of it. */
  codeShown: boolean;
}

export function loginPhase({ channel, attempt, codeShown }: LoginView): LoginPhase {
  if (!attempt) return phaseSeen(channel, codeShown) ?? { kind: "asking" };
  const { answer, error, seen } = attempt;
  if (error && !isKept(error)) return { kind: "refused", error };
  if (answer?.status === "failed" && answer.error) return { kind: "ended", problem: answer.error };
  // Before the answer, what is on offer may still be the code that this request replaces.
  const phase = (answer || error) && seen && phaseSeen(seen, true, codeShown);
  if (phase) return phase;
  if (error) return { kind: "kept", error };
  if (answer?.status === "connected") return { kind: "connected", displayName: answer.displayName };
  if (answer?.qr && answer.expiresAt) {
    return { kind: "offered", login: { qr: answer.qr, expiresAt: answer.expiresAt } };
  }
  return { kind: "preparing" };
}

/** By the state alone; null where it says nothing of a login that began here. */
function phaseSeen(channel: ChannelStatus, began: boolean, codeShown = began): LoginPhase | null {
  const { state, login, problem, displayName } = channel;
  if (state === "awaiting_scan" && login) return { kind: "offered", login };
  if (!began) return null;
  if (state === "connected") return { kind: "connected", displayName };
  if (state === "connecting" || state === "reconnecting")
    return { kind: codeShown ? "finishing" : "preparing" };
  if (problem) return { kind: "ended", problem };
  // Taken back elsewhere, in another tab for one.
  return codeShown ? { kind: "asking" } : null;
}
