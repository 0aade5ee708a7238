/**
 * Everything this process needs, built once. A test replaces what it wants otherwise in the value that `createContext`
 * returns.
 */
import { randomUUID } from "node:crypto";
import type { ResolveResponse } from "@cogni/contract";
import { startAlertMails } from "./alert-mails.ts";
import { type Alerts, createAlerts } from "./alerts/alerts.ts";
import { announce } from "./announce.ts";
import { type Auth, createAuth } from "./auth/auth.ts";
import { createManageKeys, type ManageKeys } from "./auth/manage-keys.ts";
import type { People } from "./auth/people.ts";
import type { Principals } from "./auth/principals.ts";
import { type Agents, createAgents } from "./channels/agents.ts";
import { type Allowances, createAllowances } from "./channels/allowance.ts";
import { createCatalogs } from "./channels/catalogs.ts";
import { type Channels, createChannels } from "./channels/channels.ts";
import type { ChannelsDeps } from "./channels/deps.ts";
import { createStatusHub, type StatusHub } from "./channels/live/hub.ts";
import { createOutcomes } from "./channels/outcomes.ts";
import { resolveCredentials } from "./channels/resolve-credentials.ts";
import { channelsStatus } from "./channels/status.ts";
import { type Closing, createClosing } from "./closing.ts";
import type { Config } from "./config.ts";
import { listen } from "./db/notify.ts";
import { openDatabase } from "./db/open.ts";
import type { Db } from "./db/pool.ts";
import { type OpenHealth, openHealth } from "./health/open-health.ts";
import { createUpgradeGate } from "./health/upgrade-gate.ts";
import { llmChanged, openLlmRole } from "./llm/open-role.ts";
import type { LlmRole } from "./llm/role.ts";
import type { Logger } from "./log.ts";
import type { MailPort } from "./mail/mail-port.ts";
import { openMail } from "./mail/open-mail.ts";
import { keepAudit } from "./reconcile/keep-audit.ts";
import type { Reconciler } from "./reconcile/reconciler.ts";
import type { Repeated } from "./repeat.ts";
import type { Metrics } from "./telemetry/metrics.ts";
import { startTelemetry, type Telemetry } from "./telemetry/start.ts";
import { createLimits, type TenantLimits } from "./usage/limits.ts";
import { createOperatorUsages, type OperatorUsages } from "./usage/operator.ts";
import { createUsageReports, type UsageReports } from "./usage/report.ts";
import { type Fingerprints, loadFingerprints } from "./vault/fingerprint.ts";
import { checkKeys } from "./vault/keys.ts";
import { moveAllConnections } from "./vault/move.ts";
import { createVault, type Vault } from "./vault/vault.ts";
import { createWebhookLog, type WebhookLog } from "./webhooks/delivery-log.ts";
import { createManageWebhooks, type ManageWebhooks } from "./webhooks/manage.ts";
import { openSender } from "./webhooks/open-sender.ts";
import type { Sender } from "./webhooks/sender.ts";
import { createWorker } from "./worker.ts";

export interface Context {
  readonly config: Config;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly db: Db;
  readonly principals: Principals;
  readonly people: People;
  readonly wallets: Auth["wallets"];
  readonly singleSignOn: Auth["singleSignOn"];
  readonly members: Auth["members"];
  readonly invitations: Auth["invitations"];
  readonly tenants: Auth["tenants"];
  readonly operator: Auth["operator"];
  readonly connectLinks: Auth["connectLinks"];
  readonly keys: ManageKeys;
  readonly channels: Channels;
  /** How often who may ask for what changes channels. */
  readonly allowances: Allowances;
  readonly agents: Agents;
  readonly limits: TenantLimits;
  readonly usage: UsageReports;
  readonly operatorUsage: OperatorUsages;
  readonly alerts: Alerts;
  readonly webhooks: ManageWebhooks;
  readonly webhookLog: WebhookLog;
  /** Null: this process serves no LLM calls. */
  readonly llmRole: LlmRole | null;
  /** The status as streams. Closed before the port is, which would wait for them. */
  readonly statusHub: StatusHub;
  /** Only where this process is a worker: for the gateways, on the internal port. */
  resolveCredentials(
    gatewayId: string,
    ids: readonly string[],
  ): Promise<Pick<ResolveResponse, "values" | "errors">>;
  /** What this process lacks to do its work. */
  readonly health: OpenHealth;
  /** Throws AppError `upgrading` as long as the database is not this program's yet. */
  requireUpgraded(): Promise<void>;
  /** Begins to reconcile, where this process is a worker; its internal port must be open by then. */
  startWork(): void;
  /** What is to be stopped at the end registers here, in the stage in which its turn comes. */
  readonly closing: Closing;
  /** Ends everything at once, for a start that failed and for tests; a process ends by `closing.run`. */
  close(): Promise<void>;
}

/** Throws what `openDatabase` throws, and AppError `encryption_key_missing` or `credential_unreadable`. */
export async function createContext(config: Config, log: Logger): Promise<Context> {
  const db = await openDatabase(config, log);
  const telemetry = startTelemetry(config, log, db.loads);
  const { metrics } = telemetry;
  const mail = openMail(config, log);
  try {
    const vault = createVault(config.encryption);
    if (config.roles.has("worker")) {
      await checkKeys(db, vault);
      // Before anything reads what is connected.
      await moveAllConnections(db, vault, log);
    }
    const fingerprints = await loadFingerprints(db, vault);
    const worker = config.roles.has("worker")
      ? await createWorker({ config, log, metrics, db, vault, fingerprints })
      : null;
    const llmRole = await openLlmRole({ config, db, log, metrics: metrics.llm, keys: fingerprints.llmKeys });
    const auth = createAuth(config, db, log, fingerprints, mail);
    return assemble(config, log, telemetry, db, vault, fingerprints, worker, llmRole, auth, mail);
  } catch (error) {
    await mail.close();
    await db.close();
    await telemetry.stop();
    throw error;
  }
}

/** Nothing here can fail any more, so nothing that listens is left behind. */
function assemble(
  config: Config,
  log: Logger,
  { metrics, stop: stopTelemetry }: Telemetry,
  db: Db,
  vault: Vault,
  fingerprints: Fingerprints,
  worker: Reconciler | null,
  llmRole: LlmRole | null,
  auth: Auth,
  mail: MailPort,
): Context {
  const closing = createClosing(log);
  const outcomes = createOutcomes();
  const logins = createOutcomes();
  const decisions = createOutcomes();
  const deps: ChannelsDeps = {
    db,
    vault,
    fingerprints,
    catalogs: createCatalogs(db),
    outcomes,
    logins,
    decisions,
    clock: () => new Date(),
    newId: randomUUID,
    wishWaitMs: config.timing.wishWaitMs,
    patience: config.timing.patience,
  };
  const { timing } = config;
  const statusHub = createStatusHub({
    read: (billingAccountId) => channelsStatus(deps, { billingAccountId, channels: null }),
    maxStreams: config.http.maxStreams,
    maxStreamsPerTenant: config.http.maxStreamsPerTenant,
    timing: { ...timing.stream, believedMs: timing.principalCacheMs },
    log,
  });
  metrics.process.streams(statusHub.open);
  let webhookSender: Sender | null = null;
  const notifications = listen({
    url: config.database.apiUrl,
    probeMs: config.timing.listenProbeMs,
    onNotification: (notification) =>
      announce(notification, {
        outcomes,
        logins,
        decisions,
        statusHub,
        worker,
        webhookSender,
        forgetPrincipals: auth.principals.forget,
        llmChanged: (tenant) => llmRole && llmChanged(llmRole, db, log, tenant),
      }),
    // Who waits for an outcome that was not heard looks it up when the wait is over; a wish that was not heard is
    // found by the next snapshot.
    onConnected: () => {
      statusHub.changed();
      if (llmRole) llmChanged(llmRole, db, log, null);
    },
    log,
  });

  const health = openHealth({ config, db, vault, worker, notifications }, closing, log);
  let letters: Repeated | null = null;
  if (worker) closing.add("lease", "reconciling", worker.stop);
  closing.add("streams", "status streams", statusHub.close);
  closing.add("background", "mails", async () => {
    await letters?.stop();
    await mail.close();
  });
  closing.onBegin(() => webhookSender?.takeNoMore());
  closing.add("background", "webhooks", (cut) => webhookSender?.stop(cut));
  if (llmRole) closing.add("background", "the bill", llmRole.stop);
  closing.add("notifications", "notifications", notifications.close);
  closing.add("database", "database", db.close);
  closing.add("database", "traces", stopTelemetry);

  return {
    config,
    log,
    metrics,
    db,
    ...auth,
    keys: createManageKeys(db, () => new Date()),
    agents: createAgents(db),
    limits: createLimits(db, () => new Date()),
    operatorUsage: createOperatorUsages(db, () => new Date()),
    usage: createUsageReports(db, () => new Date()),
    allowances: createAllowances(db, config.limits),
    alerts: createAlerts(db),
    webhooks: createManageWebhooks(db, vault, config.webhooks.reach, () => new Date()),
    webhookLog: createWebhookLog(db),
    channels: createChannels(deps),
    llmRole,
    statusHub,
    async resolveCredentials(gatewayId, ids) {
      if (!worker) throw new TypeError("only a worker resolves credentials");
      return resolveCredentials({ db, vault, llmKeys: fingerprints.llmKeys, log }, gatewayId, ids);
    },
    health,
    requireUpgraded: createUpgradeGate(db),
    startWork() {
      health.internalPortOpened();
      worker?.start();
      if (!worker) return;
      webhookSender = openSender(config, db, vault, log);
      const audit = keepAudit({ db, log, keepDays: config.auditDays, timing: timing.audit });
      closing.add("background", "audit", audit.stop);
      letters = startAlertMails(config, db, mail, log);
    },
    closing,
    async close() {
      await closing.run({ ...config.shutdown, graceMs: 0 });
    },
  };
}
