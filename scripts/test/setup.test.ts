/** A second start does nothing twice, an interrupted one is taken up, and what can't work is said in plain words. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { checkMachine, diagnose } from "../lib/problems.mjs";
import { countTests, lastLine } from "../lib/results.mjs";
import { hashOf, isInstalled } from "../lib/stamps.mjs";

let root: string;

beforeEach(() => {
  const data = join(import.meta.dirname, "..", "..", ".data");
  mkdirSync(data, { recursive: true });
  root = mkdtempSync(join(data, "setup-"));
});
afterEach(() => rmSync(root, { recursive: true }));

function write(path: string, content: unknown): void {
  mkdirSync(join(root, path, ".."), { recursive: true });
  writeFileSync(join(root, path), typeof content === "string" ? content : JSON.stringify(content));
}

describe("packages count as installed", () => {
  const lock = {
    packages: {
      "": {},
      console: {},
      "node_modules/@ours/console": { link: true },
      "node_modules/a": { version: "1.0.0" },
      "node_modules/for-another-machine": { version: "1.0.0", optional: true },
    },
  };

  test("only when npm finished: its own lockfile is the last thing it writes", () => {
    write("package-lock.json", lock);
    expect(isInstalled(root)).toBe(false);
    write("node_modules/.package-lock.json", { packages: { "node_modules/a": { version: "1.0.0" } } });
    expect(isInstalled(root)).toBe(true);
  });

  test("only at the versions that the lockfile asks for", () => {
    write("package-lock.json", lock);
    write("node_modules/.package-lock.json", { packages: { "node_modules/a": { version: "0.9.0" } } });
    expect(isInstalled(root)).toBe(false);
  });
});

test("a hash changes with a file's content and name, and not with what is skipped", () => {
  write("console/a.ts", "one");
  write("console/.next/b.js", "two");
  const skip = (path: string) => path.startsWith("console/.next");
  const before = hashOf(root, ["console", "missing"], skip);
  write("console/.next/b.js", "three");
  expect(hashOf(root, ["console", "missing"], skip)).toBe(before);
  write("console/c.ts", "");
  expect(hashOf(root, ["console", "missing"], skip)).not.toBe(before);
});

const machine = { version: "20.20.2", platform: "linux", arch: "x64", musl: false, hasOwnNode: false };

test.each([
  [{ version: "18.19.0" }, "Node 20 or later is needed"],
  [{ platform: "win32" }, "WSL2"],
  [{ arch: "ppc64" }, "isn't supported"],
  [{ musl: true }, "glibc"],
  [{ platform: "darwin" }, "install Node 24.16"],
])("a machine that can't run this is refused before anything is downloaded: %o", (difference, message) => {
  expect(() => checkMachine({ ...machine, ...difference })).toThrow(message);
});

test("a machine with Node 20 and npm is enough", () => {
  expect(() => checkMachine(machine)).not.toThrow();
});

test.each([
  ["npm error code ENOTFOUND", "can't be reached"],
  ["npm error ENOSPC: no space left on device, write", "disk is full"],
  ["npm error code EACCES", "isn't writable"],
  ["something nobody has seen", "last lines above"],
])("a failed installation says why: %s", (output, message) => {
  expect(diagnose(output)).toContain(message);
});

describe("the last line of a test run", () => {
  const none = { passed: 0, failed: 0, skipped: 0 };
  const report = (...files: { status: string; tests: string[] }[]) => {
    const testResults = files.map(({ status, tests }) => ({
      status,
      name: join(root, "room", "a.test.ts"),
      assertionResults: tests.map((one) => ({ status: one, fullName: `it ${one}` })),
    }));
    write("report.json", { testResults });
    return join(root, "report.json");
  };

  test("sums up what passed and failed, static checks included", () => {
    const path = report({ status: "failed", tests: ["passed", "failed", "pending"] });
    const total = countTests(path, 1, { passed: 4, failed: 1, skipped: 0 });
    expect(total).toEqual({ passed: 5, failed: 2, skipped: 1 });
    expect(lastLine(total).split("\n").at(-1)).toBe("5 passed, 2 failed");
  });

  test("a file that can't be loaded is a failure", () => {
    const path = report({ status: "failed", tests: [] }, { status: "passed", tests: ["passed"] });
    expect(countTests(path, 1, none)).toEqual({ passed: 1, failed: 1, skipped: 0 });
  });

  test("a run that broke off, or failed outside any test, is a failure", () => {
    expect(countTests(join(root, "none.json"), 139, none).failed).toBe(1);
    expect(countTests(report({ status: "passed", tests: ["passed"] }), 1, none).failed).toBe(1);
  });
});
