/** Tells the gateway where the credentials stand; the file's name is its rule. */
import { createSimpleChannelSecretContract } from "openclaw/plugin-sdk/channel-secret-basic-runtime";

const FIELDS = ["ringCode", "nestKey"];

export const channelSecrets = createSimpleChannelSecretContract({
  channelKey: "stork",
  label: "Carrier stork",
  accountFields: FIELDS,
  channelFields: [],
  mode: { kind: "surface-inheritance", collectionFields: FIELDS },
});
export const { secretTargetRegistryEntries, collectRuntimeConfigAssignments } = channelSecrets;
