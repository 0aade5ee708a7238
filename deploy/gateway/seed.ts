/**
 * Writes the config that a fresh state folder starts with. An existing folder is left alone: the gateway guards its
 * config there, and the control plane keeps our part of it true.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type JsonObject, seedGatewayConfig } from "@cogni/contract";

const state = setting("OPENCLAW_STATE_DIR");
const config = join(state, "openclaw.json");
mkdirSync(join(state, "cogni"), { recursive: true, mode: 0o700 });
if (!existsSync(config)) {
  const values = { LLM_URL: setting("LLM_URL"), LLM_MODEL: setting("LLM_MODEL") };
  const path = new URL("../../config/openclaw-gateway.json", import.meta.url);
  const template = JSON.parse(readFileSync(path, "utf8")) as JsonObject;
  // By rename: an interrupted start must not leave half a config, which the next one would take for an old one.
  writeFileSync(`${config}.seed`, `${JSON.stringify(seedGatewayConfig(template, values, {}), null, 2)}\n`, {
    mode: 0o600,
  });
  renameSync(`${config}.seed`, config);
}

function setting(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is missing`);
  return value;
}
