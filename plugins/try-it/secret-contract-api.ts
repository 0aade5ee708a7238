/** Tells the gateway where this plugin's config holds credentials, before it loads the rest: the file's name is its rule. */
import { createSimpleChannelSecretContract } from "openclaw/plugin-sdk/channel-secret-basic-runtime";
import { BOT_CHANNEL } from "./src/settings.ts";

export const channelSecrets = createSimpleChannelSecretContract({
  channelKey: BOT_CHANNEL,
  label: "Try it",
  accountFields: ["botToken"],
  channelFields: [],
  mode: { kind: "surface-inheritance", collectionFields: ["botToken"] },
});
export const { secretTargetRegistryEntries, collectRuntimeConfigAssignments } = channelSecrets;
