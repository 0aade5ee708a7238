/** How far a connect has come, told only from what the API says: a step is ticked when it was seen, never by time. */
import type { ChannelProblem, ChannelStatus, ConnectResponse } from "@cogni/contract";
import type { ApiError } from "../api-call.ts";
import { isKept } from "../kept.ts";

export const STEPS = ["saved", "handed", "loggedIn", "listening"] as const;
export type Step = (typeof STEPS)[number];

/** What a dialog knows of its attempt. */
export interface Attempt {
  answer: ConnectResponse | null;
  error: ApiError | null;
  /** The channel as a poll saw it after the wish (while unanswered) or after the answer; null before such a poll. */
  seen: ChannelStatus | null;
}

/** Something to correct: the messenger's refusal, or the API's. */
export type Failure = { kind: "failed"; problem: ChannelProblem } | { kind: "refused"; error: ApiError };

export type Outlook =
  | { kind: "underway"; done: number }
  | { kind: "connected"; displayName: string | null }
  /** The wish is kept and carried out later, says the API; nothing to correct. */
  | { kind: "kept"; error: ApiError };

export type Progress = Outlook | Failure;

export function isFailure(progress: Progress): progress is Failure {
  return progress.kind === "failed" || progress.kind === "refused";
}

export function progressOf({ answer, error, seen }: Attempt): Progress {
  if (error && !isKept(error)) return { kind: "refused", error };
  if (answer?.status === "failed" && answer.error) return { kind: "failed", problem: answer.error };
  if (answer?.status === "connected") {
    return { kind: "connected", displayName: seen?.displayName ?? answer.displayName };
  }
  const accepted = answer !== null || error !== null;
  if (accepted && seen?.state === "connected") return { kind: "connected", displayName: seen.displayName };
  if (accepted && seen?.state === "action_required" && seen.problem) {
    return { kind: "failed", problem: seen.problem };
  }
  if (error) return { kind: "kept", error };
  return { kind: "underway", done: stepsDone(answer, seen) };
}

/** Before the answer only `connecting` counts: any other state still belongs to the connection being replaced. */
function stepsDone(answer: ConnectResponse | null, seen: ChannelStatus | null): number {
  if (seen?.state !== "connecting") return answer ? 1 : 0;
  if (!seen.status.configured) return 1;
  return seen.status.connected ? 3 : 2;
}
