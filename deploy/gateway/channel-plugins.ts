/**
 * Installs the channel plugins that `config/channels.json` names into a gateway's state folder, before the gateway is
 * started on it; what is there in the right version is left alone. Which npm registry and cache it uses follows npm's own
 * settings. One that can't be installed is named and does not keep the others, or the gateway, from running.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

interface Plugin {
  readonly package: string;
  readonly version: string;
}

const root = new URL("../../", import.meta.url).pathname;
const state = process.env.OPENCLAW_STATE_DIR;
if (!state) throw new Error("OPENCLAW_STATE_DIR is missing");

const { channels } = JSON.parse(readFileSync(join(root, "config/channels.json"), "utf8")) as {
  channels: Record<string, { plugin?: Plugin; hidden?: boolean }>;
};
const failed: string[] = [];
for (const { plugin, hidden } of Object.values(channels)) {
  if (!plugin || hidden) continue;
  const spec = `${plugin.package}@${plugin.version}`;
  const present = installedVersion(state, plugin.package);
  if (present === plugin.version) continue;
  process.stdout.write(`Installing ${spec}\n`);
  // Only to replace another version: it would also silence the question whether an unknown package is to be trusted.
  const force = present === null ? [] : ["--force"];
  const { status } = spawnSync(
    process.execPath,
    [join(root, "node_modules/openclaw/openclaw.mjs"), "plugins", "install", `npm:${spec}`, ...force],
    { stdio: ["ignore", "inherit", "inherit"], env: { ...process.env, NO_COLOR: "1" } },
  );
  if (status !== 0) failed.push(spec);
}
if (failed.length > 0) {
  const which = failed.join(", ");
  process.stderr.write(
    `Not installed: ${which}. Their channels stay unavailable; the next start tries again.\n`,
  );
  process.exitCode = 1;
}

/** The gateway gives each plugin a folder of its own, in which npm installed it. */
function installedVersion(folder: string, name: string): string | null {
  const projects = join(folder, "npm", "projects");
  if (!existsSync(projects)) return null;
  const found = readdirSync(projects)
    .filter((project) => !project.startsWith("."))
    .map((project) => join(projects, project, "node_modules", name, "package.json"))
    .find((file) => existsSync(file));
  return found ? (JSON.parse(readFileSync(found, "utf8")) as { version: string }).version : null;
}
