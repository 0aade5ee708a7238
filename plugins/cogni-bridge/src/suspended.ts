/**
 * Agents that may not call the LLM, as the control plane last told. In a file, so that it holds over a restart of the gateway;
 * not in the gateway's config: a change there, even of this plugin's own section, takes hold of all plugins anew, and a reply of
 * another tenant that is on its way then fails (“Plugin … was reloaded or disabled”; measured, OpenClaw 2026.9.6).
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BridgeSuspended } from "@cogni/contract";
import type { OpenClawPluginApi } from "openclaw/plugin-sdk/plugin-entry";
import { resolveStateDir } from "openclaw/plugin-sdk/state-paths";
import { tenantOfAgent } from "./tenant.ts";

const folder = () => join(resolveStateDir(), "cogni-bridge");
const file = () => join(folder(), "suspended.json");

/** Read anew each time: the file is small, and calls are few. @throws Error for a file that is not ours, which lets none out */
export function isSuspended(agentId: string): boolean {
  return readSuspended().includes(agentId);
}

function readSuspended(): string[] {
  try {
    const agents: unknown = JSON.parse(readFileSync(file(), "utf8"));
    if (Array.isArray(agents)) return agents.map(String);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
  throw new Error("the list of suspended agents is no list");
}

function writeSuspended(agents: readonly string[]): void {
  mkdirSync(folder(), { recursive: true, mode: 0o700 });
  writeFileSync(`${file()}.new`, JSON.stringify(agents), { mode: 0o600 });
  renameSync(`${file()}.new`, file());
}

/** The agent is no more. */
export function forgetSuspended(agentId: string): void {
  const agents = readSuspended();
  if (agents.includes(agentId)) writeSuspended(agents.filter((other) => other !== agentId));
}

export function registerSuspended(api: OpenClawPluginApi): void {
  api.registerGatewayMethod(
    "cogni.suspend",
    async ({ params: { agentIds }, respond }) => {
      if (!Array.isArray(agentIds) || agentIds.some((id) => tenantOfAgent(id) === null)) {
        return respond(false, undefined, {
          code: "INVALID_REQUEST",
          message: "agentIds is no list of tenants' agents",
        });
      }
      try {
        writeSuspended(agentIds.map(String));
        respond(true, { suspended: agentIds.length } satisfies BridgeSuspended);
      } catch (error) {
        respond(false, undefined, { code: "UNAVAILABLE", message: String(error) });
      }
    },
    { scope: "operator.admin" },
  );
}
