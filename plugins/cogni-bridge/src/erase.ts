/**
 * Erases what the gateway keeps of a tenant that is deleted, once its accounts and its agent have left the config: files, the
 * rows of the gateway's own databases, and copies of earlier configs. The gateway itself moves an agent's files to a trash
 * that nobody empties, and keeps the rest (measured, OpenClaw 2026.9.6).
 */
import type { BridgeErased } from "@cogni/contract";
import type { OpenClawPluginApi } from "openclaw/plugin-sdk/plugin-entry";
import { resolveConfigPath, resolveStateDir } from "openclaw/plugin-sdk/state-paths";
import { eraseFiles, eraseFromBackups } from "./erase-files.ts";
import { eraseRows } from "./erase-rows.ts";
import { forgetSuspended } from "./suspended.ts";
import { tenantOfAgent } from "./tenant.ts";

/** @param forget whatever the plugin itself remembers of the agent */
export function registerErase(api: OpenClawPluginApi, forget: (agentId: string) => void): void {
  api.registerGatewayMethod(
    "cogni.erase",
    async ({ params: { agentId }, respond }) => {
      // All that names files and rows below: whoever gets past this names one tenant's own, and no path.
      if (typeof agentId !== "string" || tenantOfAgent(agentId) === null) {
        return respond(false, undefined, {
          code: "INVALID_REQUEST",
          message: "agentId is no tenant's agent",
        });
      }
      const { agents } = api.runtime.config.current();
      if (agents?.entries?.[agentId] !== undefined) {
        return respond(false, undefined, {
          code: "INVALID_REQUEST",
          message: "the config still has the agent",
        });
      }
      try {
        forget(agentId);
        forgetSuspended(agentId);
        const state = resolveStateDir();
        const files = await eraseFiles(state, agentId);
        const rows = await eraseRows(state, agentId);
        const backups = await eraseFromBackups(resolveConfigPath(), agentId);
        respond(true, { files, rows, backups } satisfies BridgeErased);
      } catch (error) {
        respond(false, undefined, { code: "UNAVAILABLE", message: String(error) });
      }
    },
    { scope: "operator.admin" },
  );
}
