/** The directions of ARCHITECTURE.md are enforced, not a custom: each forbidden import fails the check by its rule. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { checkImports } from "../check-imports.mjs";

const checkout = join(import.meta.dirname, "..", "..");
let folder: string | undefined;

afterEach(() => {
  if (folder) rmSync(folder, { recursive: true });
  folder = undefined;
});

/** Checks a tree in which every file holds the one import that it is given, or none. */
async function check(files: Record<string, string>): Promise<string[]> {
  mkdirSync(join(checkout, ".data"), { recursive: true });
  folder = mkdtempSync(join(checkout, ".data", "imports-"));
  for (const [path, target] of Object.entries(files)) {
    const [specifier, type = ""] = target.split(" ").reverse();
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(
      join(folder, path),
      target === "" ? "export {};\n" : `import ${type} {} from "${specifier}";\n`,
    );
  }
  const rooms = [...new Set(Object.keys(files).map((path) => path.split("/")[0] ?? ""))];
  return (await checkImports(folder, rooms)).problems;
}

test.each([
  ["contract-stands-alone", "contract/src/a.ts", "../../server/src/b.ts", "server/src/b.ts"],
  ["rooms-meet-in-the-contract", "console/src/a.tsx", "../../server/src/b.ts", "server/src/b.ts"],
  [
    "rooms-meet-in-the-contract",
    "server/src/a.ts",
    "../../plugins/cogni-bridge/b.ts",
    "plugins/cogni-bridge/b.ts",
  ],
  ["rooms-meet-in-the-contract", "plugins/try-it/a.ts", "../cogni-bridge/b.ts", "plugins/cogni-bridge/b.ts"],
  ["dev-env-is-for-tests", "server/src/a.ts", "../../dev-env/src/b.ts", "dev-env/src/b.ts"],
  ["dev-env-starts-the-server", "dev-env/src/a.ts", "../../server/src/b.ts", "server/src/b.ts"],
  [
    "http-and-loops-meet-in-the-database",
    "server/src/http/a.ts",
    "../reconcile/b.ts",
    "server/src/reconcile/b.ts",
  ],
  [
    "http-and-loops-meet-in-the-database",
    "server/src/reconcile/a.ts",
    "../http/b.ts",
    "server/src/http/b.ts",
  ],
  ["rules-know-no-entrance", "server/src/channels/a.ts", "../reconcile/b.ts", "server/src/reconcile/b.ts"],
  ["foundations-know-no-rules", "server/src/db/a.ts", "../channels/b.ts", "server/src/channels/b.ts"],
  ["foundations-stand-apart", "server/src/db/a.ts", "../vault/b.ts", "server/src/vault/b.ts"],
  ["vault-knows-no-gateway", "server/src/vault/a.ts", "../gateway/b.ts", "server/src/gateway/b.ts"],
  ["no-missing-modules", "server/src/a.ts", "./nowhere.ts", "server/src/b.ts"],
])("%s: %s may not import %s", async (rule, from, specifier, target) => {
  const problems = await check({ [from]: specifier, [target]: "" });
  expect(problems).toEqual([expect.stringContaining(rule)]);
});

test("files may not import each other in a circle", async () => {
  const problems = await check({ "server/src/a.ts": "./b.ts", "server/src/b.ts": "./a.ts" });
  expect(problems).toContainEqual(expect.stringContaining("no-circles"));
});

test("a circle of which one step needs types alone is none", async () => {
  const problems = await check({ "server/src/a.ts": "./b.ts", "server/src/b.ts": "type ./a.ts" });
  expect(problems).toEqual([]);
});

test("what the architecture allows passes", async () => {
  const problems = await check({
    "server/src/http/a.ts": "../channels/b.ts",
    "server/src/channels/b.ts": "../db/c.ts",
    "server/src/db/c.ts": "../../../contract/src/d.ts",
    "contract/src/d.ts": "",
    "server/test/e.test.ts": "../../dev-env/src/f.ts",
    "dev-env/src/f.ts": "../../contract/src/d.ts",
  });
  expect(problems).toEqual([]);
});
