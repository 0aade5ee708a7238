/**
 * A channel that no line of ours knows, with two secrets among fields of odd types. It talks to nobody: an account whose
 * two codes agree is up, any other is refused.
 */
import { once } from "node:events";
import { type ChannelPlugin, createChatChannelPlugin } from "openclaw/plugin-sdk/channel-core";
import {
  channelBlockedPatch,
  channelReadyPatch,
  channelStoppedPatch,
} from "openclaw/plugin-sdk/gateway-runtime";
import type { OpenClawConfig, OpenClawPluginApi } from "openclaw/plugin-sdk/plugin-entry";

interface Account {
  readonly accountId: string;
  readonly enabled: boolean;
  readonly ringCode: unknown;
  readonly nestKey: unknown;
}

type Section = { accounts?: Record<string, Omit<Account, "accountId">> };
const accountsOf = (config: OpenClawConfig) =>
  (config.channels?.stork as Section | undefined)?.accounts ?? {};

const stork: ChannelPlugin<Account> = createChatChannelPlugin<Account>({
  base: {
    id: "stork",
    meta: {
      id: "stork",
      label: "Carrier stork",
      selectionLabel: "Carrier stork",
      docsPath: "/channels/stork",
      blurb: "A channel that only the tests know.",
    },
    capabilities: { chatTypes: ["direct"] },
    reload: { configPrefixes: ["channels.stork"] },
    config: {
      listAccountIds: (config) => Object.keys(accountsOf(config)),
      resolveAccount: (config, accountId) => {
        const id = accountId ?? "default";
        const { enabled = true, ringCode, nestKey } = accountsOf(config)[id] ?? {};
        return { accountId: id, enabled: enabled !== false, ringCode, nestKey };
      },
      isEnabled: ({ enabled }) => enabled,
      isConfigured: ({ ringCode }) => ringCode !== undefined,
    },
    status: {
      buildAccountSnapshot: async ({ account: { accountId, enabled, ringCode }, runtime }) => ({
        ...runtime,
        accountId,
        enabled,
        configured: ringCode !== undefined,
      }),
    },
    gateway: {
      async startAccount({ account, accountId, abortSignal, setStatus }) {
        const status = (patch: object): void => setStatus({ accountId, ...patch });
        if (account.nestKey !== `nest of ${account.ringCode}`) {
          return status(channelBlockedPatch("401 Unauthorized", { running: false, connected: false }));
        }
        status(channelReadyPatch({ name: "Stork", lastTransportActivityAt: Date.now() }));
        if (!abortSignal.aborted) await once(abortSignal, "abort");
        status(channelStoppedPatch());
      },
    },
  },
});

export default {
  id: "stork",
  name: "Stork",
  description: "A channel that nobody here has heard of.",
  register(api: OpenClawPluginApi): void {
    if (api.registrationMode === "cli-metadata" || api.registrationMode === "tool-discovery") return;
    api.registerChannel({ plugin: stork });
  },
};
