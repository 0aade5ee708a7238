/** The gateway of gateway.ts, put together from its parts: client, readiness, writer, watcher, catalog and names. */
import {
  accountIdOf,
  BRIDGE_METHODS,
  bridgeAccountsSchema,
  bridgeInfoSchema,
  bridgeSuspendedSchema,
} from "@cogni/contract";
import type { Logger } from "pino";
import { AppError } from "../errors.ts";
import {
  type AccountContent,
  withAccount,
  withDisabled,
  withoutAccount,
  withReferences,
} from "./accounts.ts";
import { createAgents } from "./agents.ts";
import { readCatalog } from "./catalog.ts";
import { channelPlugins } from "./channel-plugins.ts";
import type { GatewayClient } from "./client.ts";
import { coalesce } from "./coalesce.ts";
import { createDisplayNames } from "./display-names.ts";
import { eraseTenant } from "./erase-tenant.ts";
import type { Gateway } from "./gateway.ts";
import type { JsonObject } from "./json.ts";
import { keepCatalog } from "./keep-catalog.ts";
import { createLogins } from "./logins.ts";
import {
  isLogoutUnsupported,
  isUnknownChannel,
  isUnresolvedSecret,
  refusedStart,
  startOutcome,
} from "./outcomes.ts";
import { ACCESS_KEY, accessOf, accountTemplate, displayNameTemplates, type Overlay } from "./overlay.ts";
import { createPluginInstaller } from "./plugin-installer.ts";
import { createReadiness } from "./readiness.ts";
import { type GatewayReconciled, reconcileGateway } from "./reconcile-gateway.ts";
import { createSenders } from "./senders.ts";
import { type AccountKey, accountKeyString } from "./snapshot.ts";
import { tenantModel } from "./wanted-config.ts";
import { createWatcher } from "./watcher.ts";
import { createWriteBudget, GATEWAY_WRITE_LIMITS } from "./write-budget.ts";
import { createConfigWriter, type OnCommit } from "./writer.ts";

export interface GatewayOptions {
  readonly id: string;
  readonly client: GatewayClient;
  readonly overlay: Overlay;
  /** Our part of the gateway's config, see `wantedConfig`. */
  readonly wanted: JsonObject;
  /** What the operator merged into it (GATEWAY_CONFIG_OVERLAY). */
  readonly operatorOverlay: JsonObject;
  readonly installationId: string;
  readonly llmModel: string;
  /** Whether the gateway is to install the channel plugins that it lacks, while it runs. */
  readonly installPlugins: boolean;
  readonly timing: {
    readonly poll: { readonly pauseMs: number; readonly pauseFactor: number };
    /** Between attempts to make the gateway as we want it. */
    readonly retryMs: number;
    /** Between two looks whether it still is. */
    readonly recheckMs: number;
    /** Between probes of a channel, and how long one may take. */
    readonly probe: { readonly minIntervalMs: number; readonly timeoutMs: number };
    /** How long our plugin may take to come back after its config changed. */
    readonly pluginWaitMs: number;
  };
  readonly onCommit?: OnCommit;
  readonly log: Logger;
}

/** Takes over the client and begins to watch. */
export function createGateway(options: GatewayOptions): Gateway {
  const { client, overlay, timing, log } = options;
  const model = tenantModel(options.llmModel);

  const accounts = coalesce(() => client.bridge(BRIDGE_METHODS.accounts, {}, bridgeAccountsSchema));
  const reloadSecrets = coalesce(async () => void (await client.secretsReload()));
  const budget = createWriteBudget(GATEWAY_WRITE_LIMITS);
  const writer = createConfigWriter(
    {
      async read() {
        // In this order: what is written in between changes the hash, and the commit is computed anew.
        const { sourceConfig, hash } = await client.configGet();
        return { config: withReferences(sourceConfig, (await accounts()).accounts), hash };
      },
      write: async (patch, baseHash, replacePaths) =>
        void (await client.configPatch({ patch, baseHash, replacePaths })),
    },
    budget,
    options.onCommit,
  );
  const plugins = channelPlugins(overlay, options.operatorOverlay);
  let lastPlugins: string | null = null;
  const readiness = createReadiness<GatewayReconciled>({
    client,
    prepare: () =>
      reconcileGateway({
        client,
        writer,
        wanted: options.wanted,
        overlay: options.operatorOverlay,
        channelPlugins: plugins,
        held: installer.held,
        model,
        installationId: options.installationId,
        pluginWaitMs: timing.pluginWaitMs,
        log,
      }),
    isNews: (result) => result.changed.length > 0 || result.plugins !== lastPlugins,
    retryMs: timing.retryMs,
    recheckMs: timing.recheckMs,
    log,
  });
  const watcher = createWatcher({
    poll: async () => {
      readiness.require();
      return client.channelsStatus();
    },
    ...timing.poll,
  });
  const names = createDisplayNames({
    probe: (channel) => client.channelsStatus({ channel, probe: true }, timing.probe.timeoutMs),
    templates: (channel) => displayNameTemplates(overlay, channel),
    minIntervalMs: timing.probe.minIntervalMs,
  });
  const senders = createSenders(client);
  const agents = createAgents(client);
  const logins = createLogins(client);
  const installer = createPluginInstaller({
    client,
    plugins: options.installPlugins ? plugins : [],
    turnOn: () => readiness.recheck(),
    onProgress: () => catalog.renew(),
    retryMs: timing.retryMs,
    log,
  });
  const catalog = keepCatalog(
    () => readCatalog({ client, overlay, channelPlugins: plugins, installing: installer.underway, log }),
    log,
  );
  readiness.onReady((found) => {
    lastPlugins = found.plugins;
    installer.begin(found.idle);
    void catalog.renew();
    watcher.pollNow();
  });
  client.onPluginsChanged(() => void readiness.recheck());
  client.onDisconnected(() => watcher.pollNow());

  async function accountKeysOf(channel: string): Promise<ReadonlySet<string> | undefined> {
    const offered = await catalog.get(readiness.require);
    return [...offered.values()].find((one) => one.channel === channel)?.accountKeys;
  }

  /** Runs what asks or changes the gateway, which must be ours for that. */
  async function guarded<T>(run: () => Promise<T>): Promise<T> {
    readiness.require();
    return run();
  }

  return {
    id: options.id,
    reachable: readiness.reachable,
    problem: readiness.problem,
    onReachable: readiness.onReady,
    catalog: () => catalog.get(readiness.require),
    onCatalog: catalog.onRead,

    writes: () => ({ waiting: writer.waiting(), left: budget.left(Date.now()) }),

    latest: watcher.latest,
    next: watcher.next,
    subscribe: watcher.subscribe,
    hurry: watcher.hurry,

    applied: (key) =>
      guarded(async () => {
        const { accounts: all } = await accounts();
        const found = all.find((one) => one.channel === key.channel && one.accountId === key.accountId);
        if (!found) return null;
        const known = (await accountKeysOf(key.channel))?.has(ACCESS_KEY) ?? false;
        const access = known ? accessOf(overlay, key.channel, found.dmPolicy) : null;
        return { enabled: found.enabled, refs: found.refs, access };
      }),

    put: (spec) =>
      guarded(async () => {
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
      }),

    disable: (key) => guarded(() => writer.submit((config) => withDisabled(config, key))),
    suspend: (tenants) =>
      guarded(async () => {
        const agentIds = tenants.map(accountIdOf);
        await client.bridge(BRIDGE_METHODS.suspend, { agentIds }, bridgeSuspendedSchema);
      }),
    eraseTenant: (tenant) => guarded(() => eraseTenant(client, writer, tenant)),
    remove: (key) => guarded(() => writer.submit((config) => withoutAccount(config, key))),

    start: (key) =>
      guarded(async () => {
        names.forget(key);
        try {
          const { outcome } = await client.channelsStart(pick(key));
          return startOutcome(outcome);
        } catch (error) {
          const refused = refusedStart(error);
          if (refused) return refused;
          throw error;
        }
      }),

    stop: (key) =>
      guarded(async () => {
        try {
          await client.channelsStop(pick(key));
        } catch (error) {
          // An account whose credential it never had does not run; one that runs keeps the credential it started with.
          const runs = watcher.latest()?.accounts.get(accountKeyString(key))?.running ?? false;
          if (runs || !(isUnresolvedSecret(error) || isUnknownChannel(error))) throw error;
        }
      }),

    logout: (key) =>
      guarded(() =>
        writer.exclusive(async () => {
          try {
            await client.channelsLogout(pick(key));
            return "logged_out";
          } catch (error) {
            if (isLogoutUnsupported(error) || isUnknownChannel(error)) return "unsupported";
            throw error;
          }
        }),
      ),

    beginLogin: (key, fresh) => guarded(() => logins.begin(pick(key), fresh)),
    awaitLogin: (key, code, timeoutMs) => guarded(() => logins.next(pick(key), code, timeoutMs)),

    reloadSecrets: () => guarded(reloadSecrets),
    ensureModelKey: () =>
      guarded(async () => {
        const { hasModelKey } = await client.bridge(BRIDGE_METHODS.info, {}, bridgeInfoSchema);
        if (!hasModelKey) await reloadSecrets();
      }),
    displayName: (key) => guarded(() => names.get(key)),

    waitingRoom: () => guarded(senders.waitingRoom),
    admit: (key, sender) => guarded(() => senders.admit(key, sender)),
    turnAway: (key, requestId) => guarded(() => senders.turnAway(key, requestId)),
    admitsAll: (key, approved) => guarded(() => senders.admitsAll(key, approved)),
    forgetSenders: (key) => guarded(() => senders.forgetSenders(key)),

    briefs: () => guarded(agents.briefs),
    brief: (billingAccountId, brief) => guarded(() => agents.brief(billingAccountId, brief)),
    forgetBrief: (billingAccountId) => guarded(() => agents.forgetBrief(billingAccountId)),

    async close() {
      await Promise.all([writer.close(), watcher.close()]);
      // A look at its config takes seconds, and an installation minutes: they end with the connection.
      await Promise.all([readiness.close(), installer.close(), client.close()]);
    },
    cut: client.close,
  };
}

/** What stands in an object of a wider type must not reach the wire. */
function pick({ channel, accountId }: AccountKey): AccountKey {
  return { channel, accountId };
}
