/** The plugin's own settings, read from the living config each time: changing one reloads nothing. */
import type { OpenClawPluginApi } from "openclaw/plugin-sdk/plugin-entry";

export const PLUGIN_ID = "cogni-bridge";

export interface Settings {
  /** The installation whose gateway this is; null while none has claimed it. */
  readonly installationId: string | null;
  /** How long an inbound message may go without an outcome before it counts as dropped. */
  readonly replyTimeoutMs: number;
}

/** A slow model with tools takes minutes; the gateway itself gives a turn up after ten. */
const DEFAULT_REPLY_TIMEOUT_MS = 600_000;

export function readSettings(api: OpenClawPluginApi): Settings {
  const config: Readonly<Record<string, unknown>> =
    api.runtime.config.current().plugins?.entries?.[PLUGIN_ID]?.config ?? {};
  const { installationId, replyTimeoutMs } = config;
  return {
    installationId: typeof installationId === "string" ? installationId : null,
    replyTimeoutMs: typeof replyTimeoutMs === "number" ? replyTimeoutMs : DEFAULT_REPLY_TIMEOUT_MS,
  };
}
