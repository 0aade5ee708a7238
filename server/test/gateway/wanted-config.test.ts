import { join } from "node:path";
import { expect, test } from "vitest";
import { at, createMergePatch, type JsonObject, withValue } from "../../src/gateway/json.ts";
import { leafPaths, restarts } from "../../src/gateway/reconcile-gateway.ts";
import { readConfigFile, wantedConfig, withWanted } from "../../src/gateway/wanted-config.ts";

const template = readConfigFile(join(import.meta.dirname, "../../../config/openclaw-gateway.json"));
const values = { installationId: "home", llmUrl: "http://127.0.0.1:1/v1", llmModels: ["echo"] };
const overlay = { channels: { telegram: { apiRoot: "http://127.0.0.1:2" } } };
const wanted = wantedConfig(template, values, overlay);
const options = { model: "cogni/echo", lockable: new Set<string>(), overlay, managed: new Set<string>() };
const mended = (config: JsonObject): JsonObject => withWanted(config, wanted, options);
const changes = (config: JsonObject): string[] => {
  const patch = createMergePatch(config, mended(config));
  return patch ? leafPaths(patch) : [];
};
const contained = mended({});

test("a gateway that is as we want it is left alone", () => {
  expect(createMergePatch(contained, mended(contained))).toBeNull();
});

test.each([
  ["tools.allow", ["exec"]],
  ["tools.message.crossContext.allowWithinProvider", true],
  ["tools.sessions.visibility", "all"],
  ["commands.text", true],
  ["session.dmScope", "main"],
  ["agents.defaults.model.primary", "cogni/echo"],
  ["gateway.terminal.enabled", true],
  ["channels.telegram.configWrites", true],
  ["models.providers.cogni.baseUrl", "http://elsewhere"],
  ["plugins.entries.cogni-bridge.enabled", false],
])("a changed %s is mended, and only that", (path, value) => {
  expect(changes(withValue(contained, path.split("."), value))).toEqual([path]);
});

test("what is redacted counts as right, for it cannot be read", () => {
  const secret = { source: "__OPENCLAW_REDACTED__", timeoutMs: 12_000, command: "__OPENCLAW_REDACTED__" };
  const key = { source: "exec", provider: "cogni", id: "__OPENCLAW_REDACTED__" };
  let config = withValue(contained, ["secrets", "providers", "cogni"], secret);
  config = withValue(config, ["models", "providers", "cogni", "apiKey"], key);
  expect(createMergePatch(config, mended(config))).toBeNull();
});

test("what an operator has beside our part stays: listening, logging, bindings, plugins, more channels", () => {
  const config = {
    ...contained,
    gateway: { ...(contained.gateway as JsonObject), bind: "lan", port: 1234, auth: { mode: "password" } },
    logging: { level: "trace" },
    bindings: [{ agentId: "house", match: { channel: "telegram" } }],
    plugins: withValue(contained.plugins as JsonObject, ["allow"], ["theirs", "cogni-bridge"]),
  };
  const result = mended(config);
  expect(result).toMatchObject({
    gateway: config.gateway,
    logging: config.logging,
    bindings: config.bindings,
  });
  expect(at(result, "plugins", "allow")).toEqual([
    "theirs",
    "cogni-bridge",
    "discord",
    "slack",
    "telegram",
    "whatsapp",
  ]);
});

test("a channel that the template does not name is locked against writes, where its schema knows that", () => {
  const config = { ...contained, channels: { ...(contained.channels as JsonObject), irc: {}, matrix: {} } };
  const lockable = new Set(["irc"]);
  const patch = createMergePatch(config, withWanted(config, wanted, { ...options, lockable }));
  expect(patch && leafPaths(patch)).toEqual(["channels.irc.configWrites"]);
});

test("a channel that an operator turned on stays on; only the overlay decides otherwise", () => {
  const config = withValue(contained, ["channels", "discord", "enabled"], true);
  expect(changes(config)).toEqual([]);
  const off = { channels: { discord: { enabled: false } } };
  const strict = withWanted(config, wantedConfig(template, values, off), { ...options, overlay: off });
  expect(at(strict, "channels", "discord", "enabled")).toBe(false);
});

test("every tenant's agent follows the model, and no other agent does", () => {
  const entries = {
    "tenant-a": { name: "A", model: { primary: "cogni/old" } },
    house: { model: "own/model" },
  };
  const config = withValue(contained, ["agents", "entries"], { nobody: {}, ...entries });
  expect(changes(config)).toEqual(["agents.entries.tenant-a.model.primary"]);
});

test("a write that refreshes running channels is known before it is made", () => {
  expect(restarts({ channels: { telegram: { configWrites: false } } })).toBe(true);
  expect(restarts({ tools: { allow: [] }, agents: {} })).toBe(false);
});
