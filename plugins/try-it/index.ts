/**
 * A messenger of our own as two channels: `try-it` is connected with a bot's token, `try-it-qr` by scanning a code. It
 * gives newcomers something to connect, and tests both ways of connecting, without an account anywhere.
 */
import type { OpenClawPluginApi } from "openclaw/plugin-sdk/plugin-entry";
import { createBotChannel, createLinkedChannel } from "./src/channel.ts";
import { PLUGIN_ID } from "./src/settings.ts";

export default {
  id: PLUGIN_ID,
  name: "Try it",
  description: "A messenger of our own on loopback, for trying channels without any account elsewhere.",
  register(api: OpenClawPluginApi): void {
    // These two load us only to learn of commands and tools, and we have none.
    if (api.registrationMode === "cli-metadata" || api.registrationMode === "tool-discovery") return;
    api.registerChannel({ plugin: createBotChannel(api.runtime) });
    api.registerChannel({ plugin: createLinkedChannel(api.runtime) });
  },
};
