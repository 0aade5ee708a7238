/** Names that manifest, code and the gateway's config share. */
import { z } from "zod";

export const PLUGIN_ID = "try-it";
export const BOT_CHANNEL = "try-it";
export const LINKED_CHANNEL = "try-it-qr";

const configSchema = z.object({
  plugins: z.object({
    entries: z.object({ [PLUGIN_ID]: z.object({ config: z.object({ serverUrl: z.url() }) }) }),
  }),
});

/**
 * Where the messenger is, such as `http://127.0.0.1:4000`.
 * @param config the gateway's, whole
 * @throws Error where the plugin's config does not say
 */
export function serverUrl(config: unknown): string {
  const parsed = configSchema.safeParse(config);
  if (!parsed.success) throw new Error(`plugins.entries.${PLUGIN_ID}.config.serverUrl is not set`);
  return parsed.data.plugins.entries[PLUGIN_ID].config.serverUrl.replace(/\/$/, "");
}
