/**
 * `npm start`: sets the checkout up, then runs the development environment under Node 24 until it is told to stop; in
 * production, the control plane alone.
 */
import { join } from "node:path";
import { giveUp } from "./lib/problems.mjs";
import { become } from "./lib/run.mjs";
import { root, setup } from "./setup.mjs";

// The flag: docs/decisions/0009-small-heap.md
const program =
  process.env.COGNI_ENV === "production"
    ? ["--max-semi-space-size=4", "--max-old-space-size=512", join(root, "server/bin/serve.ts")]
    : [join(root, "dev-env/src/dev.ts")];
try {
  const { node, env } = await setup();
  process.exitCode = await become([node, ...program], { cwd: root, env });
} catch (error) {
  giveUp(error);
}
