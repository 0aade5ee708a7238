/** Knows whether a step's work is still good, so that a second start does nothing twice. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

/**
 * One hash over files and folders: names and contents, in a stable order. What is missing counts as empty.
 * @param {string} root
 * @param {string[]} paths relative to root
 * @param {(path: string) => boolean} [skip] by relative path
 */
export function hashOf(root, paths, skip = () => false) {
  const hash = createHash("sha256");
  for (const path of paths.flatMap((one) => filesUnder(root, one, skip)).sort()) {
    const content = readFileSync(join(root, path));
    hash.update(`${path}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex");
}

/** @returns {string[]} */
function filesUnder(root, path, skip) {
  const full = join(root, path);
  if (!existsSync(full) || skip(path)) return [];
  // A file has no entries, and saying so is cheaper than a stat for each.
  let entries;
  try {
    entries = readdirSync(full, { withFileTypes: true });
  } catch (error) {
    if (error.code === "ENOTDIR") return [path];
    throw error;
  }
  return entries.flatMap((entry) => filesUnder(root, relative(root, join(full, entry.name)), skip));
}

/**
 * Does node_modules hold what package-lock.json asks for? npm writes its own lockfile into node_modules last, so an
 * interrupted installation has none. Optional packages may be missing: most are for other machines.
 * @param {string} root
 */
export function isInstalled(root) {
  const wanted = readLock(join(root, "package-lock.json"));
  const found = readLock(join(root, "node_modules", ".package-lock.json"));
  if (!wanted || !found) return false;
  return Object.entries(wanted).every(([path, { version, link, optional, devOptional, peer }]) => {
    if (!path.includes("node_modules/") || link) return true;
    const have = found[path];
    return have ? have.version === version : Boolean(optional || devOptional || peer);
  });
}

/** @returns {Record<string, { version?: string, link?: boolean, optional?: boolean, devOptional?: boolean, peer?: boolean }> | null} */
function readLock(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")).packages : null;
}

/** @param {string} path */
export function readStamp(path) {
  return existsSync(path) ? readFileSync(path, "utf8") : null;
}
