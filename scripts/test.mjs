/**
 * `npm test`: sets the checkout up, then runs every check and every test, whatever fails before. Its last line is
 * `N passed, N failed`, each static check counted as one test. `npm test -- writer` runs the tests of matching files only.
 */
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { failuresBeside, failuresIn } from "./lib/failures.mjs";
import { giveUp } from "./lib/problems.mjs";
import { countTests, lastLine } from "./lib/results.mjs";
import { become, say } from "./lib/run.mjs";
import { root, setup } from "./setup.mjs";

const CHECKS = {
  "lint and format": ["@biomejs/biome/bin/biome", "check", "--error-on-warnings"],
  types: ["typescript/bin/tsc", "-p", "."],
  "types of the console": ["typescript/bin/tsc", "-p", "console"],
  "import directions": ["../scripts/check-imports.mjs"],
};

/** One after the other, each gone before the next: two gateways at most run at any time, on two cores. */
const PARTS = [["server", "rooms"], ["world"], ["own world"]];

const flags = new Set(["--checks-only", "--long"]);
const filters = process.argv.slice(2).filter((arg) => !flags.has(arg));
const checksOnly = process.argv.includes("--checks-only");

try {
  const { node, env } = await setup();
  const inRoot = {
    cwd: root,
    env: { ...env, ...(process.argv.includes("--long") && { COGNI_LONG_TESTS: "1" }) },
  };
  const bin = (path) => join(root, "node_modules", path);
  let total = { passed: 0, failed: 0, skipped: 0 };
  if (filters.length === 0) {
    for (const [name, [script, ...args]] of Object.entries(CHECKS)) {
      const ok = (await become([node, bin(script), ...args], inRoot)) === 0;
      say(`${ok ? "passed" : "FAILED"}: ${name}`);
      total[ok ? "passed" : "failed"] += 1;
    }
  }
  if (!checksOnly) {
    const report = join(root, ".data", "test-results.json");
    mkdirSync(join(root, ".data"), { recursive: true });
    const options = [
      "--passWithNoTests",
      "--reporter=default",
      "--reporter=json",
      `--reporter=${join(root, "scripts", "lib", "failures.mjs")}`,
      `--outputFile.json=${report}`,
    ];
    const failed = [];
    for (const part of PARTS) {
      for (const path of [report, failuresBeside(report)]) rmSync(path, { force: true });
      const projects = part.map((name) => `--project=${name}`);
      const vitest = [node, bin("vitest/vitest.mjs"), "run", ...options, ...projects, ...filters];
      const exitCode = await become(vitest, inRoot);
      total = countTests(report, exitCode, total);
      failed.push(...failuresIn(failuresBeside(report)));
      if (exitCode !== 0 && !existsSync(report)) failed.push(`FAILED: ${part.join(" and ")}: it broke off`);
    }
    for (const failure of failed) say(failure);
    if (total.passed + total.failed + total.skipped === 0) {
      say(`No test's file matches ${filters.join(" ")}`);
      total.failed = 1;
    }
  }
  say(lastLine(total));
  process.exitCode = total.failed === 0 ? 0 : 1;
} catch (error) {
  giveUp(error);
}
