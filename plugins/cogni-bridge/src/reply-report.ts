/**
 * Tells the control plane what became of the messages that LLM calls were made for, so that a tenant's bill says whether the answer
 * it pays for reached anyone. A session's turns run one after the other: what it called since its last message had an outcome was
 * called for the one that has one now.
 */
import type { ReplyFate } from "@cogni/contract";
import type { OpenClawPluginApi } from "openclaw/plugin-sdk/plugin-entry";
import { logicalIdOf } from "./call-headers.ts";
import type { ControlPlane } from "./control-plane.ts";
import { processWide } from "./process-wide.ts";

export interface ReplyReport {
  called(agentId: string, callName: string, sessionKey: string): void;
  settled(sessionKey: string, fate: ReplyFate): void;
}

interface Call {
  readonly agentId: string;
  readonly logicalId: string;
}

const SEND_MS = 500;
/** In one request, and kept at most while the control plane is away: what is lost is told as “not known”. */
const BATCH = 500;
const MAX_KEPT = 10_000;
const MAX_SESSIONS = 5_000;

export function registerReplyReport(api: OpenClawPluginApi, controlPlane: ControlPlane): ReplyReport {
  const { calls, fates } = processWide("replies", () => ({
    calls: new Map<string, Call[]>(),
    fates: [] as (Call & { readonly fate: ReplyFate })[],
  }));
  let sending = false;

  async function send(): Promise<void> {
    if (sending || fates.length === 0) return;
    sending = true;
    const batch = fates.slice(0, BATCH);
    try {
      await controlPlane.post("/internal/v1/replies", { fates: batch });
      fates.splice(0, batch.length);
    } catch (error) {
      if (fates.length > MAX_KEPT) {
        api.logger.warn(
          `cogni-bridge: what became of ${batch.length} replies could not be told: ${String(error)}`,
        );
        fates.splice(0, batch.length);
      }
    } finally {
      sending = false;
    }
  }

  let timer: NodeJS.Timeout | null = null;
  api.registerService({
    id: "cogni-reply-report",
    start() {
      timer = setInterval(() => void send(), SEND_MS);
    },
    stop() {
      if (timer) clearInterval(timer);
      void send();
    },
  });
  return {
    called(agentId, callName, sessionKey) {
      calls.set(sessionKey, [
        ...(calls.get(sessionKey) ?? []),
        { agentId, logicalId: logicalIdOf(callName) },
      ]);
      const [oldest] = calls.size > MAX_SESSIONS ? calls.keys() : [];
      if (oldest !== undefined) calls.delete(oldest);
    },
    settled(sessionKey, fate) {
      fates.push(...(calls.get(sessionKey) ?? []).map((call) => ({ ...call, fate })));
      calls.delete(sessionKey);
    },
  };
}
