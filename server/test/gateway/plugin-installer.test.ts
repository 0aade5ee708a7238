import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import {
  type ChannelPlugin,
  idlePlugins,
  missingPlugins,
  withChannelPlugins,
} from "../../src/gateway/channel-plugins.ts";
import { GatewayRpcError, type GatewayRpcErrorKind } from "../../src/gateway/errors.ts";
import { at } from "../../src/gateway/json.ts";
import { createPluginInstaller } from "../../src/gateway/plugin-installer.ts";
import { pluginsListSchema } from "../../src/gateway/protocol.ts";

const plugin = (channel: string): ChannelPlugin => ({
  channel,
  id: channel,
  package: `@birds/${channel}`,
  version: "1.2.0",
});
const NONE: ReadonlySet<string> = new Set();
const rowsOf = (...plugins: object[]) => pluginsListSchema.parse({ plugins }).plugins;

/** A gateway that installs, unless it is told to fail first: by plugin, one failure for each attempt. */
function installing(
  channels: string[],
  present: object[],
  failures: Record<string, GatewayRpcErrorKind[]> = {},
  idle: string[] = [],
) {
  const calls: string[] = [];
  const progress: string[][] = [];
  const turned: string[][] = [];
  const done = Promise.withResolvers<void>();
  const installer = createPluginInstaller({
    client: {
      pluginsList: async () => ({ plugins: rowsOf(...present) }),
      async pluginsInstall({ spec, mode, expectedPluginId }) {
        calls.push(`${mode} ${spec}`);
        const kind = failures[expectedPluginId]?.shift();
        if (kind) throw new GatewayRpcError(kind, "plugins.install", { cause: new Error(kind) });
      },
    },
    plugins: channels.map(plugin),
    turnOn: async () => void turned.push([...installer.held]),
    async onProgress() {
      progress.push([...installer.underway]);
      if (progress.length === channels.length) done.resolve();
    },
    retryMs: 1,
    log: pino({ level: "silent" }),
  });
  onTestFinished(() => installer.close());
  installer.begin(idle.map(plugin));
  return { calls, progress, turned, done: done.promise, installer };
}

test("what is missing is installed one after the other, and what is there in its version is left alone", async () => {
  const { calls, progress, done } = installing(["owl", "finch"], [{ id: "wren", version: "1.2.0" }]);
  await done;
  expect(calls).toEqual(["install @birds/owl@1.2.0", "install @birds/finch@1.2.0"]);
  expect(progress).toEqual([["finch"], []]);
  const rows = rowsOf({ id: "owl", version: "1.2.0" }, { id: "finch", installed: false, version: "1.2.0" });
  expect(missingPlugins([plugin("owl"), plugin("finch")], rows).map(({ id }) => id)).toEqual(["finch"]);
});

test("another version is replaced by the one that is wanted", async () => {
  const { calls, done } = installing(["owl"], [{ id: "owl", version: "1.1.9" }]);
  await done;
  expect(calls).toEqual(["update @birds/owl@1.2.0"]);
});

test("a config write in between only delays an installation", async () => {
  const { calls, done } = installing(["owl"], [], { owl: ["conflict", "rate_limited"] });
  await done;
  expect(calls).toHaveLength(3);
});

test("one that can't be installed keeps none of the others from it", async () => {
  const { calls, progress, done } = installing(["owl", "finch"], [], { owl: ["unavailable"] });
  await done;
  expect(calls).toEqual(["install @birds/owl@1.2.0", "install @birds/finch@1.2.0"]);
  expect(progress).toEqual([["finch"], []]);
});

test("a channel is on while its plugin is there and off while it is not, so that no gateway downloads it as it boots", () => {
  const plugins = [plugin("owl"), plugin("finch"), plugin("wren")];
  const wanted = { plugins: { allow: ["bridge"] }, channels: { finch: { enabled: false } } };
  const config = withChannelPlugins(
    wanted,
    plugins,
    rowsOf({ id: "owl" }),
    { channels: { finch: {} } },
    NONE,
  );
  expect(config).toEqual({
    plugins: { allow: ["bridge", "owl", "finch", "wren"] },
    channels: { owl: { enabled: true }, finch: { enabled: false } },
  });
  const grown = withChannelPlugins(wanted, plugins, rowsOf({ id: "finch" }), {}, NONE);
  expect(at(grown, "channels", "finch", "enabled")).toBe(true);
  expect(at(grown, "channels", "owl")).toBeUndefined();
});

test("a channel that the gateway booted without is turned on in its turn, before anything is installed, and one that is on stays so", async () => {
  const present = [{ id: "finch", version: "1.2.0" }];
  const { calls, progress, turned, done } = installing(["owl", "finch"], present, {}, ["finch"]);
  await done;
  expect(turned).toEqual([["owl"], []]);
  expect(calls).toEqual(["install @birds/owl@1.2.0"]);
  expect(progress).toEqual([["owl"], []]);

  const plugins = [plugin("owl"), plugin("finch")];
  const rows = rowsOf({ id: "owl" }, { id: "finch" });
  const current = { channels: { owl: { enabled: true }, finch: { enabled: false } } };
  expect(idlePlugins(plugins, rows, current).map(({ id }) => id)).toEqual(["finch"]);
  const held = withChannelPlugins({}, plugins, rows, current, new Set(["owl", "finch"]));
  expect(at(held, "channels")).toEqual({ owl: { enabled: true }, finch: { enabled: false } });
  const released = withChannelPlugins({}, plugins, rows, current, new Set(["owl"]));
  expect(at(released, "channels", "finch", "enabled")).toBe(true);
});
