/**
 * What failed in a run of the tests, with the beginning of why: CI keeps but the end of a long log. Vitest's JSON report has neither
 * the diff of a failure nor the errors of hooks, so this is a reporter of its own.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { stripVTControlCharacters } from "node:util";

const MAX_LINES = 12;
const MAX_WIDTH = 600;

/** Beside Vitest's JSON report. @param {string} report its path */
export const failuresBeside = (report) => join(dirname(report), "test-failures.json");

/** Vitest's reporter: writes `{ name, why }` of each failure, a file that can't be loaded and an error outside any test among them. */
export default class FailuresReporter {
  /** @param {import("vitest/node").Vitest} vitest */
  onInit({ config }) {
    this.root = config.root;
    this.path = failuresBeside(config.outputFile.json);
  }

  /**
   * @param {readonly import("vitest/node").TestModule[]} modules
   * @param {readonly import("vitest/node").SerializedError[]} errors
   */
  onTestRunEnd(modules, errors) {
    const failures = modules.flatMap((module) => {
      const told = (of, why) => ({ name: nameOf(of, this.root), why: beginningOf(why) });
      const around = [module, ...module.children.allSuites()].filter((of) => of.errors().length > 0);
      const tests = [...module.children.allTests("failed")];
      return [
        ...around.map((of) => told(of, of.errors())),
        ...tests.map((test) => told(test, test.result().errors)),
        ...(module.state() === "pending" ? [told(module, [{ message: "it broke off" }])] : []),
      ];
    });
    const outside = errors.map((error) => ({ name: "outside any test", why: beginningOf([error]) }));
    writeFileSync(this.path, JSON.stringify([...failures, ...outside]));
  }
}

/** `file › group › test`, as far down as it goes. */
function nameOf(of, root) {
  return of.type === "module" ? relative(root, of.moduleId) : `${nameOf(of.parent, root)} › ${of.name}`;
}

/** @typedef {{ message: string, diff?: string, cause?: Failure }} Failure */

/** @param {readonly Failure[]} errors */
function beginningOf(errors) {
  const lines = stripVTControlCharacters(errors.flatMap(textsOf).join("\n"))
    .split("\n")
    .filter((line) => line.trim() !== "");
  const shown = lines.slice(0, MAX_LINES).map((line) => line.slice(0, MAX_WIDTH));
  return lines.length > MAX_LINES ? [...shown, "…"] : shown;
}

/** @param {Failure} error @returns {string[]} */
function textsOf({ message, diff, cause }) {
  return [message, diff ?? "", ...(cause?.message ? textsOf(cause) : [])];
}

/**
 * Each as a line `FAILED: file › group › name` with the beginning of why below it, indented.
 * @param {string} path what the reporter wrote; nothing failed where it wrote nothing @returns {string[]}
 */
export function failuresIn(path) {
  const failures = existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : [];
  return failures.map(({ name, why }) => [`FAILED: ${name}`, ...why.map((line) => `    ${line}`)].join("\n"));
}
