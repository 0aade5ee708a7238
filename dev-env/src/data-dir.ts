/**
 * The folder in which development keeps its things: one process at a time, secrets generated once and kept outside the
 * database, ports that stay the same from start to start.
 */
import { randomBytes } from "node:crypto";
import { accessSync, chmodSync, constants, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { z } from "zod";
import { UserError } from "./ports.ts";
import { readPrivate, writePrivate } from "./private-files.ts";

const secretsSchema = z.object({
  /** 32 bytes in base64: `CHANNEL_ENCRYPTION_KEY`. */
  encryptionKey: z.string(),
  gatewayToken: z.string(),
});
export type Secrets = z.infer<typeof secretsSchema>;

const portsSchema = z
  .object({ postgres: z.number(), gateway: z.number(), llm: z.number(), tryIt: z.number() })
  .partial();
export type KeptPorts = z.infer<typeof portsSchema>;

export interface DataDir {
  path: string;
  secrets: Secrets;
  ports: KeptPorts;
  keepPorts(ports: KeptPorts): void;
  /** Lets the next process in. */
  release(): void;
}

const lockSchema = z.object({ pid: z.number() });

/** @throws UserError if another process works in it, it can't be written, or its secrets are gone */
export function openDataDir(where: string): DataDir {
  const path = resolve(where);
  const file = (name: string): string => join(path, name);
  makeWritable(path);
  const holder = readPrivate(file("dev.lock"), lockSchema);
  if (holder && isOurs(holder.pid)) {
    throw new UserError(
      `Already running on ${path}, as process ${holder.pid}: see ${file("dev.json")} for its address. ` +
        "Stop it first, or choose another folder (DATA_DIR) and other ports (PORT, INTERNAL_PORT).",
    );
  }
  writePrivate(file("dev.lock"), { pid: process.pid });
  const ports = file("ports.json");
  return {
    path,
    secrets: openSecrets(path),
    ports: readPrivate(ports, portsSchema) ?? {},
    keepPorts: (kept) => writePrivate(ports, kept),
    release: () => rmSync(file("dev.lock"), { force: true }),
  };
}

export function newSecrets(): Secrets {
  return {
    encryptionKey: randomBytes(32).toString("base64"),
    gatewayToken: randomBytes(32).toString("base64url"),
  };
}

function makeWritable(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new UserError(
      `${path} can't be written by this user. It may belong to another user, such as root, who ran this before: ` +
        "give it away with chown, or choose another folder with the setting DATA_DIR.",
      { cause },
    );
  }
  // PostgreSQL runs as another user when we are root, and has to reach its folder in here.
  chmodSync(path, 0o711);
}

function openSecrets(path: string): Secrets {
  const file = join(path, "secrets.json");
  const kept = readPrivate(file, secretsSchema);
  if (kept) return kept;
  if (existsSync(join(path, "postgres.json"))) {
    throw new UserError(
      `${file} is gone, and without it the credentials in the database can't be read. Put it back, ` +
        `or begin anew: rm -r ${path}`,
    );
  }
  const secrets = newSecrets();
  writePrivate(file, secrets);
  return secrets;
}

/** Is the process alive, and one of ours? Another program may have been given its number since. */
function isOurs(pid: number): boolean {
  if (pid === process.pid || !isAlive(pid)) return false;
  const commandLine = `/proc/${pid}/cmdline`;
  return (
    !existsSync("/proc/self") ||
    (existsSync(commandLine) && readFileSync(commandLine, "utf8").includes("dev-env"))
  );
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's process is alive, though we may not signal it.
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}
