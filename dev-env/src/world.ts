/**
 * A test world: everything real, against a Telegram and a model that a test can steer. Started once for many test files
 * (who join it from their own processes), or by a test that wants to break things for itself.
 */
import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type JsonObject, overlayGatewayConfig } from "@cogni/contract";
import { CHECKOUT } from "./control-plane.ts";
import { isAlive, newSecrets } from "./data-dir.ts";
import { freePort } from "./ports.ts";
import { createSeeder } from "./seeder.ts";
import { isComplete, type Stack, startStack } from "./stack.ts";
import { type LlmStandIn, startLlm } from "./stand-ins/llm.ts";
import { type Loopback, sendJson, serveLoopback } from "./stand-ins/loopback.ts";
import { OIDC_CLIENT, type OidcStandIn, startOidc } from "./stand-ins/oidc.ts";
import { startTelegram, type TelegramStandIn } from "./stand-ins/telegram.ts";
import { startTryIt, type TryItStandIn } from "./stand-ins/try-it/server.ts";
import { createSteps } from "./steps.ts";
import { tryItOverlay } from "./try-it.ts";
import { joinWorld, type SeedControl, type World, type WorldDescription } from "./world-client.ts";

export type GatewayOverlay = JsonObject;

export interface WorldOptions {
  /** Settings of the control plane, such as `CONSOLE: "off"` where no page is wanted. */
  settings?: Record<string, string>;
  /** Goes on top of what points the gateway at the stand-ins. */
  gatewayOverlay?: GatewayOverlay;
  /** For the gateway's environment. */
  gatewayEnv?: Readonly<Record<string, string>>;
  /** Told in a sentence what is going on. */
  log?: (line: string) => void;
}

export interface OwnWorld extends World {
  /** Its parts, for a test that breaks them. */
  stack: Stack;
  telegram: World["telegram"];
  /** Stops everything and removes what it kept. */
  stop(): Promise<void>;
}

const COMPLETE_MS = 120_000;
/** Nothing here has to outlive a power cut. What was committed does survive a killed server. */
const QUICK_DATABASE = { fsync: "off", full_page_writes: "off" };

/** Resolves when everything is up: about 15 s. Throws what kept a part from starting, and leaves nothing running. */
export async function startWorld(options: WorldOptions = {}): Promise<OwnWorld> {
  const steps = createSteps(options.log ?? (() => undefined));
  try {
    const dataDir = await steps.start("data folder", async () => makeFolder(), remove);
    const telegram: TelegramStandIn = await steps.start(
      "telegram",
      () => startTelegram(),
      (part) => part.close(),
    );
    const tryIt: TryItStandIn = await steps.start(
      "try-it",
      () => startTryIt(),
      (part) => part.close(),
    );
    const llm: LlmStandIn = await steps.start(
      "model",
      () => startLlm({ requireTenant: true }),
      (part) => part.close(),
    );
    const oidc: OidcStandIn = await steps.start(
      "identity provider",
      () => startOidc(),
      (part) => part.close(),
    );
    const seeding = await steps.start("seeding", startSeeding, (part) => part.close());
    const overlay = join(dataDir, "gateway-overlay.json");
    writeFileSync(overlay, JSON.stringify(overlayOf(telegram, tryIt, options.gatewayOverlay)));
    const ports = {
      http: await freePort(),
      internal: await freePort(),
      llm: await freePort(),
      postgres: await freePort(),
      gateway: await freePort(),
    };
    const stack = await startStack({
      dataDir,
      secrets: newSecrets(),
      ports,
      llm: { baseUrl: llm.baseUrl, model: "echo" },
      settings: { GATEWAY_CONFIG_OVERLAY: overlay, ...oidcSettings(oidc), ...options.settings },
      ...(options.gatewayEnv && { gatewayEnv: options.gatewayEnv }),
      postgres: QUICK_DATABASE,
      steps,
    });
    await steps.until("all of it", () => isComplete(ports.http), COMPLETE_MS);
    const description: WorldDescription = {
      url: stack.url,
      dataDir,
      gateway: stack.gatewayAt,
      telegramUrl: telegram.url,
      tryItUrl: tryIt.url,
      llmUrl: llm.url,
      oidcUrl: oidc.url,
      seedUrl: seeding.url,
      env: stack.env,
    };
    return {
      ...joinWorld(description),
      stack,
      async stop() {
        await steps.stop();
        // Where our folder can't be reached by PostgreSQL's user, its own is elsewhere.
        if (stack.postgres) rmSync(dirname(stack.postgres.logFile), { recursive: true, force: true });
      },
    };
  } catch (error) {
    await steps.stop();
    throw error;
  }
}

/**
 * In the checkout, as a gateway's state is not to stand in a temporary folder. Whoever was killed could not remove theirs:
 * the next one does.
 */
function makeFolder(): string {
  const parent = join(CHECKOUT, ".data");
  mkdirSync(parent, { recursive: true });
  for (const name of readdirSync(parent)) {
    const pid = /^test-(\d+)-/.exec(name)?.[1];
    // What it started may still be on its way out, and writing.
    const patience = { maxRetries: 20, retryDelay: 250 };
    if (pid && !isAlive(Number(pid)))
      rmSync(join(parent, name), { recursive: true, force: true, ...patience });
  }
  const path = join(parent, `test-${process.pid}-${randomBytes(4).toString("hex")}`);
  mkdirSync(path);
  return path;
}

/**
 * After writes to an agent's conversations the gateway starts a thread that looks for old ones, and loads its program there. Nothing here is
 * ever old. On two busy cores 151 of its writes took more than a second in 4.6 minutes of a run of tests with it, 37 in 5.3 minutes
 * of another one, of fewer tests, without.
 */
const UNTIDIED: JsonObject = { session: { maintenance: { mode: "warn" } } };

/** For tests in other processes, too. */
async function startSeeding(): Promise<Loopback> {
  const { seed, close } = createSeeder();
  const control: SeedControl = { seed };
  const server = await serveLoopback({ control, handle: (_, response) => sendJson(response, 404, {}) });
  return {
    ...server,
    async close() {
      await server.close();
      await close();
    },
  };
}

async function remove(path: string): Promise<void> {
  rmSync(path, { recursive: true, force: true, maxRetries: 3 });
}

function oidcSettings({ url }: OidcStandIn): Record<string, string> {
  const { id, secret } = OIDC_CLIENT;
  return { OIDC_ISSUER: url, OIDC_CLIENT_ID: id, OIDC_CLIENT_SECRET: secret, OIDC_NAME: "Stand-in" };
}

function overlayOf(telegram: TelegramStandIn, tryIt: TryItStandIn, more: GatewayOverlay = {}): JsonObject {
  const toStandIn = { apiRoot: telegram.url, network: { dangerouslyAllowPrivateNetwork: true } };
  const standIns = overlayGatewayConfig(tryItOverlay(tryIt.url), { channels: { telegram: toStandIn } });
  return overlayGatewayConfig(overlayGatewayConfig(standIns, UNTIDIED), more);
}
