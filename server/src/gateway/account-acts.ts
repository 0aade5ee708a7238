/** What is done to one account at the gateway: its place in the config, and its run. Whoever calls sees to it that the gateway is ours. */
import type { BridgeAccounts } from "@cogni/contract";
import { AppError } from "../errors.ts";
import { type AccountContent, withAccount, withDisabled, withoutAccount } from "./accounts.ts";
import type { ChannelCatalog } from "./catalog.ts";
import type { GatewayClient } from "./client.ts";
import type { Gateway } from "./gateway.ts";
import type { JsonObject } from "./json.ts";
import {
  isLogoutUnsupported,
  isUnknownChannel,
  isUnresolvedSecret,
  refusedStart,
  startOutcome,
} from "./outcomes.ts";
import { ACCESS_KEY, accessOf, accountTemplate, type Overlay } from "./overlay.ts";
import type { AccountKey } from "./snapshot.ts";
import type { ConfigWriter } from "./writer.ts";

export interface AccountActsDeps {
  readonly client: GatewayClient;
  readonly overlay: Overlay;
  /** As the config writes a tenant's model. */
  readonly model: AccountContent["model"];
  readonly writer: ConfigWriter;
  /** All that the gateway's config has now. */
  readonly accounts: () => Promise<BridgeAccounts["accounts"]>;
  readonly catalog: () => Promise<ChannelCatalog>;
  /** As it was last seen. */
  readonly runs: (key: AccountKey) => boolean;
  readonly forgetName: (key: AccountKey) => void;
}

export type AccountActs = Pick<
  Gateway,
  "applied" | "put" | "disable" | "remove" | "start" | "stop" | "logout"
>;

export function createAccountActs(deps: AccountActsDeps): AccountActs {
  const { client, overlay, model, writer } = deps;

  async function accountKeysOf(channel: string): Promise<ReadonlySet<string> | undefined> {
    const offered = await deps.catalog();
    return [...offered.values()].find((one) => one.channel === channel)?.accountKeys;
  }

  return {
    async applied(key) {
      const all = await deps.accounts();
      const found = all.find((one) => one.channel === key.channel && one.accountId === key.accountId);
      if (!found) return null;
      const known = (await accountKeysOf(key.channel))?.has(ACCESS_KEY) ?? false;
      const access = known ? accessOf(overlay, key.channel, found.dmPolicy) : null;
      return { enabled: found.enabled, refs: found.refs, access };
    },

    async put(spec) {
      const known = await accountKeysOf(spec.channel);
      if (!known) throw new AppError("unknown_channel");
      // Its plugin is not there now; without keys, no account could be written.
      if (known.size === 0) throw new AppError("channel_unavailable");
      const template: JsonObject = {
        enabled: true,
        ...(spec.approved.length > 0 && { allowFrom: spec.approved }),
        ...accountTemplate(overlay, spec.channel, spec.access),
      };
      const content: AccountContent = {
        ...spec,
        model,
        template: Object.fromEntries(Object.entries(template).filter(([field]) => known.has(field))),
      };
      await writer.submit((config) => withAccount(config, spec, content));
    },

    disable: (key) => writer.submit((config) => withDisabled(config, key)),
    remove: (key) => writer.submit((config) => withoutAccount(config, key)),

    async start(key) {
      deps.forgetName(key);
      try {
        const { outcome } = await client.channelsStart(pick(key));
        return startOutcome(outcome);
      } catch (error) {
        const refused = refusedStart(error);
        if (refused) return refused;
        throw error;
      }
    },

    async stop(key) {
      try {
        await client.channelsStop(pick(key));
      } catch (error) {
        // An account whose credential it never had does not run; one that runs keeps the credential it started with.
        if (deps.runs(key) || !(isUnresolvedSecret(error) || isUnknownChannel(error))) throw error;
      }
    },

    logout: (key) =>
      writer.exclusive(async () => {
        try {
          await client.channelsLogout(pick(key));
          return "logged_out";
        } catch (error) {
          if (isLogoutUnsupported(error) || isUnknownChannel(error)) return "unsupported";
          throw error;
        }
      }),
  };
}

/** What stands in an object of a wider type must not reach the wire. */
export function pick({ channel, accountId }: AccountKey): AccountKey {
  return { channel, accountId };
}
