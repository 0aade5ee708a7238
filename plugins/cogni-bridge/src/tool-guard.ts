/** Puts the tool policy in front of every tool call. The gateway blocks the call if this throws or takes too long. */
import type { OpenClawPluginApi } from "openclaw/plugin-sdk/plugin-entry";
import { refusal } from "./tool-policy.ts";

export function registerToolGuard(api: OpenClawPluginApi): void {
  api.on("before_tool_call", ({ toolName, params }, ctx) => {
    const blockReason = refusal(params, ctx);
    if (blockReason === null) return undefined;
    // Not the parameters: they may quote what a person wrote.
    api.logger.warn(
      `cogni-bridge: refused a call of ${toolName} by ${ctx.agentId ?? "no agent"}: ${blockReason}`,
    );
    return { block: true, blockReason };
  });
}
