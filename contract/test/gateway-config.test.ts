import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { fillGatewayConfig, overlayGatewayConfig, seedGatewayConfig } from "../src/gateway-config.ts";

const template = JSON.parse(
  readFileSync(new URL("../../config/openclaw-gateway.json", import.meta.url), "utf8"),
);
const values = { INSTALLATION_ID: "i-1", LLM_URL: "http://127.0.0.1:9/v1", LLM_MODEL: "some/model" };

test("what the control plane knows is filled in, and what only the gateway's host knows is left out of its wish", () => {
  const wish = JSON.stringify(fillGatewayConfig(template, values));
  expect(wish).toContain('"installationId":"i-1"');
  expect(wish).toContain('"allow":["cogni/some/model"]');
  expect(wish).not.toContain("${");
  expect(fillGatewayConfig(template, values)).not.toHaveProperty("plugins.load.paths");
  expect(fillGatewayConfig(template, values)).not.toHaveProperty("secrets.providers.cogni.command");
});

test("of several models each is in the gateway's list and allowed by its policy, and no other", () => {
  const several = fillGatewayConfig(template, { ...values, LLM_MODEL: ["small", "some/large"] });
  expect(several).toMatchObject({
    models: { providers: { cogni: { models: [{ id: "small", name: "small" }, { id: "some/large" }] } } },
    agents: { defaults: { modelPolicy: { allow: ["cogni/small", "cogni/some/large"] } } },
  });
});

test("a seed leaves the host's paths to the gateway, and belongs to no installation", () => {
  const { INSTALLATION_ID: _, ...llm } = values;
  const seed = JSON.stringify(seedGatewayConfig(template, llm, {}));
  const left = [...seed.matchAll(/\$\{(\w+)\}/g)].map((match) => match[1]).toSorted();
  expect(left).toEqual(["COGNI_BRIDGE_DIR", "COGNI_GATEWAY_LOG", "COGNI_RESOLVER"]);
  expect(seed).not.toContain("installationId");
});

test("an overlay adds to lists, replaces values, removes with null, and cannot drop our plugin by adding its own", () => {
  const config = {
    plugins: { load: { paths: ["ours"] }, allow: ["ours"], entries: { ours: {} } },
    channels: { a: { enabled: false, groupPolicy: "disabled" }, b: {} },
  };
  const overlay = {
    plugins: { load: { paths: ["theirs", "ours"] }, entries: { theirs: { enabled: true } } },
    channels: { a: { enabled: true }, b: null },
  };
  expect(overlayGatewayConfig(config, overlay)).toEqual({
    plugins: {
      load: { paths: ["ours", "theirs"] },
      allow: ["ours", "theirs"],
      entries: { ours: {}, theirs: { enabled: true } },
    },
    channels: { a: { enabled: true, groupPolicy: "disabled" } },
  });
});
