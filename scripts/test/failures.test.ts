/** The end of a long log, which is all that CI keeps of it, says what failed and how. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { failuresBeside, failuresIn } from "../lib/failures.mjs";

const CHECKOUT = join(import.meta.dirname, "..", "..");

test("each failure is told with the beginning of why: of a test, of a hook, and of a file that can't be loaded", () => {
  mkdirSync(join(CHECKOUT, ".data"), { recursive: true });
  const root = mkdtempSync(join(CHECKOUT, ".data", "failures-"));
  const report = join(root, "report.json");
  try {
    const files = {
      "a.test.js": `import { beforeAll, describe, expect, test } from "vitest";
        describe("a group", () => {
          test("differs", () => expect({ moved: ["a button", 1] }).toEqual({ moved: [] }));
          test("passes", () => undefined);
          test("goes on and on", () => { throw new Error("\\u001b[31mred\\n\\n" + "more\\n".repeat(50)); });
        });
        describe("another", () => { beforeAll(() => { throw new Error("no room"); }); test("waits", () => undefined); });`,
      // Not the checkout's.
      "vitest.config.js": "export default {};",
      "b.test.js": `import "./nowhere.js";`,
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text);
    const vitest = join(CHECKOUT, "node_modules", "vitest", "vitest.mjs");
    const reporter = join(CHECKOUT, "scripts", "lib", "failures.mjs");
    const args = [vitest, "run", `--root=${root}`, `--reporter=${reporter}`];
    const ran = spawnSync(process.execPath, [...args, `--outputFile.json=${report}`], { encoding: "utf8" });
    expect(ran.status, ran.stderr).toBe(1);

    const told = failuresIn(failuresBeside(report));
    const of = (name: string) => told.find((one) => one.startsWith(`FAILED: ${name}\n`)) ?? "";
    expect(told).toHaveLength(4);
    expect(of("a.test.js › a group › differs")).toContain('\n    +     "a button",');
    expect(of("a.test.js › another")).toContain("\n    no room");
    expect(of("b.test.js")).toContain("nowhere.js");
    const long = of("a.test.js › a group › goes on and on").split("\n");
    expect([long[1], long.length, long.at(-1)]).toEqual(["    red", 14, "    …"]);
  } finally {
    rmSync(root, { recursive: true });
  }
});

test("a run that wrote nothing has no failure to tell", () => {
  expect(failuresIn(join(CHECKOUT, ".data", "no-such.json"))).toEqual([]);
});
