/** How a gateway is told of `try-it`, our own messenger: by an overlay, so that no other gateway ever loads it. */
import { resolve } from "node:path";
import type { JsonObject } from "@cogni/contract";
import { CHECKOUT } from "./control-plane.ts";

/** @param serverUrl of the messenger */
export function tryItOverlay(serverUrl: string): JsonObject {
  return {
    plugins: {
      load: { paths: [resolve(CHECKOUT, "plugins", "try-it")] },
      entries: { "try-it": { enabled: true, config: { serverUrl } } },
    },
    channels: { "try-it": { enabled: true }, "try-it-qr": { enabled: true } },
  };
}
