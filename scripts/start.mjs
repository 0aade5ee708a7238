/** `npm start`: sets the checkout up, then runs the development environment under Node 24 until it is told to stop. */
import { join } from "node:path";
import { giveUp } from "./lib/problems.mjs";
import { become } from "./lib/run.mjs";
import { root, setup } from "./setup.mjs";

try {
  const { node, env } = await setup();
  process.exitCode = await become([node, join(root, "dev-env", "src", "dev.ts")], { cwd: root, env });
} catch (error) {
  giveUp(error);
}
