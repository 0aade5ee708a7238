/**
 * Connects the reply tracker to the gateway: its diagnostic events in, one log line for each lost reply out. It only looks
 * on; the replies stay the gateway's. The hooks `message_sending` and `message_sent` would not do: they are silent about
 * queued turns and about what the `message` tool sends (measured, OpenClaw 2026.9.6).
 */
import { type DiagnosticEventPayload, onDiagnosticEvent } from "openclaw/plugin-sdk/diagnostic-runtime";
import type { OpenClawPluginApi } from "openclaw/plugin-sdk/plugin-entry";
import type { ReplyReport } from "./reply-report.ts";
import { createReplyTracker, type MessageEvent, type ReplyTracker } from "./reply-tracker.ts";
import { readSettings } from "./settings.ts";

const SWEEP_MS = 1000;

export function registerReplyWatch(
  api: OpenClawPluginApi,
  { settled }: Pick<ReplyReport, "settled">,
): ReplyTracker {
  const tracker = createReplyTracker({
    timeoutMs: () => readSettings(api).replyTimeoutMs,
    onSettled: settled,
    // Without the session's key, which names the person who wrote.
    onLost: ({ sessionKey: _, ...lost }) =>
      api.logger.warn(`cogni-bridge: reply lost ${JSON.stringify({ event: "reply_lost", ...lost })}`),
  });
  let stop: (() => void) | null = null;
  api.registerService({
    id: "cogni-replies",
    start() {
      const unsubscribe = onDiagnosticEvent((payload) => {
        const event = messageEvent(payload);
        if (event) tracker.follow(event);
      });
      const sweeping = setInterval(() => tracker.sweep(), SWEEP_MS);
      stop = () => {
        unsubscribe();
        clearInterval(sweeping);
      };
    },
    stop: () => stop?.(),
  });
  return tracker;
}

function messageEvent(payload: DiagnosticEventPayload): MessageEvent | null {
  switch (payload.type) {
    case "message.received":
    case "message.processed": {
      const { channel, sessionKey, messageId } = payload;
      if (channel === undefined || sessionKey === undefined || messageId === undefined) return null;
      const message = { channel, sessionKey, messageId: String(messageId) };
      if (payload.type === "message.received") return { type: "received", message };
      const { outcome, reason } = payload;
      return { type: "processed", message, outcome, ...(reason !== undefined && { reason }) };
    }
    case "message.delivery.completed":
    case "message.delivery.error": {
      const { channel, sessionKey, deliveryKind } = payload;
      if (sessionKey === undefined || deliveryKind === "reaction") return null;
      return {
        type: payload.type === "message.delivery.completed" ? "delivered" : "delivery_failed",
        channel,
        sessionKey,
      };
    }
    default:
      return null;
  }
}
