/** `npm run pictures`: sets the checkout up, then takes the pictures of docs/images/ from the running product. */
import { join } from "node:path";
import { giveUp } from "./lib/problems.mjs";
import { become } from "./lib/run.mjs";
import { root, setup } from "./setup.mjs";

try {
  const { node, env } = await setup();
  process.exitCode = await become([node, join(root, "dev-env/src/pictures.ts")], { cwd: root, env });
} catch (error) {
  giveUp(error);
}
