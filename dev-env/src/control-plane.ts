/** The control plane as an operator runs it: a process, started again when it falls over. */
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Child, startChild, tail } from "./child.ts";

export const CHECKOUT = join(import.meta.dirname, "..", "..");

export interface ControlPlane {
  /** Orderly: answers what is under way first. */
  stop(): Promise<void>;
  /** SIGKILL; it is started again at once, as after a crash. */
  crash(): Promise<void>;
  /** Of the process that serves now. */
  pid(): number;
}

/** docs/decisions/0009-small-heap.md */
const HEAP_FLAGS = ["--max-semi-space-size=4", "--max-old-space-size=512"];
/** Longer than SHUTDOWN_SECONDS. */
const STOP_MS = 30_000;
const LISTEN_MS = 30_000;

/**
 * Resolves once it listens. Throws, with the end of its log, if it ends before that: a wrong setting, a taken port.
 * @param options.env its whole environment, every setting included
 * @param options.url where it will listen
 */
export async function startControlPlane(options: {
  env: NodeJS.ProcessEnv;
  url: string;
  logFile: string;
  log: (line: string) => void;
  signal: AbortSignal;
}): Promise<ControlPlane> {
  const { env, url, logFile, log, signal } = options;
  let stopping = false;
  const launch = (): Child => {
    // So that the end of the log is never that of an earlier start.
    appendFileSync(logFile, `--- started ${new Date().toISOString()}\n`, { mode: 0o600 });
    return startChild({
      // As in deploy/compose.yaml, so that what is measured here holds there.
      command: [process.execPath, ...HEAP_FLAGS, join(CHECKOUT, "server", "bin", "serve.ts")],
      cwd: CHECKOUT,
      env,
      logFile,
    });
  };
  let child = launch();
  await listening(child, url, logFile, signal);

  const keptRunning = (async () => {
    for (let waitMs = 250; ; waitMs = Math.min(waitMs * 2, 10_000)) {
      const startedAt = Date.now();
      const code = await child.exited;
      if (stopping) return;
      if (Date.now() - startedAt > 60_000) waitMs = 250;
      log(
        `The control plane ended unexpectedly (${code ?? "by a signal"}; see ${logFile}); starting it again`,
      );
      await sleep(waitMs);
      if (stopping) return;
      child = launch();
    }
  })();

  return {
    async stop() {
      stopping = true;
      await child.stop(STOP_MS);
      await keptRunning;
    },
    crash: () => child.kill(),
    pid: () => child.pid,
  };
}

async function listening(child: Child, url: string, logFile: string, signal: AbortSignal): Promise<void> {
  const deadline = Date.now() + LISTEN_MS;
  let ended = false;
  void child.exited.then(() => {
    ended = true;
  });
  while (!(await answers(`${url}/healthz`))) {
    if (!ended && !signal.aborted && Date.now() < deadline) {
      await sleep(50);
      continue;
    }
    await child.kill();
    const lines = tail(logFile).split("\n");
    const ownLines = lines.slice(lines.findLastIndex((line) => line.startsWith("--- started")) + 1);
    throw new Error(
      `The control plane did not start. Its log (${logFile}) ends with:\n${ownLines.join("\n")}`,
    );
  }
}

/** Does anyone answer there with a 200? */
export async function answers(url: string): Promise<boolean> {
  return fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
    (response) => response.ok,
    // Not listening yet is what is asked here.
    () => false,
  );
}
