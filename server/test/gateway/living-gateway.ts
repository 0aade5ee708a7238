/** The real gateway with our plugin, a Telegram to talk to, and a credential resolver that answers from a table. */
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { type AddressInfo, connect, createServer as createTcpServer } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { resolveRequestSchema } from "@cogni/contract";
import { pino } from "pino";
import { type GatewayProcess, startGateway } from "../../../dev-env/src/gateway-process.ts";
import { freePort } from "../../../dev-env/src/ports.ts";
import { startTelegram, type TelegramStandIn } from "../../../dev-env/src/stand-ins/telegram.ts";
import {
  createGatewayClient,
  type GatewayClient,
  type GatewayClientOptions,
} from "../../src/gateway/client.ts";
import { createGateway } from "../../src/gateway/create-gateway.ts";
import type { Gateway } from "../../src/gateway/gateway.ts";
import { readOverlay } from "../../src/gateway/overlay.ts";
import { readConfigFile, wantedConfig } from "../../src/gateway/wanted-config.ts";
import { Secret } from "../../src/secret.ts";

const CONFIG = join(import.meta.dirname, "../../../config");
export const TOKEN = "gateway-token-of-the-tests-0123456789";
export const LLM = { llmUrl: "http://127.0.0.1:9/v1", llmModel: "echo" };

export interface LivingGateway {
  readonly process: GatewayProcess;
  readonly telegram: TelegramStandIn;
  readonly folder: string;
  /** Reference id → value, as the resolver answers. */
  readonly secrets: Map<string, string>;
  client(options?: Partial<GatewayClientOptions>): GatewayClient;
  /** A facade of its own, with the client it uses. */
  open(options?: { installationId?: string; llmModel?: string }): { gateway: Gateway; client: GatewayClient };
  stop(): Promise<void>;
}

export async function livingGateway(): Promise<LivingGateway> {
  const folder = mkdtempSync(join(tmpdir(), "gateway-"));
  const secrets = new Map([["llm/upstream", "none"]]);
  const resolver = await startResolver(secrets);
  const telegram = await startTelegram();
  const overlayFile = join(folder, "overlay.json");
  const overlay = {
    channels: { telegram: { apiRoot: telegram.url, network: { dangerouslyAllowPrivateNetwork: true } } },
  };
  // The seed lets the gateway listen beyond loopback, so that it can be met as a remote one, too.
  writeFileSync(overlayFile, JSON.stringify({ ...overlay, gateway: { bind: "lan" } }));
  const process = await startGateway({
    folder,
    port: await freePort(),
    token: TOKEN,
    internalUrl: resolver.url,
    values: { LLM_URL: LLM.llmUrl, LLM_MODEL: LLM.llmModel },
    overlay: overlayFile,
    log: () => undefined,
  });
  const log = pino({ level: "silent" });
  const client: LivingGateway["client"] = (options) =>
    createGatewayClient({
      url: process.url,
      token: new Secret(TOKEN),
      device: null,
      clientVersion: "0.0.0",
      timeouts: { connectMs: 10_000, callMs: 30_000, writeMs: 60_000, silentMs: 60_000 },
      backoff: { firstMs: 100, maxMs: 500 },
      log,
      ...options,
    });
  return {
    process,
    telegram,
    folder,
    secrets,
    client,
    open({ installationId = "home", llmModel = LLM.llmModel } = {}) {
      const own = client();
      const template = readConfigFile(join(CONFIG, "openclaw-gateway.json"));
      const gateway = createGateway({
        id: "gateway",
        client: own,
        overlay: readOverlay(join(CONFIG, "channels.json")),
        wanted: wantedConfig(
          template,
          { llmUrl: LLM.llmUrl, llmModels: [llmModel], installationId },
          overlay,
        ),
        operatorOverlay: overlay,
        installationId,
        llmModel,
        installPlugins: false,
        timing: {
          poll: { pauseMs: 1_000, pauseFactor: 9 },
          retryMs: 500,
          recheckMs: 60_000,
          probe: { minIntervalMs: 10_000, timeoutMs: 10_000 },
          pluginWaitMs: 10_000,
        },
        log,
      });
      return { gateway, client: own };
    },
    async stop() {
      await process.stop();
      await Promise.all([telegram.close(), resolver.close()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function startResolver(secrets: ReadonlyMap<string, string>) {
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const { ids } = resolveRequestSchema.parse(JSON.parse(body));
    const known = ids.filter((id) => secrets.has(id));
    const unknown = ids.filter((id) => !secrets.has(id));
    const values = Object.fromEntries(known.map((id) => [id, secrets.get(id)]));
    const errors = Object.fromEntries(unknown.map((id) => [id, { code: "NOT_FOUND" }]));
    response.end(JSON.stringify({ protocolVersion: 1, values, errors }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

/** An address of this machine that is not loopback, or null where it has none. */
export function outsideAddress(): string | null {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return addresses.find(({ family, internal }) => family === "IPv4" && !internal)?.address ?? null;
}

/** Carries connections to a loopback port on to `address`, so that the gateway sees them come from there. */
export async function arriveFrom(address: string, gatewayUrl: string) {
  const server = createTcpServer((near) => {
    const far = connect({ host: address, port: Number(new URL(gatewayUrl).port), localAddress: address });
    near.pipe(far).pipe(near);
    near.on("error", () => far.destroy());
    far.on("error", () => near.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() };
}
