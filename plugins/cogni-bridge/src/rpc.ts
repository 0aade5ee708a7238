/** What the control plane asks the gateway that the gateway itself does not answer. Schemas: `contract/src/bridge.ts`. */
import type { BridgeAccounts, BridgeInfo, BridgeReplies } from "@cogni/contract";
import type { OpenClawPluginApi } from "openclaw/plugin-sdk/plugin-entry";
import { getRuntimeConfigSourceSnapshot } from "openclaw/plugin-sdk/runtime-config-snapshot";
import { listAccounts } from "./accounts.ts";
import { PROVIDER_ID } from "./attribution.ts";
import type { ReplyTracker } from "./reply-tracker.ts";
import { readSettings } from "./settings.ts";

export function registerRpc(api: OpenClawPluginApi, replies: Pick<ReplyTracker, "counts">): void {
  const answer = (method: string, make: () => unknown) =>
    api.registerGatewayMethod(method, ({ respond }) => respond(true, make()), { scope: "operator.admin" });

  answer("cogni.info", (): BridgeInfo => {
    // The running config holds the values of references that were resolved, and the others as they are.
    const key: unknown = api.runtime.config.current().models?.providers?.[PROVIDER_ID]?.apiKey;
    return {
      version: api.version ?? "unknown",
      installationId: readSettings(api).installationId,
      hasModelKey: typeof key === "string",
    };
  });
  answer("cogni.accounts", (): BridgeAccounts => {
    const source = getRuntimeConfigSourceSnapshot();
    // Without the config as written, an empty list would read as “no account has a credential”.
    if (!source) throw new Error("the gateway has no source config yet");
    return { accounts: listAccounts(source.channels) };
  });
  answer("cogni.replies", (): BridgeReplies => replies.counts());
}
