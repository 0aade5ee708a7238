/** What each LLM call says of itself to our own endpoint, and who pays for it. */
import type { Run } from "./runs.ts";
import { tenantOfAgent } from "./tenant.ts";
import type { TenantKey } from "./tenant-keys.ts";

/** LiteLLM's header for the end user whose budget a call counts against. */
export const TENANT_HEADER = "x-litellm-end-user-id";

/** As contract/src/bridge.ts has them; a test holds the two together. */
export const HEADERS = {
  logicalId: "x-cogni-request-id",
  turn: "x-cogni-turn",
  channel: "x-cogni-channel",
  conversation: "x-cogni-conversation",
  endUser: "x-cogni-end-user",
} as const;

/**
 * What can't be proved is left out. Of people and conversations go hashes alone.
 * @param callName what the gateway calls this call: the same for each attempt at it
 */
export function callHeaders(
  agentId: string,
  { key, hash }: TenantKey,
  callName: string | null,
  run: Run | null,
): Record<string, string> {
  const logicalId = callName && logicalIdOf(callName);
  const ofMessage = run?.channel != null && run.senderId !== null;
  return {
    authorization: `Bearer ${key}`,
    [TENANT_HEADER]: tenantOfAgent(agentId) ?? "",
    ...(logicalId && { [HEADERS.logicalId]: logicalId }),
    ...(run?.sessionKey && { [HEADERS.conversation]: hash(run.sessionKey) }),
    ...(run &&
      ofMessage && {
        [HEADERS.turn]: logicalIdOf(run.runId),
        [HEADERS.channel]: String(run.channel),
        [HEADERS.endUser]: hash(`${run.channel} ${run.senderId}`),
      }),
  };
}

/** In the form that a header's id has; a name of another length is told by its end, which differs. */
export function logicalIdOf(name: string): string {
  return name
    .replaceAll(/[^A-Za-z0-9._-]/g, ".")
    .slice(-128)
    .padStart(8, ".");
}
