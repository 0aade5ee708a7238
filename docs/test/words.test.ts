/** What the pages point at has to be there: files, headings, commands. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import packageJson from "../../package.json" with { type: "json" };

const root = new URL("../../", import.meta.url);
const inFolder = (folder: string) =>
  readdirSync(new URL(folder, root))
    .filter((name) => name.endsWith(".md"))
    .map((name) => folder + name);
const pages = ["", "docs/", "docs/decisions/", "docs/operations/", "config/", "deploy/", "bench/"].flatMap(
  inFolder,
);
const read = (path: string | URL) => readFileSync(new URL(path, root), "utf8");

/** A heading as its address: lower case, without punctuation, hyphens for spaces. */
function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

test.each(pages)("every link in %s leads somewhere", (page) => {
  for (const [, target = ""] of read(page).matchAll(/\]\(([^)]+)\)/g)) {
    if (/^https?:/.test(target)) continue;
    const [path = "", anchor] = target.split("#");
    const file = path === "" ? new URL(page, root) : new URL(path, new URL(page, root));
    expect(existsSync(file), target).toBe(true);
    if (anchor !== undefined) expect(anchorsOf(read(file)), target).toContain(anchor);
  }
});

test.each(pages)("every script that %s names exists", (page) => {
  const named = [...read(page).matchAll(/npm run ([a-z:-]+)/g)].map(([, name]) => name);
  const known = Object.keys(packageJson.scripts);
  expect(known).toEqual(expect.arrayContaining(named));
});

test("every operator's command that a page names exists", () => {
  const ops = fileURLToPath(new URL("server/bin/ops.ts", root));
  const help = execFileSync(process.execPath, [ops, "--help"], { encoding: "utf8" });
  const named = pages.flatMap((page) =>
    [...read(page).matchAll(/(?:npm run ops --|ops\.ts|`ops) ([a-z]+(?: [a-z]+)?)/g)].map(
      ([, words = ""]) => words,
    ),
  );
  expect(named.length).toBeGreaterThan(0);
  const unknown = named.filter((words) => {
    const [first = ""] = words.split(" ");
    return !help.includes(`\n  ${words}`) && !(first === words && help.includes(`\n  ${first} `));
  });
  expect(unknown).toEqual([]);
});
