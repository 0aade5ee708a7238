/**
 * Makes one JavaScript file of each entry of each plugin, with what it depends on inside: at every change of its config the
 * gateway loads its plugins anew, and copies and translates each file of them (docs/decisions/0033-what-a-config-write-costs.md).
 */
import { readdirSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const plugins = join(dirname(dirname(fileURLToPath(import.meta.url))), "plugins");

for (const plugin of readdirSync(plugins)) {
  const folder = join(plugins, plugin);
  const dist = join(folder, "dist");
  rmSync(dist, { recursive: true, force: true });
  // The gateway finds some by their name alone, such as `secret-contract-api`.
  const entries = readdirSync(folder).filter((name) => name.endsWith(".ts"));
  const bundle = await rolldown({
    input: Object.fromEntries(entries.map((name) => [basename(name, ".ts"), join(folder, name)])),
    platform: "node",
    // Resolved by the gateway, to itself.
    external: [/^openclaw\//],
  });
  await bundle.write({ dir: dist, format: "esm" });
  await bundle.close();
}
