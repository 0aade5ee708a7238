/**
 * Writes the command that the gateway runs to resolve credentials. The gateway gives it no environment and accepts only
 * a regular file, its own user's and writable by no one else: so a small shell script with absolute paths, and beside
 * it, readable by that user alone, where to ask and with which token.
 *
 * As a command, for a gateway in a container of its own (settings from the environment, so that no token stands in a
 * process list): INTERNAL_URL=… OPENCLAW_GATEWAY_TOKEN=… node launcher.ts <folder>
 */
import { chmodSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export interface LauncherOptions {
  readonly folder: string;
  /** The control plane's internal origin, such as `http://127.0.0.1:3001`. */
  readonly internalUrl: string;
  /** The gateway's own token, by which the control plane knows which tenants it may serve. */
  readonly token: string;
  /** Absolute path of Node; by default the one that runs this. */
  readonly node?: string;
  readonly timeoutMs?: number;
}

/** Within the `timeoutMs` of the secret provider in `config/openclaw-gateway.json`, with room for Node's own start. */
const TIMEOUT_MS = 8000;

/** Returns the launcher's absolute path, for `secrets.providers.cogni.command`. */
export function writeLauncher(options: LauncherOptions): string {
  const { token, node = process.execPath, timeoutMs = TIMEOUT_MS } = options;
  const folder = resolve(options.folder);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const settings = join(folder, "resolver.json");
  const launcher = join(folder, "resolve");
  const script = fileURLToPath(new URL("resolve.mjs", import.meta.url));
  const url = new URL("/internal/v1/secrets", options.internalUrl).href;
  replace(settings, JSON.stringify({ url, token, timeoutMs }), 0o600);
  replace(launcher, `#!/bin/sh\nexec ${[node, script, settings].map(quote).join(" ")}\n`, 0o700);
  return launcher;
}

/** By rename, so that a gateway that runs meanwhile never reads half a file. */
function replace(path: string, text: string, mode: number): void {
  const fresh = `${path}.${process.pid}`;
  writeFileSync(fresh, text, { mode });
  chmodSync(fresh, mode);
  renameSync(fresh, path);
}

const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

if (import.meta.main) {
  const { INTERNAL_URL: internalUrl, OPENCLAW_GATEWAY_TOKEN: token } = process.env;
  const folder = process.argv[2];
  if (!folder || !internalUrl || !token) {
    throw new Error("usage: INTERNAL_URL=… OPENCLAW_GATEWAY_TOKEN=… node launcher.ts <folder>");
  }
  process.stdout.write(`${writeLauncher({ folder, internalUrl, token })}\n`);
}
