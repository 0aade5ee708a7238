/** What a gateway keeps on disk, and what it may have left behind. All of it is readable by our user alone. */
import { execFileSync } from "node:child_process";
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  type GatewayConfigValues,
  type JsonObject,
  overlayGatewayConfig,
  seedGatewayConfig,
} from "@cogni/contract";
import { z } from "zod";
import { CHECKOUT } from "./control-plane.ts";
import { UserError } from "./ports.ts";
import { readPrivate, writePrivate } from "./private-files.ts";

export interface GatewayFolder {
  /** `OPENCLAW_STATE_DIR` */
  readonly state: string;
  readonly config: string;
  /** Where the launcher of the credential resolver goes. */
  readonly resolver: string;
  /** The gateway's own log, one JSON object a line; the gateway rotates it. */
  readonly log: string;
  /** What the process prints: warnings, and what comes before its log is open or after it is closed. */
  readonly console: string;
  /** Makes a home folder for a user who has none. */
  home(): string;
  readonly pid: number | null;
  rememberPid(pid: number | null): void;
}

/** What a fresh gateway is seeded with; later changes go through the control plane. */
export interface GatewaySeed {
  readonly values: Omit<GatewayConfigValues, "INSTALLATION_ID">;
  /** `GATEWAY_CONFIG_OVERLAY`: path of a JSON file that is merged in. */
  readonly overlay?: string;
}

const pidSchema = z.object({ pid: z.number().int() });

/**
 * Opens or creates the folder. Only a fresh one is seeded: an existing state guards its config, and reverts what was
 * written past it.
 * @throws UserError for an overlay that is not a JSON object
 */
export function openGatewayFolder(options: GatewaySeed & { readonly folder: string }): GatewayFolder {
  const folder = resolve(options.folder);
  const state = join(folder, "state");
  const config = join(state, "openclaw.json");
  const log = join(folder, "gateway.log");
  const pidFile = join(folder, "pid.json");
  for (const path of [folder, state]) {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    chmodSync(path, 0o700);
  }
  closeSync(openSync(log, "a", 0o600));
  if (!existsSync(config)) {
    const template = readJsonObject(join(CHECKOUT, "config", "openclaw-gateway.json"));
    const overlay = options.overlay === undefined ? {} : readJsonObject(options.overlay);
    writePrivate(config, seedGatewayConfig(template, options.values, overlay));
  }
  return {
    state,
    config,
    resolver: join(folder, "resolver"),
    log,
    console: join(folder, "gateway.console.log"),
    home() {
      const home = join(folder, "home");
      mkdirSync(home, { recursive: true, mode: 0o700 });
      return home;
    },
    pid: readPrivate(pidFile, pidSchema)?.pid ?? null,
    rememberPid(pid) {
      if (pid === null) rmSync(pidFile, { force: true });
      else writePrivate(pidFile, { pid });
    },
  };
}

/**
 * Turns off the channels whose plugin was installed and that nobody uses, so that a boot need not wait for them: loading one
 * takes the gateway 8 s. The control plane turns them on when the page is up. Only while no gateway runs on the folder.
 */
export function restUnusedChannels({ config }: GatewayFolder): void {
  const { channels: offered } = offeredSchema.parse(
    readJsonObject(join(CHECKOUT, "config", "channels.json")),
  );
  const before = readJsonObject(config);
  const channels = channelsSchema.parse(before.channels ?? {});
  const unused = Object.entries(channels).filter(
    ([channel, { enabled, accounts }]) =>
      offered[channel]?.plugin && enabled === true && Object.keys(accounts ?? {}).length === 0,
  );
  if (unused.length === 0) return;
  const off = Object.fromEntries(unused.map(([channel]) => [channel, { enabled: false }]));
  writePrivate(config, overlayGatewayConfig(before, { channels: off }));
}

const offeredSchema = z.object({
  channels: z.record(z.string(), z.object({ plugin: z.unknown().optional() })),
});
const channelsSchema = z.record(
  z.string(),
  z.looseObject({ enabled: z.boolean().optional(), accounts: z.record(z.string(), z.unknown()).optional() }),
);

/** Whoever ran this gateway before us may have been killed a moment ago, and their gateway be still about to end. */
export async function endLeftOver({ pid }: GatewayFolder, log: (line: string) => void): Promise<void> {
  if (pid === null || !isGateway(pid)) return;
  log(`Ending a gateway that was left behind (process ${pid})`);
  process.kill(pid, "SIGTERM");
  const deadline = Date.now() + 10_000;
  while (isGateway(pid)) {
    if (Date.now() > deadline) process.kill(pid, "SIGKILL");
    await sleep(100);
  }
}

/** Is there a process of this number, and is it a gateway? The number may have been given to another program since. */
function isGateway(pid: number): boolean {
  try {
    const title = execFileSync("ps", ["-o", "stat=,command=", "-p", String(pid)], { encoding: "utf8" });
    return title.includes("openclaw") && !title.startsWith("Z");
  } catch {
    // `ps` fails for a number that no process has.
    return false;
  }
}

/** @throws UserError naming the file */
export function readJsonObject(file: string): JsonObject {
  try {
    return z.record(z.string(), z.json()).parse(JSON.parse(readFileSync(file, "utf8"))) as JsonObject;
  } catch (cause) {
    throw new UserError(`${file} is not a JSON object`, { cause });
  }
}
