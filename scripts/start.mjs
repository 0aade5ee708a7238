/**
 * `npm start`: sets the checkout up, then runs the development environment under Node 24 until it is told to stop; in
 * production, the control plane alone.
 */
import { join } from "node:path";
import { giveUp } from "./lib/problems.mjs";
import { become } from "./lib/run.mjs";
import { root, setup } from "./setup.mjs";

const program = process.env.COGNI_ENV === "production" ? "server/bin/serve.ts" : "dev-env/src/dev.ts";
try {
  const { node, env } = await setup();
  process.exitCode = await become([node, join(root, program)], { cwd: root, env });
} catch (error) {
  giveUp(error);
}
