import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const root = new URL("../../", import.meta.url);
const page = readFileSync(new URL("docs/invariants.md", root), "utf8");
const guarantees = page.split(/^- /m).slice(1);
/** `file › group › name`, as many levels as the test has. */
const proofs = [...page.matchAll(/^ +`([^`]+ › [^`]+)`$/gm)].map(([, proof = ""]) => proof);

/** Whether the name stands in the file as a string of its own, in any kind of quotes. */
function isQuotedIn(source: string, name: string): boolean {
  return ['"', "'", "`"].some((quote) => source.includes(`${quote}${name}${quote}`));
}

test.each(proofs)("the proof exists: %s", (proof) => {
  const [file = "", ...names] = proof.split(" › ");
  expect(existsSync(new URL(file, root)), `there is no file ${file}`).toBe(true);
  const source = readFileSync(new URL(file, root), "utf8");
  for (const name of names) expect(isQuotedIn(source, name), `${file} has no test “${name}”`).toBe(true);
});

test("every guarantee names a proof, and none stands in the list twice", () => {
  const unproven = guarantees.filter((guarantee) => !/^ +`[^`]+ › [^`]+`$/m.test(guarantee));
  expect(unproven).toEqual([]);
  expect(proofs.length).toBeGreaterThan(0);
  const sentences = guarantees.map((guarantee) => guarantee.split("\n")[0]);
  expect(new Set(sentences).size).toBe(sentences.length);
});
