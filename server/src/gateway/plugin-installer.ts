/**
 * Has a gateway install the channel plugins that it lacks, and turn on the channels that it booted without, one after the
 * other, while everything else goes on. For development, where nobody minds; in production they are installed before the
 * gateway starts (deploy/gateway), and it boots with all of them.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import { type ChannelPlugin, missingPlugins } from "./channel-plugins.ts";
import type { GatewayClient } from "./client.ts";
import { GatewayRpcError } from "./errors.ts";

export interface PluginInstallerOptions {
  readonly client: Pick<GatewayClient, "pluginsList" | "pluginsInstall">;
  readonly plugins: readonly ChannelPlugin[];
  /** Has the gateway's config follow what is `held` no more, and resolves when that is done. */
  readonly turnOn: () => Promise<void>;
  /** Called when a plugin is there, or failed to come; the next one waits until what it sets off is done. */
  readonly onProgress: () => Promise<void>;
  /** Before an attempt that a config write got in the way of is repeated, in milliseconds. */
  readonly retryMs: number;
  readonly log: Logger;
}

export type PluginInstaller = ReturnType<typeof createPluginInstaller>;

/** A tenant who connects a channel meanwhile changes the config, and the gateway gives up an installation for that. */
const ATTEMPTS = 6;

export function createPluginInstaller(options: PluginInstallerOptions) {
  const { client, plugins, turnOn, onProgress, retryMs, log } = options;
  const closing = new AbortController();
  // Until it was looked at, nothing is turned on.
  const held = new Set(plugins.map(({ channel }) => channel));
  const underway = new Set(held);
  let running: Promise<void> | null = null;

  /** Never throws: what could not be installed is tried again when the gateway, or we, start again. */
  async function bringAll(idle: readonly ChannelPlugin[]): Promise<void> {
    try {
      const missing = missingPlugins(plugins, (await client.pluginsList()).plugins);
      const there = idle.filter(({ id }) => !missing.some((one) => one.id === id));
      for (const set of [held, underway]) {
        set.clear();
        for (const { channel } of [...there, ...missing]) set.add(channel);
      }
      for (const { channel } of there) await release(channel);
      for (const plugin of missing) {
        if (closing.signal.aborted) return;
        await installOne(plugin);
        await release(plugin.channel);
      }
    } catch (error) {
      log.warn({ err: error }, "installing channel plugins was cut short");
    } finally {
      held.clear();
      underway.clear();
    }
  }

  async function release(channel: string): Promise<void> {
    if (closing.signal.aborted) return;
    held.delete(channel);
    await turnOn();
    underway.delete(channel);
    await onProgress();
  }

  async function installOne({ channel, mode, ...plugin }: ReturnType<typeof missingPlugins>[number]) {
    const spec = `${plugin.package}@${plugin.version}`;
    const beganAt = Date.now();
    log.info({ channel, spec }, "installing a channel's plugin");
    for (let attempt = 1; ; attempt++) {
      try {
        await client.pluginsInstall({ spec, mode, expectedPluginId: plugin.id });
        log.info({ channel, spec, durationMs: Date.now() - beganAt }, "channel plugin installed");
        return;
      } catch (error) {
        if (closing.signal.aborted) return;
        if (!isPassing(error) || attempt === ATTEMPTS) {
          log.error({ err: error, channel, spec }, "a channel's plugin cannot be installed");
          return;
        }
        await pause(error.retryAfterMs ?? retryMs);
      }
    }
  }

  async function pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: closing.signal }).catch((error: unknown) => {
      if (!closing.signal.aborted) throw error;
    });
  }

  return {
    /** The channels that are not to be turned on yet. */
    held: held as ReadonlySet<string>,

    /** The channels that are on their way: their plugin is being installed or loaded. */
    underway: underway as ReadonlySet<string>,

    /** Begins, unless it is at it already. @param idle installed, and not turned on yet */
    begin(idle: readonly ChannelPlugin[]): void {
      if (plugins.length === 0) return;
      running ??= bringAll(idle).finally(() => {
        running = null;
      });
    },

    async close(): Promise<void> {
      closing.abort();
      await running;
    },
  };
}

/** Somebody else's write came between, or is being applied. A registry that did not answer is no such thing: npm asked again itself. */
function isPassing(error: unknown): error is GatewayRpcError {
  if (!(error instanceof GatewayRpcError)) return false;
  const { kind, retryAfterMs } = error;
  return (
    kind === "conflict" || kind === "rate_limited" || (kind === "unavailable" && retryAfterMs !== undefined)
  );
}
