/** A tenant's files in the gateway's state folder. Nothing outside of it is touched: no link is followed. */
import { copyFile, readdir, readFile, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** Code, and what others keep in great number: nothing there is called after an agent or an account. */
const NOT_LOOKED_INTO = new Set(["node_modules", "npm", "extensions", "plugin-captures"]);
/** Deeper than any folder of accounts lies. */
const DEPTH = 5;

/**
 * Removes every file and folder that is called after the agent, who has the same name as the tenant's accounts.
 * @param agentId of the known form, which is no path
 * @returns how many were removed
 */
export async function eraseFiles(folder: string, agentId: string, depth = DEPTH): Promise<number> {
  let erased = 0;
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (isCalledAfter(entry.name, agentId)) {
      // Of a link, the link itself.
      await rm(path, { recursive: true, force: true });
      erased += 1;
    } else if (entry.isDirectory() && depth > 1 && !NOT_LOOKED_INTO.has(entry.name)) {
      erased += await eraseFiles(path, agentId, depth - 1);
    }
  }
  return erased;
}

/** No id has a dot, so that none is the beginning of another's name here. */
export function isCalledAfter(name: string, agentId: string): boolean {
  return name === agentId || name === `workspace-${agentId}` || name.startsWith(`${agentId}.`);
}

/**
 * The gateway keeps copies of earlier configs beside the config, to go back to. Those that name the agent become copies of
 * the present one, which does not.
 * @returns how many did
 */
export async function eraseFromBackups(config: string, agentId: string): Promise<number> {
  const folder = dirname(config);
  const copies = (await readdir(folder, { withFileTypes: true })).filter(
    (entry) => entry.isFile() && entry.name.startsWith(`${basename(config)}.`),
  );
  let erased = 0;
  for (const { name } of copies) {
    const copy = join(folder, name);
    if (!mentions(await readFile(copy, "utf8"), agentId)) continue;
    const fresh = `${copy}.cogni`;
    await copyFile(config, fresh);
    await rename(fresh, copy);
    erased += 1;
  }
  return erased;
}

/** Whether a text names the agent, and not one whose id only begins or ends as this one's. */
export function mentions(text: string, agentId: string): boolean {
  for (let at = text.indexOf(agentId); at >= 0; at = text.indexOf(agentId, at + 1)) {
    const around = [text[at - 1] ?? " ", text[at + agentId.length] ?? " "];
    if (around.every((character) => !/[a-z0-9_-]/.test(character))) return true;
  }
  return false;
}
