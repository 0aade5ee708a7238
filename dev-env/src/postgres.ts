/**
 * The real PostgreSQL, embedded: what development and the tests run on when no database of one's own is named. It
 * listens on loopback TCP only, is started again if it dies, and does not outlive the process that started it.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { freePort, UserError } from "./ports.ts";
import { giveTo, openFolder, type PostgresFolder, SUPERUSER } from "./postgres-folder.ts";

export const DATABASE = "cogni";
const ROLES = { owner: "cogni_owner", api: "cogni_api", service: "cogni_service" } as const;

export interface PostgresOptions {
  /** The folder of the database; its passwords stand beside it, in `<dataDir>.json`. */
  readonly dataDir: string;
  /** A free one by default. */
  readonly port?: number;
  /** Server settings (`-c`) beyond our own. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Told in a sentence what is going on. */
  readonly log: (line: string) => void;
}

export interface Postgres {
  /** Owns the database and its tables; for migrations. */
  readonly ownerUrl: string;
  readonly apiUrl: string;
  readonly serviceUrl: string;
  /** The cluster's superuser, for tests that make databases. */
  readonly superuserUrl: string;
  readonly port: number;
  readonly logFile: string;
  /** Ends sessions, writes everything down, resolves once the process is gone. */
  stop(): Promise<void>;
  /** SIGKILL, nothing written down; it stays down. A session may live on for a moment until it notices. */
  kill(): Promise<void>;
}

/**
 * Starts PostgreSQL on `dataDir`, creating it on the first start (about 1 s; later 0.1 s).
 * Throws when the port is taken, the folder is in use, or the server does not come up within 30 s.
 */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const { log } = options;
  const folder = await openFolder(resolve(options.dataDir), log);
  const logFile = join(folder.folder, "postgres.log");
  const port = options.port ?? (await freePort());
  const url = (user: string, password: string, database = DATABASE) =>
    `postgresql://${user}:${password}@127.0.0.1:${port}/${database}`;
  const superuserUrl = url(SUPERUSER, folder.passwords.superuser, "postgres");

  /** What to end the server with, once it is to end. */
  let ending: NodeJS.Signals | null = null;
  const bringUp = () => launchUntilReady(folder, port, logFile, options.settings ?? {}, superuserUrl);
  let server = await bringUp();
  await makeRoles(superuserUrl, folder.passwords);
  log(`PostgreSQL ${folder.programs.major} is ready on port ${port}`);

  const keepRunning = async (): Promise<void> => {
    for (let waitMs = 100; ; waitMs = Math.min(waitMs * 2, 5000)) {
      await server.exited;
      if (ending) return;
      log(`PostgreSQL ended unexpectedly (see ${logFile}); starting it again`);
      await sleep(waitMs);
      if (ending) return;
      try {
        server = await bringUp();
        waitMs = 50;
        // Told to end while this one came up: the signal went to the dead one.
        if (ending) await endServer(server, ending);
      } catch (error) {
        log(`PostgreSQL did not start: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  };
  const kept = keepRunning();

  const end = async (signal: NodeJS.Signals): Promise<void> => {
    ending = signal;
    await endServer(server, signal);
    await kept;
  };
  return {
    ownerUrl: url(ROLES.owner, folder.passwords.owner),
    apiUrl: url(ROLES.api, folder.passwords.api),
    serviceUrl: url(ROLES.service, folder.passwords.service),
    superuserUrl,
    port,
    logFile,
    // SIGINT is PostgreSQL's "fast" stop: open transactions are rolled back, then an orderly end.
    stop: () => end("SIGINT"),
    kill: () => end("SIGKILL"),
  };
}

/** Resolves once it is gone; what does not go within 15 s is killed. */
async function endServer(server: Server, signal: NodeJS.Signals): Promise<void> {
  server.process.ref();
  server.process.kill(signal);
  const gone = await Promise.race([server.exited.then(() => true), sleep(15_000, false, { ref: false })]);
  if (!gone) server.process.kill("SIGKILL");
  await server.exited;
}

interface Server {
  readonly process: ChildProcess;
  /** Where in the log file this run begins. */
  readonly logStart: number;
  readonly exited: Promise<void>;
}

function launch(
  folder: PostgresFolder,
  port: number,
  logFile: string,
  extra: Readonly<Record<string, string>>,
): Server {
  const settings = {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    // Read back by the next start, to tell a server left behind from one in use.
    "cogni.owner_pid": String(process.pid),
    jit: "off",
    log_checkpoints: "off",
    ...extra,
  };
  const args = ["-D", folder.data, "-p", String(port)];
  for (const [name, value] of Object.entries(settings)) args.push("-c", `${name}=${value}`);
  const output = openSync(logFile, "a", 0o600);
  const logStart = fstatSync(output).size;
  giveTo(folder.user, logFile);
  // A session of its own: Ctrl-C in the terminal must reach us, who stop it last, and not the database first.
  const child = spawn(folder.programs.postgres, args, {
    ...folder.user,
    cwd: folder.folder,
    env: { PATH: "/usr/bin:/bin", LC_ALL: "C" },
    detached: true,
    stdio: ["ignore", output, output],
  });
  closeSync(output);
  child.unref();
  const watchdog = watch(child, folder);
  const exited = new Promise<void>((done) => {
    child.once("error", () => done());
    child.once("exit", () => done());
  }).then(() => void watchdog.kill("SIGKILL"));
  return { process: child, logStart, exited };
}

/** Ends the server when we end, SIGKILL included: its input is a pipe from us, which closes when we are gone. */
function watch(child: ChildProcess, folder: PostgresFolder): ChildProcess {
  const watchdog = spawn("/bin/sh", ["-c", 'cat >/dev/null; kill -INT "$1"', "sh", String(child.pid)], {
    ...folder.user,
    cwd: "/",
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  watchdog.unref();
  if (watchdog.stdin && "unref" in watchdog.stdin && typeof watchdog.stdin.unref === "function")
    watchdog.stdin.unref();
  return watchdog;
}

/** What the sessions of a killed server still hold, they hold for a moment; until then a new one refuses to start. */
const STILL_IN_USE = /pre-existing shared memory block .* is still in use/;

async function launchUntilReady(
  folder: PostgresFolder,
  port: number,
  logFile: string,
  settings: Readonly<Record<string, string>>,
  url: string,
): Promise<Server> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const server = launch(folder, port, logFile, settings);
    if (await ready(server, url, deadline)) return server;
    server.process.kill("SIGKILL");
    await server.exited;
    const said = readFileSync(logFile).subarray(server.logStart).toString("utf8").trim();
    if (said.includes("Address already in use"))
      throw new UserError(`Port ${port} is in use by another program.`);
    if (!STILL_IN_USE.test(said) || Date.now() > deadline) {
      const tail = said.split("\n").slice(-5).join("\n");
      throw new UserError(`PostgreSQL did not come up; its log (${logFile}) ends with:\n${tail}`);
    }
    await sleep(200);
  }
}

/** False: the server ended, or the time is over. */
async function ready(server: Server, url: string, deadline: number): Promise<boolean> {
  let gone = false;
  void server.exited.then(() => {
    gone = true;
  });
  while (!gone && Date.now() < deadline) {
    if ((await answers(url)) && !gone) return true;
    await sleep(20);
  }
  return false;
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  // Without a listener a connection cut at the wrong moment would end the process.
  client.on("error", () => undefined);
  return client
    .connect()
    .then(
      () => true,
      // Not up yet is what is asked here.
      () => false,
    )
    .finally(() => client.end());
}

/** Makes the three roles and the database where they are missing, so that a start cut short is completed by the next. */
async function makeRoles(superuserUrl: string, passwords: PostgresFolder["passwords"]): Promise<void> {
  const client = new pg.Client({ connectionString: superuserUrl });
  await client.connect();
  try {
    for (const [key, role] of Object.entries(ROLES) as [keyof typeof ROLES, string][]) {
      const exists = await client.query("SELECT FROM pg_roles WHERE rolname = $1", [role]);
      if (exists.rowCount) continue;
      await client.query(`CREATE ROLE ${role} LOGIN PASSWORD ${client.escapeLiteral(passwords[key])}`);
    }
    const exists = await client.query("SELECT FROM pg_database WHERE datname = $1", [DATABASE]);
    if (!exists.rowCount) await client.query(`CREATE DATABASE ${DATABASE} OWNER ${ROLES.owner}`);
  } finally {
    await client.end();
  }
}
