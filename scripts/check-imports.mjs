/**
 * Fails when code depends in a direction that .dependency-cruiser.cjs forbids. Reads TypeScript as best it can without
 * a compiler's API (TypeScript 7 has none yet), so it also proves that no import of ours escaped it.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { cruise } from "dependency-cruiser";
import rules from "../.dependency-cruiser.cjs";

const ROOMS = ["contract", "server", "console", "plugins", "dev-env", "bench"];
const OURS = /^\s*(?:import|export)\b[^;"]*"(\.(?!.*node_modules)[^"]+|@cogni\/[^"]+)"/gm;

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
  const comments = new Map(rules.forbidden.map(({ name, comment }) => [name, comment]));
  const forbidden = output.summary.violations.map(
    ({ from, to, rule, cycle }) =>
      `${from} → ${cycle ? cycle.map((step) => step.name).join(" → ") : to}\n    ${rule.name}: ${comments.get(rule.name)}`,
  );
  const ownFiles = output.modules.filter(
    ({ source, couldNotResolve }) => !couldNotResolve && /^(?!.*node_modules).*\.tsx?$/.test(source),
  );
  const unseen = ownFiles.flatMap(({ source, dependencies }) => {
    const seen = new Set(dependencies.map(({ module }) => module));
    return [...readFileSync(join(baseDir, source), "utf8").matchAll(OURS)]
      .filter(([, specifier]) => !seen.has(specifier))
      .map(([, specifier]) => `${source} → ${specifier}\n    unseen: the check can't read this import`);
  });
  return { files: ownFiles.length, problems: [...forbidden, ...unseen] };
}

if (process.argv[1] === import.meta.filename) {
  const { files, problems } = await checkImports(join(import.meta.dirname, ".."));
  for (const problem of problems) console.error(problem);
  console.log(`Import directions: ${files} files, ${problems.length} problems`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
