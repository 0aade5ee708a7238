import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openGatewayFolder, restUnusedChannels } from "../src/gateway-folder.ts";

test("a gateway boots without the installed channels that nobody uses, and with all the others", () => {
  const folder = mkdtempSync(join(tmpdir(), "cogni-gateway-folder-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const opened = openGatewayFolder({
    folder,
    values: { LLM_URL: "http://127.0.0.1:1", LLM_MODEL: "echo" },
  });
  const channels = {
    telegram: { configWrites: false },
    discord: { enabled: true, configWrites: false },
    slack: { enabled: true, accounts: { "tenant-acme": { enabled: true } } },
    whatsapp: { enabled: false },
    odd: { enabled: true },
  };
  const config = { ...JSON.parse(readFileSync(opened.config, "utf8")), channels };
  writeFileSync(opened.config, JSON.stringify(config));
  restUnusedChannels(opened);
  expect(JSON.parse(readFileSync(opened.config, "utf8"))).toEqual({
    ...config,
    channels: { ...channels, discord: { enabled: false, configWrites: false } },
  });
});
