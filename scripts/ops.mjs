/**
 * `npm run ops -- …`: the operator's command line, with the settings of the environment. In development, where
 * `npm start` has worked them out, with those it left in its data folder; what the environment says wins.
 */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { become } from "./lib/run.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const installed = join(root, "node_modules", ".bin", "node");
const node = existsSync(installed) ? installed : process.execPath;

const kept = resolve(root, process.env.DATA_DIR || ".data", "settings.json");
const inDevelopment = process.env.COGNI_ENV !== "production" && !process.env.DATABASE_URL && existsSync(kept);
const env = { ...(inDevelopment && JSON.parse(readFileSync(kept, "utf8"))), ...process.env };

process.exitCode = await become([node, join(root, "server", "bin", "ops.ts"), ...process.argv.slice(2)], {
  cwd: root,
  env,
});
