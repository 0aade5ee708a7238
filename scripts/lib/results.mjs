/** Sums up a run of the tests, so that nothing that went wrong hides behind a green line. */
import { existsSync, readFileSync } from "node:fs";

/** @typedef {{ passed: number, failed: number, skipped: number }} Total */

/**
 * Adds Vitest's JSON report to a total. A file that can't be loaded, an error outside any test and a run that broke
 * off count as one failure each, for the report knows of no test that failed then.
 * @param {string} path @param {number} exitCode Vitest's @param {Total} before @returns {Total}
 */
export function countTests(path, exitCode, before) {
  const report = existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : { testResults: [] };
  const tests = report.testResults.flatMap((file) => file.assertionResults.map(({ status }) => status));
  const brokenFiles = report.testResults.filter(
    (file) => file.status === "failed" && !file.assertionResults.some(({ status }) => status === "failed"),
  );
  const count = (...statuses) => tests.filter((status) => statuses.includes(status)).length;
  const failed = count("failed") + brokenFiles.length;
  return {
    passed: before.passed + count("passed"),
    failed: before.failed + (failed === 0 && exitCode !== 0 ? 1 : failed),
    skipped: before.skipped + count("pending", "skipped", "todo", "disabled"),
  };
}

/** @param {Total} total */
export function lastLine({ passed, failed, skipped }) {
  const note = skipped === 0 ? "" : `${skipped} skipped here (npm run test:long runs the long ones)\n`;
  return `${note}${passed} passed, ${failed} failed`;
}
