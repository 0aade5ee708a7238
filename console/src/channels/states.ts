/** What each state of the closed set looks like and allows: data, so that no component decides by itself. */
import type { ChannelState, StatusDocument } from "@cogni/contract";

export type Tone = "green" | "blue" | "amber" | "red" | "grey";
export type CardAction = "connect" | "connectAgain" | "replace" | "disconnect";

interface StateLook {
  tone: Tone;
  /** Something is under way: the dot moves, and the next look is due sooner. */
  moving: boolean;
  /** How long it has been so is told beside it; a healthy one has its time among the facts. */
  dated: boolean;
  /** The one button on the card. */
  main: CardAction | null;
  menu: readonly CardAction[];
}

export const STATES: Record<ChannelState, StateLook> = {
  not_connected: { tone: "grey", moving: false, dated: false, main: "connect", menu: [] },
  connecting: { tone: "blue", moving: true, dated: false, main: null, menu: ["replace", "disconnect"] },
  awaiting_scan: { tone: "blue", moving: true, dated: false, main: null, menu: ["disconnect"] },
  connected: { tone: "green", moving: false, dated: false, main: null, menu: ["replace", "disconnect"] },
  reconnecting: { tone: "amber", moving: true, dated: true, main: null, menu: ["replace", "disconnect"] },
  // Its button is the problem's own.
  action_required: { tone: "red", moving: false, dated: true, main: null, menu: ["replace", "disconnect"] },
  disconnecting: { tone: "grey", moving: true, dated: false, main: null, menu: ["connectAgain"] },
  unknown: { tone: "grey", moving: false, dated: true, main: null, menu: ["replace", "disconnect"] },
};

const SOON_MS = 1_000;
const CALM_MS = 2_000;
const FAILING_MS = 4_000;

/** Milliseconds until the next look at the status. */
export function pollDelay(document: StatusDocument | undefined, failing: boolean): number {
  if (failing) return FAILING_MS;
  return document?.channels.some((channel) => STATES[channel.state].moving) ? SOON_MS : CALM_MS;
}
