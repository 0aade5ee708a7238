/** What the gateway's container does before the gateway starts. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";

const script = fileURLToPath(new URL("../gateway/seed.ts", import.meta.url));
let state = "";
const config = () => join(state, "openclaw.json");

beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), "cogni-seed-"));
});
afterEach(() => rmSync(state, { recursive: true }));

function seed(settings: Record<string, string> = {}): void {
  const env = {
    OPENCLAW_STATE_DIR: state,
    LLM_URL: "http://127.0.0.1:3002/v1",
    LLM_MODEL: "some-model",
  };
  execFileSync(process.execPath, [script], { env: { ...env, ...settings }, stdio: "pipe" });
}

test("a fresh volume gets our config, readable by the gateway's user alone, with paths that the gateway fills in", () => {
  seed();
  expect(statSync(config()).mode & 0o777).toBe(0o600);
  const seeded = readFileSync(config(), "utf8");
  expect(seeded).toContain("http://127.0.0.1:3002/v1");
  const placeholders = [...seeded.matchAll(/\$\{([A-Z_]+)\}/g)].map(([, name]) => name);
  expect(new Set(placeholders)).toEqual(new Set(["COGNI_BRIDGE_DIR", "COGNI_GATEWAY_LOG", "COGNI_RESOLVER"]));
});

test("a volume that has a config keeps it as it is", () => {
  writeFileSync(config(), "{}");
  seed();
  expect(readFileSync(config(), "utf8")).toBe("{}");
});

test("a missing setting ends the start by its name", () => {
  expect(() => seed({ LLM_MODEL: "" })).toThrow(/LLM_MODEL is missing/);
});
