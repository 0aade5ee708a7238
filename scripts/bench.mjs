/** `npm run bench`: sets the checkout up, then measures (bench/README.md tells what, and what came out). */
import { join } from "node:path";
import { giveUp } from "./lib/problems.mjs";
import { become } from "./lib/run.mjs";
import { root, setup } from "./setup.mjs";

try {
  const { node, env } = await setup();
  process.exitCode = await become([node, join(root, "bench/src/main.ts")], { cwd: root, env });
} catch (error) {
  giveUp(error);
}
