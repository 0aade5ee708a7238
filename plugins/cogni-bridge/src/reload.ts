/**
 * Account-level config writes restart nothing. By default the gateway restarts a whole channel, every tenant's account on
 * it, when one account changes; with these prefixes the control plane starts and stops exactly the account it means.
 * More segments win over fewer in the gateway's reload plan, so these win over a channel's own rules.
 */
import type { OpenClawPluginApi } from "openclaw/plugin-sdk/plugin-entry";

/** Our own settings are read live (`settings.ts`), and so need no reload of the plugin either. */
export const QUIET_PREFIXES = ["channels.*.accounts", "plugins.entries.cogni-bridge.config"];

export function registerQuietWrites(api: OpenClawPluginApi): void {
  api.registerReload({ noopPrefixes: QUIET_PREFIXES });
}
