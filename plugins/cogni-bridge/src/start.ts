/**
 * Starts an account as the gateway does at boot: for nobody. An account started by `channels.start` runs on inside of that
 * request for as long as it lives: its agent's tool calls carry the scopes of the client that asked, and when that client
 * disconnects they fail (“Gateway client authority closed before dispatching message.action”; measured, OpenClaw 2026.9.6).
 * So after each restart of the control plane, every tenant's agent would have lost its `message` tool.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import type { BridgeStart } from "@cogni/contract";
import type { OpenClawPluginApi } from "openclaw/plugin-sdk/plugin-entry";

/** Runs a function where this module was loaded: in the gateway's boot, outside of any request. */
const outsideRequests = AsyncLocalStorage.snapshot();

export function registerStart(api: OpenClawPluginApi): void {
  api.registerGatewayMethod(
    "cogni.start",
    async ({ params, context, respond }) => {
      const { channel, accountId } = params;
      if (typeof channel !== "string" || typeof accountId !== "string") {
        return respond(false, undefined, {
          code: "INVALID_REQUEST",
          message: "channel and accountId are needed",
        });
      }
      try {
        const start = () => context.startChannel(channel, accountId, { manual: true });
        const outcome = (await outsideRequests(start)).get(accountId);
        if (!outcome) throw new Error(`channel ${channel} told nothing about ${accountId}`);
        if (outcome.status === "skipped" && outcome.reason === "unsupported") {
          return respond(false, undefined, {
            code: "INVALID_REQUEST",
            message: `no channel ${channel} to start`,
          });
        }
        respond(true, { channel, accountId, outcome } satisfies BridgeStart);
      } catch (error) {
        respond(false, undefined, { code: "UNAVAILABLE", message: inWords(error) });
      }
    },
    { scope: "operator.admin" },
  );
}

/** With name and code, as `channels.start` tells it: the control plane knows a missing credential by them. */
function inWords(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error ? `: code=${String(error.code)}` : "";
  return `${error.name}: ${error.message}${code}`;
}
