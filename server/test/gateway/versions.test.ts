/** What is pinned in several places has to be the same version everywhere. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { TESTED_GATEWAY_VERSION } from "../../src/gateway/hello.ts";
import { readOverlay } from "../../src/gateway/overlay.ts";

const checkout = join(import.meta.dirname, "../../..");

test("the gateway and the plugins that are installed into it are of the version that is tested", () => {
  const { dependencies } = JSON.parse(readFileSync(join(checkout, "dev-env/package.json"), "utf8"));
  expect(dependencies.openclaw).toBe(TESTED_GATEWAY_VERSION);
  const { channels } = readOverlay(join(checkout, "config/channels.json"));
  const official = Object.values(channels).flatMap(({ plugin }) =>
    plugin?.package.startsWith("@openclaw/") ? [plugin] : [],
  );
  const versions = official.map(({ version }) => version);
  expect(new Set(versions)).toEqual(new Set([TESTED_GATEWAY_VERSION]));
});
