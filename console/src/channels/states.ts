/** What each state of the closed set looks like and allows: data, so that no component decides by itself. */
import type { ChannelState, ChannelStatus, StatusDocument } from "@cogni/contract";

export type Tone = "green" | "blue" | "amber" | "red" | "grey";
export type MainAction = "connect" | "showCode";
export type MenuAction = "connectAgain" | "replace" | "access" | "cancelLogin" | "disconnect";
export type CardAction = MainAction | MenuAction | "scanAgain" | "senders" | "uptime";

/** Whether whoever looks may do it, where it makes sense. */
export type Allows = (action: CardAction, channel: ChannelStatus) => boolean;

interface StateLook {
  tone: Tone;
  /** Something is under way: the dot moves, and the next look is due sooner. */
  moving: boolean;
  /** How long it has been so is told beside it; a healthy one has its time among the facts. */
  dated: boolean;
  /** The one button on the card. */
  main: MainAction | null;
  menu: readonly MenuAction[];
}

const IN_USE: readonly MenuAction[] = ["replace", "access", "disconnect"];

export const STATES: Record<ChannelState, StateLook> = {
  not_connected: { tone: "grey", moving: false, dated: false, main: "connect", menu: [] },
  connecting: { tone: "blue", moving: true, dated: false, main: null, menu: IN_USE },
  awaiting_scan: { tone: "blue", moving: true, dated: false, main: "showCode", menu: ["cancelLogin"] },
  connected: { tone: "green", moving: false, dated: false, main: null, menu: IN_USE },
  reconnecting: { tone: "amber", moving: true, dated: true, main: null, menu: IN_USE },
  // Its button is the problem's own.
  action_required: { tone: "red", moving: false, dated: true, main: null, menu: IN_USE },
  disconnecting: { tone: "grey", moving: true, dated: false, main: null, menu: ["connectAgain"] },
  unknown: { tone: "grey", moving: false, dated: true, main: null, menu: IN_USE },
};

/**
 * Whether an action makes sense for a channel: a credential can be replaced where there is one, a code scanned where one
 * logs in so, and nothing connected that the gateway can't run.
 */
export function isOffered(action: CardAction, { state, problem, connect }: ChannelStatus): boolean {
  switch (action) {
    case "replace":
      return connect.method === "credentials";
    case "scanAgain":
      return connect.method === "qr";
    case "access":
      // Without a session to change, the wish would be one for a code.
      return connect.byApproval && (connect.method === "credentials" || state !== "action_required");
    case "connect":
      return state !== "not_connected" || problem === null;
    default:
      return true;
  }
}

const SOON_MS = 1_000;
const CALM_MS = 2_000;
const FAILING_MS = 4_000;

/** Milliseconds until the next look at the status. */
export function pollDelay(document: StatusDocument | undefined, failing: boolean): number {
  if (failing) return FAILING_MS;
  return document?.channels.some((channel) => STATES[channel.state].moving) ? SOON_MS : CALM_MS;
}
