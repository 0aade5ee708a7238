/**
 * The real gateway as a supervised child process, as an operator would run it: its state in a folder that stays, its port
 * and token given at each start, started again when it falls over, gone when we are.
 */
import { execFileSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { GatewayHostEnv } from "@cogni/contract";
import { type Child, startChild } from "./child.ts";
import { answers, CHECKOUT } from "./control-plane.ts";
import { EXIT_CONFIG, exitReason } from "./gateway-exit.ts";
import {
  endLeftOver,
  type GatewayFolder,
  type GatewaySeed,
  openGatewayFolder,
  restUnusedChannels,
} from "./gateway-folder.ts";
import { keptPort, UserError } from "./ports.ts";

export interface GatewayOptions extends GatewaySeed {
  /** Holds state, launcher and log of this one gateway, and is never cleaned up by us. */
  readonly folder: string;
  readonly port: number;
  /** Also what the credential resolver shows to the control plane. */
  readonly token: string;
  /** The control plane's internal origin, such as `http://127.0.0.1:3001`. */
  readonly internalUrl: string;
  readonly waits?: Partial<Waits>;
  /** Boots without the installed channels that nobody uses; for whoever turns them on afterwards. */
  readonly restsUnusedChannels?: boolean;
  /** Beyond what every gateway gets; where a test points a plugin at a stand-in. */
  readonly env?: Readonly<Record<string, string>>;
  /** Gives up on a gateway that is still booting. */
  readonly signal?: AbortSignal;
  /** Told in a sentence what is going on. */
  readonly log: (line: string) => void;
}

/** In milliseconds. */
interface Waits {
  /** For the first `/startupz`; a boot takes 12 s, 37 s with three installed plugins, and thrice that on a busy machine. */
  readonly ready: number;
  /** For an orderly end before SIGKILL. The gateway itself would wait minutes for a running agent. */
  readonly stop: number;
  /** Before starting it again: doubled each time up to the second, from the first again once it ran for a minute. */
  readonly restart: readonly [first: number, longest: number];
}
const WAITS: Waits = { ready: 300_000, stop: 20_000, restart: [500, 30_000] };

export interface GatewayProcess {
  /** `ws://127.0.0.1:<port>` */
  readonly url: string;
  readonly token: string;
  readonly logFile: string;
  /** Null while it is between two runs. */
  pid(): number | null;
  /** Resolves once `/startupz` says so; rejects when it has given up. */
  ready(): Promise<void>;
  /** Orderly; it stays down. */
  stop(): Promise<void>;
  /** As a crash, by default: it is started again. Resolves once it is gone. */
  kill(): Promise<void>;
  /** Called with a sentence for each end that nobody asked for. */
  onExit(listener: (reason: string) => void): void;
}

/**
 * Resolves once the gateway is ready.
 * @throws UserError for a taken port; Error with the end of its output where it does not come up.
 */
export async function startGateway(options: GatewayOptions): Promise<GatewayProcess> {
  const waits = { ...WAITS, ...options.waits };
  const { port, token, log } = options;
  const folder = openGatewayFolder(options);
  await endLeftOver(folder, log);
  if (options.restsUnusedChannels) restUnusedChannels(folder);
  if ((await keptPort(port)) !== port) {
    throw new UserError(`Port ${port}, on which the gateway is to listen, is taken by another program.`);
  }
  const command = gatewayCommand(port);
  const env = {
    ...gatewayEnv(folder, token, writeLauncher(folder, options.internalUrl, token)),
    ...options.env,
  };
  const url = `http://127.0.0.1:${port}`;
  const listeners: ((reason: string) => void)[] = [];

  const stopping = new AbortController();
  let givenUp: Error | null = null;
  const launch = (): Child => {
    const child = startChild({ command, cwd: folder.state, env, logFile: folder.console });
    folder.rememberPid(child.pid);
    return child;
  };
  let child: Child | null = launch();

  const keptRunning = (async () => {
    for (let [waitMs, longestMs] = waits.restart; ; waitMs = Math.min(waitMs * 2, longestMs)) {
      const startedAt = Date.now();
      const code = (await child?.exited) ?? null;
      child = null;
      folder.rememberPid(null);
      if (stopping.signal.aborted) return;
      const reason = exitReason(code, folder);
      for (const listener of listeners) listener(reason);
      log(reason);
      if (code === EXIT_CONFIG) {
        givenUp = new Error(reason);
        return;
      }
      if (Date.now() - startedAt > 60_000) [waitMs] = waits.restart;
      await pause(waitMs, stopping.signal);
      if (stopping.signal.aborted) return;
      child = launch();
    }
  })();

  const gateway: GatewayProcess = {
    url: `ws://127.0.0.1:${port}`,
    token,
    logFile: folder.log,
    pid: () => child?.pid ?? null,
    async ready() {
      const deadline = Date.now() + waits.ready;
      // Not /readyz, which is false for as long as any tenant's credential is refused.
      while (!(await answers(`${url}/startupz`))) {
        if (givenUp) throw givenUp;
        if (stopping.signal.aborted || options.signal?.aborted) {
          throw new Error("The gateway was stopped before it was ready.");
        }
        if (Date.now() > deadline) {
          throw new Error(`The gateway is not ready after ${waits.ready / 1000} s. See ${folder.log}.`);
        }
        await sleep(100);
      }
    },
    async stop() {
      stopping.abort();
      await child?.stop(waits.stop);
      await keptRunning;
    },
    kill: async () => child?.kill(),
    onExit: (listener) => void listeners.push(listener),
  };
  try {
    await gateway.ready();
  } catch (error) {
    await gateway.stop();
    throw error;
  }
  log(`The gateway is ready on port ${port}`);
  return gateway;
}

/** Ends early when stopped. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}

function gatewayCommand(port: number): [string, ...string[]] {
  const openclaw = createRequire(import.meta.url).resolve("openclaw");
  const entry = join(dirname(openclaw), "..", "openclaw.mjs");
  return [process.execPath, entry, "gateway", "--port", String(port)];
}

/** By a process of its own: the development command knows no code of the plugins. */
function writeLauncher(folder: GatewayFolder, internalUrl: string, token: string): string {
  const script = join(CHECKOUT, "plugins", "cogni-bridge", "resolver", "launcher.ts");
  const env = { PATH: process.env.PATH, INTERNAL_URL: internalUrl, OPENCLAW_GATEWAY_TOKEN: token };
  return execFileSync(process.execPath, [script, folder.resolver], { env, encoding: "utf8" }).trim();
}

/** Without a registry npm would ask on for minutes, and the page say so long that a plugin is being installed. */
const QUICK_TO_GIVE_UP = { npm_config_fetch_retries: "1", npm_config_fetch_retry_mintimeout: "1000" };

/**
 * Of our own environment only what finds programs, the registry and the way to the internet: a channel's token that
 * happens to be set on this machine would otherwise become an account.
 */
function gatewayEnv(folder: GatewayFolder, token: string, launcher: string): NodeJS.ProcessEnv {
  const passedOn =
    /^(PATH|HOME|USER|LANG|LC_.*|TZ|TMPDIR|NODE_EXTRA_CA_CERTS|(https?|no|all)_proxy|npm_config_.*)$/i;
  const host: GatewayHostEnv = {
    COGNI_BRIDGE_DIR: resolve(CHECKOUT, "plugins", "cogni-bridge"),
    COGNI_RESOLVER: launcher,
    COGNI_GATEWAY_LOG: folder.log,
  };
  return {
    ...QUICK_TO_GIVE_UP,
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => passedOn.test(name))),
    ...(isWritable(homedir()) ? {} : { HOME: folder.home() }),
    ...host,
    OPENCLAW_STATE_DIR: folder.state,
    OPENCLAW_CONFIG_PATH: folder.config,
    OPENCLAW_GATEWAY_TOKEN: token,
    OPENCLAW_DISABLE_BONJOUR: "1",
    OPENCLAW_NO_RESPAWN: "1",
    OPENCLAW_EXEC_SHELL_SNAPSHOT: "0",
    // Each agent's would keep a copy of the whole config, with all other tenants in it.
    OPENCLAW_TRAJECTORY: "0",
    NO_COLOR: "1",
  };
}

/** Where it is not (a service user's, or none at all), the gateway would refuse to start with exit code 78. */
function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    // Why not makes no difference.
    return false;
  }
}
