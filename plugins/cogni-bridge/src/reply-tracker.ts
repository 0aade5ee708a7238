/**
 * Follows each inbound message to its outcome, because the gateway can lose one while its own agent answers, and says so
 * nowhere. Fed with the gateway's diagnostic events; knows no gateway, so that a test can replay what was seen.
 *
 * What the events tell (measured, OpenClaw 2026.9.6): a message is `received`, then `processed`, and in between its reply
 * is `delivered`, which names the session but not the message. A message that arrives while another is being answered is
 * either put into the running turn (`processed` with `active_run_injected`) or queued behind it (`processed` at once,
 * its reply delivered later). A dispatch that failed is tried again under the same id. A failed delivery may come after
 * `processed`, and be retried.
 */
import type { BridgeReplies, ReplyCounts } from "@cogni/contract";
import { agentOfSession } from "./tenant.ts";

export type MessageEvent =
  | { readonly type: "received"; readonly message: MessageKey }
  | {
      readonly type: "processed";
      readonly message: MessageKey;
      readonly outcome: Outcome;
      readonly reason?: string;
    }
  | { readonly type: "delivered" | "delivery_failed"; readonly channel: string; readonly sessionKey: string };

interface MessageKey {
  readonly channel: string;
  readonly sessionKey: string;
  readonly messageId: string;
}
type Outcome = "completed" | "skipped" | "error";
type Fate = Exclude<keyof ReplyCounts, "received">;

export interface LostReply extends MessageKey {
  readonly agentId: string;
  readonly fate: "failed" | "dropped";
  readonly afterMs: number;
}

export interface ReplyTracker {
  follow(event: MessageEvent): void;
  /** Gives up what has waited for too long. To be called now and then. */
  sweep(): void;
  counts(): BridgeReplies;
  /** The agent is no more. */
  forget(agentId: string): void;
}

interface Waiting {
  readonly message: MessageKey;
  readonly receivedAt: number;
  /** `active`: its own turn runs. `injected`: answered with the active one. `queued`: its turn comes later. */
  state: "active" | "injected" | "queued";
  delivered: boolean;
  failed: boolean;
}

/** @param options.timeoutMs how long a message may go without an outcome; asked at each sweep */
export function createReplyTracker(options: {
  timeoutMs: () => number;
  onLost: (reply: LostReply) => void;
  onSettled: (sessionKey: string, fate: Fate) => void;
}): ReplyTracker {
  const since = new Date().toISOString();
  const counts = new Map<string, ReplyCounts>();
  const waiting = new Map<string, Waiting>();
  /** Messages with an outcome, for as long as the gateway may still repeat them. */
  const settled = new Map<string, { readonly at: number }>();

  const count = (message: MessageKey, what: keyof ReplyCounts): void => {
    const agentId = agentOfSession(message.sessionKey) ?? "unknown";
    const now = counts.get(agentId) ?? { received: 0, replied: 0, silent: 0, failed: 0, dropped: 0 };
    counts.set(agentId, { ...now, [what]: now[what] + 1 });
  };

  const settle = (entry: Waiting, fate: Fate): void => {
    const { message, receivedAt } = entry;
    const key = keyOf(message);
    waiting.delete(key);
    settled.set(key, { at: Date.now() });
    count(message, fate);
    options.onSettled(message.sessionKey, fate);
    if (fate !== "failed" && fate !== "dropped") return;
    const agentId = agentOfSession(message.sessionKey) ?? "unknown";
    options.onLost({ ...message, agentId, fate, afterMs: Date.now() - receivedAt });
  };

  const receive = (message: MessageKey): void => {
    const key = keyOf(message);
    if (settled.has(key)) return;
    const known = waiting.get(key);
    if (known) {
      // Tried again after a failure; a mere repetition leaves the first attempt alone.
      if (known.failed) Object.assign(known, { state: "active", failed: false });
      return;
    }
    count(message, "received");
    const receivedAt = Date.now();
    waiting.set(key, { message, receivedAt, state: "active", delivered: false, failed: false });
  };

  const process = (entry: Waiting, outcome: Outcome, reason: string | undefined): void => {
    if (entry.delivered) settle(entry, outcome === "error" ? "failed" : "replied");
    else if (outcome === "error") Object.assign(entry, { state: "queued", failed: true });
    else if (reason === "active_run_injected") entry.state = "injected";
    else if (outcome === "completed" && reason !== undefined) settle(entry, "silent");
    else entry.state = "queued";
  };

  /** Whom a delivery in this session concerns: the running turn, or else whatever is still queued. */
  const concerned = (channel: string, sessionKey: string): Waiting[] => {
    const here = [...waiting.values()].filter(
      ({ message }) => message.sessionKey === sessionKey && message.channel === channel,
    );
    const active = here.find(({ state }) => state === "active");
    return active ? [active, ...here.filter(({ state }) => state === "injected")] : here;
  };

  return {
    follow(event) {
      if (event.type === "received") return receive(event.message);
      if (event.type === "processed") {
        const entry = waiting.get(keyOf(event.message));
        if (entry && event.reason !== "duplicate") process(entry, event.outcome, event.reason);
        return;
      }
      for (const entry of concerned(event.channel, event.sessionKey)) {
        if (event.type === "delivery_failed") entry.failed = true;
        else if (entry.state === "active") entry.delivered = true;
        else settle(entry, "replied");
      }
    },
    sweep() {
      const limit = Date.now() - options.timeoutMs();
      for (const entry of waiting.values()) {
        if (entry.receivedAt > limit) continue;
        settle(entry, entry.delivered ? "replied" : entry.failed ? "failed" : "dropped");
      }
      for (const [key, { at }] of settled) if (at <= limit) settled.delete(key);
    },
    counts: () => ({ since, agents: Object.fromEntries(counts) }),
    forget(agentId) {
      counts.delete(agentId);
      for (const [key, { message }] of waiting)
        if (agentOfSession(message.sessionKey) === agentId) waiting.delete(key);
    },
  };
}

const keyOf = ({ channel, sessionKey, messageId }: MessageKey) => `${channel} ${sessionKey} ${messageId}`;
