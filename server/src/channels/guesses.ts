/**
 * What counts as one more guess at a credential: another in the place of one that was refused, or one that is somebody
 * else's. Not the refusal itself, which may come when nobody waits for it any more; nor the same credential once more, from
 * which nobody learns anything.
 */
import type { ChannelStatus, ErrorCode } from "@cogni/contract";
import { AppError } from "../errors.ts";

const REFUSALS: ReadonlySet<ErrorCode> = new Set(["credential_refused", "credential_claimed"]);

export function isRefused({ problem }: ChannelStatus): boolean {
  return problem !== null && REFUSALS.has(problem.code);
}

export function isClaimed(error: unknown): boolean {
  return error instanceof AppError && error.code === "credential_claimed";
}
