/**
 * Fails when code depends in a direction that .dependency-cruiser.cjs forbids. Reads TypeScript as best it can without
 * a compiler's API (TypeScript 7 has none yet), so it also proves that no import of ours escaped it.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { cruise } from "dependency-cruiser";
import rules from "../.dependency-cruiser.cjs";

const ROOMS = ["contract", "server", "console", "plugins", "dev-env", "bench"];
const IMPORTS = /^\s*(?:import|export)\b(\s+type\b)?(?:[^;"=]*\bfrom)?\s*"([^"]+)"/gm;
const OURS = /^(\.(?!.*node_modules)|@cogni\/)/;

/**
 * @param {string} baseDir
 * @param {string[]} rooms folders in it
 * @returns {Promise<{ files: number, problems: string[] }>} a line for each forbidden import and each unseen one
 */
export async function checkImports(baseDir, rooms = ROOMS) {
  const { options, ...ruleSet } = rules;
  const { output } = await cruise(
    rooms,
    { ...options, ruleSet, baseDir, validate: true },
    undefined,
    undefined,
  );
  const ownFiles = output.modules.filter(
    ({ source, couldNotResolve }) => !couldNotResolve && /^(?!.*node_modules).*\.tsx?$/.test(source),
  );
  const written = new Map(ownFiles.map(({ source }) => [source, importsOf(join(baseDir, source))]));
  const comments = new Map(rules.forbidden.map(({ name, comment }) => [name, comment]));
  const forbidden = output.summary.violations
    .filter(({ from, cycle }) => !cycle || isLasting(from, cycle, output.modules, written))
    .map(
      ({ from, to, rule, cycle }) =>
        `${from} → ${cycle ? cycle.map((step) => step.name).join(" → ") : to}\n    ${rule.name}: ${comments.get(rule.name)}`,
    );
  const unseen = ownFiles.flatMap(({ source, dependencies }) => {
    const seen = new Set(dependencies.map(({ module }) => module));
    return written
      .get(source)
      .filter(({ specifier }) => OURS.test(specifier) && !seen.has(specifier))
      .map(({ specifier }) => `${source} → ${specifier}\n    unseen: the check can't read this import`);
  });
  return { files: ownFiles.length, problems: [...forbidden, ...unseen] };
}

/** @param {string} path */
function importsOf(path) {
  const found = readFileSync(path, "utf8").matchAll(IMPORTS);
  return [...found].map(([, type, specifier]) => ({ specifier, isType: type !== undefined }));
}

/** A circle in which one step needs types alone is none at run time. */
function isLasting(from, cycle, modules, written) {
  const steps = [from, ...cycle.map(({ name }) => name)];
  return steps.slice(1).every((to, index) => {
    const { source, dependencies } = modules.find((module) => module.source === steps[index]);
    const specifiers = dependencies.filter(({ resolved }) => resolved === to).map(({ module }) => module);
    return (written.get(source) ?? []).some(
      ({ specifier, isType }) => !isType && specifiers.includes(specifier),
    );
  });
}

if (process.argv[1] === import.meta.filename) {
  const { files, problems } = await checkImports(join(import.meta.dirname, ".."));
  for (const problem of problems) console.error(problem);
  console.log(`Import directions: ${files} files, ${problems.length} problems`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
