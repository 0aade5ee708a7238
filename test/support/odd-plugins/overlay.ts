/** Has a gateway load the plugins of this folder: one that works and one that doesn't, both unknown to our code. */
import { join } from "node:path";
import type { JsonObject } from "@cogni/contract";

export const ODD_PLUGINS: JsonObject = {
  plugins: {
    load: { paths: ["stork", "heron"].map((name) => join(import.meta.dirname, name)) },
    entries: { stork: { enabled: true }, heron: { enabled: true } },
  },
  channels: { stork: { enabled: true }, heron: { enabled: true } },
};
