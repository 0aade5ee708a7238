/** Runs a command quietly, with a line of progress while it takes long, and turns its failure into plain words. */
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { diagnose, SetupError } from "./problems.mjs";

const HEARTBEAT_MS = 10_000;
const ENDING = ["SIGINT", "SIGTERM", "SIGHUP"];

/** @param {string} line */
export function say(line) {
  process.stdout.write(`${line}\n`);
}

/**
 * @param {string} what said in progress and errors, as in "installing packages"
 * @param {string[]} command
 * @param {{ cwd: string, env: NodeJS.ProcessEnv }} options
 * @throws {SetupError} with the cause where it is a known one, and the command's last words
 */
export async function runStep(what, command, options) {
  const started = Date.now();
  const elapsed = () => `${Math.round((Date.now() - started) / 1000)} s`;
  say(`${what} …`);
  const heartbeat = setInterval(() => say(`${what} … ${elapsed()}`), HEARTBEAT_MS);
  const { code, output } = await capture(command, options);
  clearInterval(heartbeat);
  if (code === 0) return say(`${what}: done (${elapsed()})`);
  if (code > 128) throw new SetupError(`${what}: interrupted. Starting again takes it up.`);
  throw new SetupError(`${what} failed: ${diagnose(output)}`, output);
}

/**
 * @param {string[]} command
 * @param {{ cwd: string, env: NodeJS.ProcessEnv }} options
 * @returns {Promise<{ code: number, output: string }>}
 */
async function capture([file, ...args], { cwd, env }) {
  const child = spawn(file, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8");
    stream.on("data", (text) => {
      output += text;
    });
  }
  const code = await ended(child).catch((error) => {
    output += error.message;
    return 1;
  });
  return { code, output };
}

/**
 * Runs a child on our terminal.
 * @param {string[]} command
 * @param {{ cwd: string, env: NodeJS.ProcessEnv }} options
 * @returns {Promise<number>} the exit code, 128 and more where a signal ended it, as shells count
 */
export function become([file, ...args], { cwd, env }) {
  return ended(spawn(file, args, { cwd, env, stdio: "inherit" }));
}

/**
 * Waits for a child's end, and passes on every signal meanwhile: we end when it has, and with its exit code. An npm
 * that was killed passes nothing on, so its end counts as a signal too.
 */
function ended(child) {
  const forward = (signal) => child.kill(signal);
  for (const signal of ENDING) process.on(signal, forward);
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (!process.env.npm_lifecycle_event || process.ppid === parent) return;
    clearInterval(watch);
    forward("SIGTERM");
  }, 500);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve(code ?? 128 + constants.signals[signal]));
  }).finally(() => {
    clearInterval(watch);
    for (const signal of ENDING) process.off(signal, forward);
  });
}
