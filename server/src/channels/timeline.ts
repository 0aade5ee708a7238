/** From the states an account was in: how long of the time it was up. Pure. */
import type { ChannelState, ChannelTimeline, StateChange } from "@cogni/contract";

export interface Change extends Omit<StateChange, "at"> {
  readonly at: Date;
}

export interface Span {
  readonly from: Date;
  readonly to: Date;
  /** Into how many equal parts the time is divided. */
  readonly parts: number;
}

/** Of this time the share counts: wished connected, and seen. In every other state it was not wished, or not watched. */
const COUNTS: ReadonlySet<ChannelState> = new Set([
  "connecting",
  "connected",
  "reconnecting",
  "action_required",
]);

/** @param changes the earliest first; what was before the first one is not known */
export function timelineOf(changes: readonly Change[], span: Span): Omit<ChannelTimeline, "channel"> {
  const { from, to, parts } = span;
  const edge = (index: number) =>
    new Date(from.getTime() + ((to.getTime() - from.getTime()) * index) / parts);
  return {
    upShare: upShare(changes, from, to),
    parts: Array.from({ length: parts }, (_, index) => ({
      from: edge(index).toISOString(),
      upShare: upShare(changes, edge(index), edge(index + 1)),
    })),
    changes: changes.map(({ at, state, code }) => ({ at: at.toISOString(), state, code })),
  };
}

/** Null where nothing in this time counts. */
function upShare(changes: readonly Change[], from: Date, to: Date): number | null {
  let upMs = 0;
  let countedMs = 0;
  for (const [index, { at, state }] of changes.entries()) {
    const next = changes[index + 1];
    // A start that succeeded is no outage: the seconds it took would be most of a newcomer's first minute.
    if (state === "connecting" && endOfStart(changes, index) === "connected") continue;
    const end = next?.at ?? to;
    const ms = Math.min(end.getTime(), to.getTime()) - Math.max(at.getTime(), from.getTime());
    if (ms <= 0 || !COUNTS.has(state)) continue;
    countedMs += ms;
    if (state === "connected") upMs += ms;
  }
  return countedMs === 0 ? null : upMs / countedMs;
}

/** What a start led to, past the moments in which nobody watched it; undefined while it is under way. */
function endOfStart(changes: readonly Change[], index: number): ChannelState | undefined {
  return changes.slice(index).find(({ state }) => state !== "connecting" && state !== "unknown")?.state;
}

/** What nobody watches since `at` is not known; a wish that nobody need watch, and an end, stay what they are. */
export function unwatchedSince(changes: readonly Change[], at: Date): Change[] {
  const last = changes.at(-1);
  if (!last || !WATCHED.has(last.state)) return [...changes];
  return [...changes, { at: last.at > at ? last.at : at, state: "unknown", code: "gateway_unreachable" }];
}

const WATCHED: ReadonlySet<ChannelState> = new Set(["connecting", "connected", "reconnecting"]);
