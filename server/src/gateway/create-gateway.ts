/** The gateway of gateway.ts, put together from its parts: client, readiness, writer, watcher, catalog and names. */
import {
  accountIdOf,
  BRIDGE_METHODS,
  bridgeAccountsSchema,
  bridgeInfoSchema,
  bridgeSuspendedSchema,
} from "@cogni/contract";
import type { Logger } from "pino";
import { createAccountActs, pick } from "./account-acts.ts";
import { withReferences } from "./accounts.ts";
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
import { displayNameTemplates, type Overlay } from "./overlay.ts";
import { createPluginInstaller } from "./plugin-installer.ts";
import { createReadiness } from "./readiness.ts";
import { type GatewayReconciled, reconcileGateway } from "./reconcile-gateway.ts";
import { createSenders } from "./senders.ts";
import { accountKeyString } from "./snapshot.ts";
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

  const acts = createAccountActs({
    client,
    overlay,
    model,
    writer,
    accounts: async () => (await accounts()).accounts,
    runs: (key) => watcher.latest()?.accounts.get(accountKeyString(key))?.running ?? false,
    forgetName: names.forget,
    catalog: () => catalog.get(readiness.require),
  });

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

    applied: (key) => guarded(() => acts.applied(key)),
    put: (spec) => guarded(() => acts.put(spec)),
    disable: (key) => guarded(() => acts.disable(key)),
    remove: (key) => guarded(() => acts.remove(key)),
    start: (key) => guarded(() => acts.start(key)),
    stop: (key) => guarded(() => acts.stop(key)),
    logout: (key) => guarded(() => acts.logout(key)),

    suspend: (tenants) =>
      guarded(async () => {
        const agentIds = tenants.map(accountIdOf);
        await client.bridge(BRIDGE_METHODS.suspend, { agentIds }, bridgeSuspendedSchema);
      }),
    eraseTenant: (tenant) => guarded(() => eraseTenant(client, writer, tenant)),

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
