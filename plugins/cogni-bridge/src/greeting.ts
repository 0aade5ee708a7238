/**
 * Sends a tenant's greeting in front of the first answer of each conversation: word for word, at most once, without asking
 * a model. It goes to the messenger by the channel's own way of sending a text. As a reply it would not do: the gateway reads
 * directives and paths of files in replies, drops a block that is followed by an answer, and would count the greeting as the answer
 * (measured, OpenClaw 2026.9.6).
 */
import type { OpenClawConfig, OpenClawPluginApi } from "openclaw/plugin-sdk/plugin-entry";
import type { AgentStore } from "./agent-store.ts";
import { agentOfSession, tenantOfAgent } from "./tenant.ts";

/** What a messenger's start button says in a person's name: to be greeted is all that they want. */
const START = /^\/start(\s|$)/;
/** A messenger that does not take the greeting must not keep the answer waiting for longer. */
const TIMEOUT_MS = 10_000;

export function registerGreeting(api: OpenClawPluginApi, store: AgentStore): void {
  api.on(
    "reply_dispatch",
    async ({ ctx, sessionKey, isTailDispatch, originatingChannel, sendPolicy }, dispatch) => {
      const agentId = agentOfSession(sessionKey);
      if (sessionKey === undefined || agentId === null || tenantOfAgent(agentId) === null) return undefined;
      if (isTailDispatch || sendPolicy === "deny" || ctx.ChatType !== "direct") return undefined;
      // Also where there is no greeting: with whom the agent has spoken is not greeted by one that comes later.
      const first = await store.isFirst(agentId, sessionKey);
      const start = START.test(ctx.RawBody ?? "");
      if (!first && !start) return undefined;
      const text = (await store.read(agentId))?.greeting;
      if (!text) return undefined;

      try {
        await send(api, dispatch.cfg, originatingChannel, { to: ctx.ChatId, accountId: ctx.AccountId, text });
      } catch (error) {
        api.logger.warn(
          `cogni-bridge: ${agentId} could not greet on ${originatingChannel}: ${String(error)}`,
        );
        return undefined;
      }
      if (!start) return undefined;
      dispatch.recordProcessed("completed", { reason: "greeted" });
      dispatch.markIdle("message_completed");
      return { handled: true, queuedFinal: false, counts: { tool: 0, block: 0, final: 0 } };
    },
    { timeoutMs: TIMEOUT_MS },
  );
}

interface Greeting {
  readonly to: string | undefined;
  readonly accountId: string | undefined;
  readonly text: string;
}

/** @throws what the channel throws, and Error where it cannot be sent to */
async function send(
  api: OpenClawPluginApi,
  cfg: OpenClawConfig,
  channel: string | undefined,
  { to, accountId, text }: Greeting,
): Promise<void> {
  const adapter = channel ? await api.runtime.channel.outbound.loadAdapter(channel) : undefined;
  if (!adapter?.sendText || !to || !accountId) throw new Error("there is no way to send a text");
  await adapter.sendText({ cfg, to, accountId, text });
}
