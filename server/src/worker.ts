/** What a process with the worker role runs beside its ports: the reconciler of the gateway that the settings name. */
import { createHash, randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import packageJson from "../package.json" with { type: "json" };
import type { Config } from "./config.ts";
import type { TokenHashes } from "./db/gateway-tokens.ts";
import { installationId, upsertGateway } from "./db/gateways.ts";
import type { Db } from "./db/pool.ts";
import { withService } from "./db/tenant.ts";
import { createGatewayClient } from "./gateway/client.ts";
import { createGateway } from "./gateway/create-gateway.ts";
import { type DeviceCredentials, loadDeviceCredentials } from "./gateway/device-identity.ts";
import type { Gateway } from "./gateway/gateway.ts";
import { readOverlay } from "./gateway/overlay.ts";
import { readConfigFile, wantedConfig } from "./gateway/wanted-config.ts";
import type { Logger } from "./log.ts";
import { createReconciler, type Reconciler } from "./reconcile/reconciler.ts";
import { openSession } from "./reconcile/session.ts";
import type { Secret } from "./secret.ts";
import type { Metrics } from "./telemetry/metrics.ts";
import { seedPrices } from "./usage/prices.ts";
import type { Fingerprints } from "./vault/fingerprint.ts";
import type { Vault } from "./vault/vault.ts";

export interface WorkerDeps {
  readonly config: Config;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly db: Db;
  readonly vault: Vault;
  readonly fingerprints: Fingerprints;
}

/** One shared gateway for now; every look-up goes through the placement all the same. */
export const GATEWAY_ID = "shared";

const configFile = (name: string) => fileURLToPath(new URL(`../../config/${name}`, import.meta.url));

/** @throws Error naming file, path and rule, when one of the config files is wrong; AppError database_unavailable */
export async function createWorker(deps: WorkerDeps): Promise<Reconciler> {
  const { config, db, log, metrics } = deps;
  const { gateway, llm, timing } = config;
  if (!gateway || !llm) throw new TypeError("a worker has a gateway");
  const operatorOverlay = gateway.overlayPath ? readConfigFile(gateway.overlayPath) : {};
  const template = readConfigFile(configFile("openclaw-gateway.json"));
  const overlay = readOverlay(configFile("channels.json"));

  const installation = await withService(db, async (tx) => {
    const { current, previous } = tokenHashes(gateway);
    const named = { tokenHash: current, previousTokenHash: previous };
    if (!(await upsertGateway(tx, { id: GATEWAY_ID, url: gateway.url, ...named, models: llm.models }))) {
      log.warn("OPENCLAW_GATEWAY_TOKEN is the gateway's token of before its last rotation: set the new one");
    }
    return installationId(tx);
  });
  await seedPrices(db);
  const values = { installationId: installation, llmUrl: llm.url, llmModels: llm.models };
  const wanted = wantedConfig(template, values, operatorOverlay);

  const openGateway = (): Gateway =>
    createGateway({
      id: GATEWAY_ID,
      client: createGatewayClient({
        ...gateway,
        device: deviceOf(gateway.url, config.dataDir),
        clientVersion: packageJson.version,
        timeouts: {
          connectMs: timing.gateway.callMs,
          callMs: timing.gateway.callMs,
          writeMs: timing.gateway.writeMs,
          silentMs: timing.gateway.silentMs,
        },
        backoff: timing.gateway.backoff,
        onCall: (method, outcome, ms) => metrics.gateway.called(GATEWAY_ID, method, outcome, ms),
        log,
      }),
      overlay,
      wanted,
      operatorOverlay,
      installationId: installation,
      llmModel: llm.model,
      installPlugins: gateway.installPlugins,
      timing: timing.gateway,
      onCommit: (outcome, edits, ms) => metrics.gateway.committed(GATEWAY_ID, outcome, edits, ms),
      log,
    });

  const holder = `${hostname()}/${process.pid}/${randomUUID()}`;
  const clock = () => new Date();
  return createReconciler({
    db,
    gatewayId: GATEWAY_ID,
    holder,
    leaseMs: timing.leaseMs,
    open: (onLeaseLost) =>
      openSession({
        ...deps,
        gateway: openGateway(),
        holder,
        onLeaseLost,
        clock,
        timing: timing.reconcile,
        patience: timing.patience,
        timelineDays: config.timelineDays,
        alerts: {
          alertTiming: timing.alerts,
          alertDays: config.alertDays,
          expiryDays: config.alertExpiryDays,
        },
        models: llm.models,
      }),
    elapsedMs: () => performance.now(),
    metrics,
    log,
  });
}

/** As the database knows the tokens of the settings. */
export function tokenHashes({ token, previousToken }: NonNullable<Config["gateway"]>): TokenHashes {
  const hash = (secret: Secret) => createHash("sha256").update(secret.reveal()).digest();
  return { current: hash(token), previous: previousToken && hash(previousToken) };
}

/** Who we are to the gateway beside its token; null on loopback, where the token is enough. */
export function deviceOf(gatewayUrl: string, dataDir: string): DeviceCredentials | null {
  return isLoopback(gatewayUrl) ? null : loadDeviceCredentials(join(dataDir, "gateway-device.json"));
}

/** There the gateway's token alone gives all rights; elsewhere it gives none without an approved device. */
function isLoopback(url: string): boolean {
  const { hostname: host } = new URL(url);
  return host === "localhost" || host === "[::1]" || host.startsWith("127.");
}
