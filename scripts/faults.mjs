/** `npm run faults`: breaks the wires between our parts, one fault after the other, and writes what came of it to docs/faults.md. */
import { join } from "node:path";
import { giveUp } from "./lib/problems.mjs";
import { become } from "./lib/run.mjs";
import { root, setup } from "./setup.mjs";

try {
  const { node, env } = await setup();
  const vitest = [node, join(root, "node_modules/vitest/vitest.mjs"), "run", "test/long/faults"];
  process.exitCode = await become(vitest, {
    cwd: root,
    env: { ...env, COGNI_LONG_TESTS: "1", COGNI_FAULTS_PAGE: join(root, "docs/faults.md") },
  });
} catch (error) {
  giveUp(error);
}
