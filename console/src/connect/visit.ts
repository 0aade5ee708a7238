"use client";
/** What happened to the channels while the page of a connect link was open. */
import type { ChannelId, ChannelState, ChannelStatus } from "@cogni/contract";
import { useState } from "react";

/** States in which a channel waits for a person, or does what one has just asked for. */
const UNFINISHED: readonly ChannelState[] = [
  "not_connected",
  "connecting",
  "awaiting_scan",
  "action_required",
];

export interface Visit {
  /** Seen unfinished at any time; the rest was connected before and is not this link's to undo. */
  readonly touched: readonly ChannelId[];
  /** Of those, the ones that are up now. */
  readonly connected: readonly ChannelId[];
}

export function visitAfter({ touched }: Pick<Visit, "touched">, channels: readonly ChannelStatus[]): Visit {
  const unfinished = channels.filter(({ state }) => UNFINISHED.includes(state)).map(({ channel }) => channel);
  const all = [...touched, ...unfinished.filter((channel) => !touched.includes(channel))];
  const up = channels.filter(({ state }) => state === "connected").map(({ channel }) => channel);
  return { touched: all, connected: all.filter((channel) => up.includes(channel)) };
}

export function useVisit(channels: readonly ChannelStatus[]): Visit {
  const [touched, setTouched] = useState<readonly ChannelId[]>([]);
  const visit = visitAfter({ touched }, channels);
  // Kept during render, so that no frame is drawn without it.
  if (visit.touched.length !== touched.length) setTouched(visit.touched);
  return visit;
}
