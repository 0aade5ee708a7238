/**
 * What has to be remembered of an account so that its state neither jumps at every blip nor comes and goes with an
 * account that does: when it was last up, how often it fell since, and what a person was asked to mend. Pure; the
 * watcher keeps it beside what it saw.
 */
import { type ErrorCode, errorCodeSchema } from "@cogni/contract";
import { z } from "zod";

const time = z.coerce.date();

/** As JSON has it, in `account_observations.steadiness`. */
export const steadinessSchema = z.object({
  /** Since when it has been up without a break; null while it is down. */
  upSince: time.nullable(),
  /** When it was last seen up, or first seen at all; null while it is up. */
  downSince: time.nullable(),
  /** How often it fell since it was last steady: more than two is told as two. */
  falls: z.union([z.literal(0), z.literal(1), z.literal(2)]),
  /** What a person was asked to mend since then. */
  trouble: errorCodeSchema.nullable(),
  /** When its transport was last heard; null where that is not told. */
  heardAt: time.nullable(),
});
export type Steadiness = z.output<typeof steadinessSchema>;

/** In milliseconds. */
export interface Patience {
  /** An account that was up and is down for less than this stays connected: a blip is not an outage. */
  readonly blipMs: number;
  /** One that kept falling, or had a person asked for help, is connected again once it was up for this long. */
  readonly steadyMs: number;
}

/** An account as it looks at one moment, whatever was before. */
export interface Glance {
  readonly at: Date;
  /** When the gateway was looked at before this; null: never. */
  readonly lookedBefore: Date | null;
  readonly up: boolean;
  /** Why it is not up: what a person is to mend, a cause that passes by itself, or nothing that is known. */
  readonly cause: { readonly code: ErrorCode; readonly needsPerson: boolean } | null;
  readonly heardAt: Date | null;
  /** How long its transport may be silent; null: silence proves nothing. */
  readonly silenceMs: number | null;
}

/** What is to be remembered after a glance; `before` is null for an account on a credential not seen yet. */
export function remember(
  before: Steadiness | null,
  glance: Glance,
  { blipMs, steadyMs }: Patience,
): Steadiness {
  const { at, lookedBefore, up, cause, silenceMs } = glance;
  if (up) {
    const upSince = before?.upSince ?? at;
    const unsteady = before !== null && (before.falls > 0 || before.trouble !== null);
    const forgiven = at.getTime() - upSince.getTime() >= steadyMs;
    const { falls, trouble } = unsteady && !forgiven ? before : { falls: 0 as const, trouble: null };
    return { upSince, downSince: null, falls, trouble, heardAt: glance.heardAt };
  }
  const fell = before !== null && before.upSince !== null;
  // While nobody looked the gateway itself may have been away: that is no fall of the account's own.
  const unwatched = lookedBefore === null || at.getTime() - lookedBefore.getTime() > blipMs;
  const troubled = before !== null && before.trouble !== null;
  const fallen = fell ? (unwatched || before.falls === 0 ? 1 : 2) : (before?.falls ?? 0);
  const heardAt = glance.heardAt ?? before?.heardAt ?? null;
  const since = fell ? (lookedBefore ?? at) : (before?.downSince ?? at);
  // A silence past its limit is no blip, whatever is heard in the end.
  const silent = silenceMs !== null && heardAt !== null && at.getTime() - heardAt.getTime() > silenceMs;
  return {
    upSince: null,
    downSince: silent && heardAt < since ? heardAt : since,
    // What a person was asked to mend is no blip, also when another cause takes its place.
    falls: troubled ? 2 : fallen,
    trouble: cause ? (cause.needsPerson ? cause.code : null) : (before?.trouble ?? null),
    heardAt,
  };
}

/** Up, but not to be believed yet. */
export function isSettling(past: Steadiness, now: Date, { steadyMs }: Patience): boolean {
  if (past.falls < 2 && past.trouble === null) return false;
  return past.upSince === null || now.getTime() - past.upSince.getTime() < steadyMs;
}

/** Down, but for so short a time, after being up and steady, that it is not told. */
export function isBlip(past: Steadiness, now: Date, { blipMs }: Patience): boolean {
  if (past.falls !== 1 || past.trouble !== null || past.downSince === null) return false;
  return now.getTime() - past.downSince.getTime() < blipMs;
}
