/**
 * A program that we start and that must not outlive us, however we end. It gets a session of its own, so that Ctrl-C
 * in the terminal reaches us, who know the order in which to stop things, and not everything at once.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";

export interface Child {
  pid: number;
  /** Resolves when the program has ended, with its exit code, or null where a signal ended it. */
  exited: Promise<number | null>;
  /** Asks it to end (SIGTERM), and ends it (SIGKILL) after `graceMs`. Resolves once it is gone. */
  stop(graceMs: number): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
}

/** @param options.logFile what the program prints is added to it */
export function startChild(options: {
  command: [string, ...string[]];
  cwd: string;
  env: NodeJS.ProcessEnv;
  logFile: string;
}): Child {
  const [file, ...args] = options.command;
  const log = openSync(options.logFile, "a", 0o600);
  const child = spawn(file, args, {
    cwd: options.cwd,
    env: options.env,
    detached: true,
    stdio: ["ignore", log, log],
  });
  closeSync(log);
  const watchdog = watch(child);
  const exited = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => {
      watchdog.kill("SIGKILL");
      resolve(code);
    });
  });
  return {
    pid: child.pid ?? 0,
    exited,
    async stop(graceMs) {
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), graceMs);
      await exited;
      clearTimeout(timer);
    },
    async kill() {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

/** The last lines of a log, for an error message. */
export function tail(logFile: string, lines = 15): string {
  return readFileSync(logFile, "utf8").trimEnd().split("\n").slice(-lines).join("\n");
}

/** Ends the program once we are gone, by SIGKILL included: its input is a pipe from us, and ends with us. */
function watch(child: ChildProcess): ChildProcess {
  const script = 'cat >/dev/null; kill -TERM "$1" && sleep 10 && kill -KILL "$1"';
  const watchdog = spawn("/bin/sh", ["-c", script, "sh", String(child.pid)], {
    cwd: "/",
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  watchdog.unref();
  return watchdog;
}
