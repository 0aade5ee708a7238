/**
 * The folder of the embedded PostgreSQL: made once, with random passwords that stand in a file of mode 0600 beside
 * it, and taken over again after whatever ended the last run.
 */
import { execFile, execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { UserError } from "./ports.ts";
import {
  type PostgresPrograms,
  type ProcessUser,
  postgresPrograms,
  postgresUser,
  SHARED_FOLDER,
} from "./postgres-binaries.ts";

const run = promisify(execFile);

export const SUPERUSER = "postgres";

export interface PostgresFolder {
  /** Holds `data` and `postgres.log`; belongs to PostgreSQL's user alone. */
  readonly folder: string;
  readonly data: string;
  readonly user: ProcessUser;
  readonly programs: PostgresPrograms;
  readonly passwords: {
    readonly superuser: string;
    readonly owner: string;
    readonly api: string;
    readonly service: string;
  };
}

/**
 * Opens the folder, creating and initialising it where it is missing. An initialisation that was cut short is begun
 * anew. Throws when another living start uses the folder, or a PostgreSQL of another major version wrote it.
 */
export async function openFolder(dataDir: string, log: (line: string) => void): Promise<PostgresFolder> {
  const notesPath = `${dataDir}.json`;
  mkdirSync(dirname(dataDir), { recursive: true });
  let notes = existsSync(notesPath)
    ? (JSON.parse(readFileSync(notesPath, "utf8")) as {
        folder: string;
        passwords: PostgresFolder["passwords"];
      })
    : null;

  const wanted = notes?.folder ?? dataDir;
  const user = postgresUser(existsSync(wanted) ? statSync(wanted) : null);
  const programs = postgresPrograms(user, log);
  if (!notes) {
    const folder = reachable(dirname(dataDir), user)
      ? dataDir
      : join(SHARED_FOLDER, `database-${randomBytes(6).toString("hex")}`);
    if (folder !== dataDir)
      log(`keeping the database in ${folder}, because user ${user.uid} cannot reach ${dataDir}`);
    if (existsSync(join(folder, "data"))) {
      throw new UserError(
        `${folder} holds a database, but its passwords (${notesPath}) are gone. Move the folder away.`,
      );
    }
    const password = () => randomBytes(24).toString("base64url");
    notes = {
      folder,
      passwords: { superuser: password(), owner: password(), api: password(), service: password() },
    };
    writeFileSync(notesPath, `${JSON.stringify(notes, null, 2)}\n`, { mode: 0o600 });
  }
  const { folder, passwords } = notes;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  giveTo(user, folder);

  const data = join(folder, "data");
  const opened = { folder, data, user, programs, passwords };
  if (!existsSync(data)) await initialise(opened, log);
  const major = readFileSync(join(data, "PG_VERSION"), "utf8").trim();
  if (major !== programs.major) {
    throw new UserError(
      `${data} was written by PostgreSQL ${major}, but version ${programs.major} is installed.`,
    );
  }
  await clearLastRun(data, log);
  return opened;
}

/** Makes it PostgreSQL's, where that is another user than ourselves. */
export function giveTo(user: ProcessUser, path: string): void {
  if (user.uid !== undefined && user.gid !== undefined) chownSync(path, user.uid, user.gid);
}

/** Initialised under another name and renamed at the end, so that an interrupted run leaves nothing half-made. */
async function initialise(target: PostgresFolder, log: (line: string) => void): Promise<void> {
  log("creating the database folder");
  const { folder, data, user, programs, passwords } = target;
  const half = `${data}.new`;
  rmSync(half, { recursive: true, force: true });
  const passwordFile = join(folder, "password");
  writeFileSync(passwordFile, passwords.superuser, { mode: 0o600 });
  giveTo(user, passwordFile);
  try {
    const args = [
      `--pgdata=${half}`,
      `--username=${SUPERUSER}`,
      `--pwfile=${passwordFile}`,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      // Built in, so that no locale needs to be installed on the machine.
      "--locale-provider=builtin",
      "--locale=C.UTF-8",
      "--data-checksums",
    ];
    await run(programs.initdb, args, { ...user, cwd: folder, env: { PATH: "/usr/bin:/bin", LC_ALL: "C" } });
  } finally {
    rmSync(passwordFile, { force: true });
  }
  renameSync(half, data);
}

/**
 * A server killed by SIGKILL leaves `postmaster.pid`. PostgreSQL itself tells a stale one, unless its number belongs to
 * another program by now. A server that outlived its parent is stopped; one whose parent lives is somebody else's, and
 * this start is refused.
 */
async function clearLastRun(data: string, log: (line: string) => void): Promise<void> {
  const pidFile = join(data, "postmaster.pid");
  for (let waitedMs = 0; existsSync(pidFile); waitedMs += 100) {
    const [pidLine = "", ...rest] = readFileSync(pidFile, "utf8").split("\n");
    const pid = Number(pidLine);
    const command = commandOf(pid);
    if (command === null) return;
    if (!command.includes(data)) {
      // Not deleted: by what else it says, a new server notices sessions of the old one that still run. Our own
      // number stands for nobody, since PostgreSQL takes that of its parent for a left-over.
      writeFileSync(pidFile, [process.pid, ...rest].join("\n"));
      return;
    }
    const owner = Number(/cogni\.owner_pid=(\d+)/.exec(command)?.[1]);
    if (commandOf(owner) !== null) {
      throw new UserError(
        `The database folder ${data} is in use by process ${owner} (PostgreSQL: ${pid}). Stop it first.`,
      );
    }
    if (waitedMs === 0) {
      log(`stopping PostgreSQL ${pid}, which an earlier start left behind`);
      process.kill(pid, "SIGINT");
    }
    if (waitedMs > 20_000) throw new UserError(`PostgreSQL ${pid} of an earlier start does not stop.`);
    await sleep(100);
  }
}

/** A living process's command line, or null where there is none. */
function commandOf(pid: number): string | null {
  if (!Number.isInteger(pid) || pid <= 0) return null;
  try {
    if (process.platform !== "linux")
      return execFileSync("ps", ["-p", String(pid), "-o", "command="], { encoding: "utf8" });
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim() || null;
  } catch (error) {
    const gone =
      error instanceof Error && ("status" in error || ("code" in error && error.code === "ENOENT"));
    if (gone) return null;
    throw error;
  }
}

/** Whether `user` may pass every folder on the way, as far as the modes tell. */
function reachable(path: string, user: ProcessUser): boolean {
  if (user.uid === undefined) return true;
  for (let folder = path; ; folder = dirname(folder)) {
    const { mode, uid } = statSync(folder);
    if (!(uid === user.uid ? mode & 0o100 : mode & 0o001)) return false;
    if (folder === dirname(folder)) return true;
  }
}
