/**
 * Everything real, put together in the order in which each part needs the others: database, control plane, gateway.
 * `npm start` runs one of these, and so does every test world.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { type ControlPlane, startControlPlane } from "./control-plane.ts";
import type { Secrets } from "./data-dir.ts";
import { type GatewayProcess, startGateway } from "./gateway-process.ts";
import { type Postgres, startPostgres } from "./postgres.ts";
import type { Steps } from "./steps.ts";

export interface StackOptions {
  dataDir: string;
  secrets: Secrets;
  ports: { http: number; internal: number; llm: number; postgres: number; gateway: number };
  /** `baseUrl` null: the echo that is built in. */
  llm: { baseUrl: string | null; model: string; apiKey?: string };
  /** Settings of the control plane beyond what is worked out here; they win. */
  settings: Record<string, string>;
  /** For the gateway's environment. */
  gatewayEnv?: Readonly<Record<string, string>>;
  /** PostgreSQL settings. */
  postgres?: Record<string, string>;
  steps: Steps;
}

export interface Stack {
  /** Null where the settings name a database of one's own. */
  postgres: Postgres | null;
  controlPlane: ControlPlane;
  /** Null where the settings name a gateway of one's own. */
  gateway: GatewayProcess | null;
  /** The control plane's whole environment. */
  env: NodeJS.ProcessEnv;
  /** Of the pages and the API. */
  url: string;
  gatewayAt: { url: string; token: string };
}

/** @throws what kept a part from starting; the parts before it are stopped by `steps` */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { dataDir, secrets, ports, llm, steps } = options;
  const logs = join(dataDir, "logs");
  mkdirSync(logs, { recursive: true, mode: 0o700 });
  const postgres = options.settings.DATABASE_URL ? null : await database(options);
  const gatewayAt = {
    url: options.settings.OPENCLAW_GATEWAY_URL ?? `ws://127.0.0.1:${ports.gateway}`,
    token: options.settings.OPENCLAW_GATEWAY_TOKEN ?? secrets.gatewayToken,
  };
  const env: NodeJS.ProcessEnv = {
    ...inherited(),
    PORT: String(ports.http),
    INTERNAL_PORT: String(ports.internal),
    DATA_DIR: dataDir,
    CHANNEL_ENCRYPTION_KEY: secrets.encryptionKey,
    OPENCLAW_GATEWAY_URL: gatewayAt.url,
    OPENCLAW_GATEWAY_TOKEN: gatewayAt.token,
    LLM_PORT: String(ports.llm),
    LLM_MODEL: llm.model,
    ...(llm.baseUrl && { LLM_BASE_URL: llm.baseUrl }),
    ...(llm.apiKey && { LLM_API_KEY: llm.apiKey }),
    ...(postgres && {
      DATABASE_URL: postgres.apiUrl,
      DATABASE_SERVICE_URL: postgres.serviceUrl,
      DATABASE_OWNER_URL: postgres.ownerUrl,
    }),
    ...options.settings,
  };
  const url = env.PUBLIC_URL ?? `http://localhost:${ports.http}`;
  // It listens before the gateway boots, for the gateway asks it for credentials while booting.
  const controlPlane = await steps.start(
    "control plane",
    (signal) =>
      startControlPlane({
        env,
        url: `http://127.0.0.1:${ports.http}`,
        logFile: join(logs, "control-plane.log"),
        log: steps.say,
        signal,
      }),
    (part) => part.stop(),
  );
  const gateway = options.settings.OPENCLAW_GATEWAY_URL
    ? null
    : await steps.start(
        "gateway",
        (signal) =>
          startGateway({
            folder: join(dataDir, "gateway"),
            port: ports.gateway,
            token: secrets.gatewayToken,
            internalUrl: `http://127.0.0.1:${ports.internal}`,
            values: { LLM_URL: env.LLM_URL ?? `http://127.0.0.1:${ports.llm}/v1`, LLM_MODEL: modelsOf(env) },
            ...(options.settings.GATEWAY_CONFIG_OVERLAY && {
              overlay: options.settings.GATEWAY_CONFIG_OVERLAY,
            }),
            restsUnusedChannels: options.settings.INSTALL_CHANNEL_PLUGINS === "on",
            ...(options.gatewayEnv && { env: options.gatewayEnv }),
            log: steps.say,
            signal,
          }),
        (part) => part.stop(),
      );
  return { postgres, controlPlane, gateway, env, url, gatewayAt };
}

function database({ dataDir, ports, postgres, steps }: StackOptions): Promise<Postgres> {
  return steps.start(
    "database",
    () =>
      startPostgres({
        dataDir: join(dataDir, "postgres"),
        port: ports.postgres,
        log: () => undefined,
        ...(postgres && { settings: postgres }),
      }),
    (part) => part.stop(),
  );
}

/** What a program needs of our environment; our own settings are passed by name, so that none leaks in by chance. */
/** The default first, as the control plane wants its gateway to have them. */
function modelsOf({ LLM_MODEL = "", LLM_MODELS }: NodeJS.ProcessEnv): string[] {
  return [...new Set([LLM_MODEL, ...(LLM_MODELS?.split(",") ?? [])])].map((name) => name.trim());
}

function inherited(): NodeJS.ProcessEnv {
  const names = ["PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "TZ", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"];
  return Object.fromEntries(names.map((name) => [name, process.env[name]]));
}

const readinessSchema = z.object({
  ready: z.boolean(),
  components: z.array(z.object({ name: z.string(), status: z.string() })),
});

/** The database answers, and so does the gateway. */
export async function isComplete(httpPort: number): Promise<boolean> {
  const response = await fetch(`http://127.0.0.1:${httpPort}/readyz`, {
    signal: AbortSignal.timeout(2_000),
  }).catch(
    // It is being started again, perhaps.
    () => null,
  );
  if (response === null) return false;
  const { ready, components } = readinessSchema.parse(await response.json());
  return ready && components.some(({ name, status }) => name === "gateway" && status === "ok");
}
