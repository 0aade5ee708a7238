/** A world of a test's own, whose parts go down, come back, lose what they kept and are started with other settings. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, vi } from "vitest";
import { type ControlPlane, startControlPlane } from "../../dev-env/src/control-plane.ts";
import { startGateway } from "../../dev-env/src/gateway-process.ts";
import { freePort } from "../../dev-env/src/ports.ts";
import { startPostgres } from "../../dev-env/src/postgres.ts";
import { type OwnWorld, startWorld, type WorldOptions } from "../../dev-env/src/world.ts";
import { PATIENCE_MS } from "./accounts.ts";

export interface Breakable {
  readonly world: OwnWorld;
  /** The gateway's process, for signals; null between two runs. */
  gatewayPid(): number | null;
  /** SIGKILL; it is started again at once, as after a crash. */
  killGateway(): Promise<void>;
  /** Orderly; it stays down. */
  stopGateway(): Promise<void>;
  /** Resolves when it is ready. */
  startGateway(): Promise<void>;
  /** All that the stopped gateway kept: config, agents, offsets. */
  wipeGateway(): void;
  /** As a power cut; it stays down. */
  killDatabase(): Promise<void>;
  startDatabase(): Promise<void>;
  /** SIGKILL; it is started again at once, as after a crash. */
  crashControlPlane(): Promise<void>;
  stopControlPlane(): Promise<void>;
  /** With the world's settings, and these over them. */
  startControlPlane(settings?: Record<string, string>): Promise<void>;
  /** One more, beside the first, with a folder, ports and log of its own. Answers its API's origin. */
  startAnother(name: string, settings?: Record<string, string>): Promise<{ url: string; part: ControlPlane }>;
}

/** Call it in `beforeAll`: the world is stopped after the file's last test. */
export async function startBreakable(
  settings: Record<string, string> = {},
  more: Pick<WorldOptions, "gatewayOverlay" | "gatewayEnv"> = {},
): Promise<Breakable> {
  const world = await startWorld({ ...more, settings: { CONSOLE: "off", LOG_LEVEL: "debug", ...settings } });
  const { stack, dataDir, env } = world;
  if (!stack.gateway || !stack.postgres) throw new Error("the world has a gateway and a database of its own");
  let { gateway, postgres, controlPlane } = { ...stack, gateway: stack.gateway, postgres: stack.postgres };
  const others: ControlPlane[] = [];
  /** The same for one that is started again. */
  const portsOf = new Map<string, Ports>();
  const log = (): void => undefined;
  afterAll(async () => {
    for (const part of [...others, controlPlane, gateway, postgres]) await part.stop();
    await world.stop();
  });

  const launch = (name: string, more: Record<string, string>) =>
    startControlPlane({
      env: { ...env, ...more },
      url: `http://127.0.0.1:${more.PORT ?? env.PORT}`,
      logFile: join(dataDir, "logs", `${name}.log`),
      log,
      signal: new AbortController().signal,
    });

  return {
    world,
    gatewayPid: () => gateway.pid(),
    killGateway: () => gateway.kill(),
    stopGateway: () => gateway.stop(),
    async startGateway() {
      gateway = await startGateway({
        folder: join(dataDir, "gateway"),
        port: Number(new URL(world.gateway.url).port),
        token: world.gateway.token,
        internalUrl: `http://127.0.0.1:${env.INTERNAL_PORT}`,
        values: { LLM_URL: `http://127.0.0.1:${env.LLM_PORT}/v1`, LLM_MODEL: env.LLM_MODEL ?? "" },
        ...(env.GATEWAY_CONFIG_OVERLAY && { overlay: env.GATEWAY_CONFIG_OVERLAY }),
        log,
      });
    },
    wipeGateway: () => rmSync(join(dataDir, "gateway", "state"), { recursive: true }),
    killDatabase: () => postgres.kill(),
    async startDatabase() {
      postgres = await startPostgres({ dataDir: join(dataDir, "postgres"), port: postgres.port, log });
    },
    crashControlPlane: () => controlPlane.crash(),
    stopControlPlane: () => controlPlane.stop(),
    async startControlPlane(more = {}) {
      controlPlane = await launch("control-plane", more);
    },
    async startAnother(name, more = {}) {
      const ports = portsOf.get(name) ?? (await newPorts());
      portsOf.set(name, ports);
      // The gateway's one address of the LLM endpoint, as where several stand behind a balancer.
      const shared = { LLM_URL: `http://127.0.0.1:${env.LLM_PORT}/v1` };
      const part = await launch(name, { DATA_DIR: join(dataDir, name), ...ports, ...shared, ...more });
      others.push(part);
      return { url: `http://127.0.0.1:${ports.PORT}`, part };
    },
  };
}

type Ports = Readonly<Record<"PORT" | "INTERNAL_PORT" | "LLM_PORT", string>>;

async function newPorts(): Promise<Ports> {
  const port = async () => String(await freePort());
  return { PORT: await port(), INTERNAL_PORT: await port(), LLM_PORT: await port() };
}

/** Waits for what is expected to become true. */
export function eventually<T>(expectation: () => Promise<T> | T, timeoutMs = PATIENCE_MS): Promise<T> {
  return vi.waitFor(expectation, { timeout: timeoutMs, interval: 250 });
}
