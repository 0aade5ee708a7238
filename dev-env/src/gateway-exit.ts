/** Why a gateway ended, in plain words. */
import { tail } from "./child.ts";
import type { GatewayFolder } from "./gateway-folder.ts";

/** `EX_CONFIG`: the gateway refuses what it was given, and would again (OpenClaw docs, gateway/embedding). */
export const EXIT_CONFIG = 78;

/** @param code null where a signal ended it */
export function exitReason(code: number | null, folder: GatewayFolder): string {
  const what =
    code === EXIT_CONFIG
      ? "The gateway refuses its configuration (exit code 78) and is not started again. Correct what it names below in " +
        `GATEWAY_CONFIG_OVERLAY or in ${folder.config}; for a config from the seed, remove ${folder.state} to begin anew.`
      : `The gateway ended unexpectedly (${code === null ? "by a signal" : `exit code ${code}`}) and is started again.`;
  return `${what} Its log: ${folder.log}. It said last:\n${tail(folder.console, 12)}`;
}
