/** The catalog that was read last, kept for as long as nothing newer is to be had, and whoever wants to hear of it. */
import type { Logger } from "pino";
import type { ChannelCatalog } from "./catalog.ts";
import { coalesce } from "./coalesce.ts";

/**
 * Keeps the last catalog that was read, so that what a page shows does not depend on the gateway being there. `renew` is
 * for the moment when the gateway may offer something else.
 */
export function keepCatalog(read: () => Promise<ChannelCatalog>, log: Logger) {
  const listeners = new Set<(catalog: ChannelCatalog) => void>();
  let kept: ChannelCatalog | null = null;
  const refresh = coalesce(async () => {
    const catalog = await read();
    kept = catalog;
    for (const listener of listeners) listener(catalog);
    return catalog;
  });
  return {
    /** @param requireGateway throws when there is no gateway to read from */
    async get(requireGateway: () => void): Promise<ChannelCatalog> {
      if (kept) return kept;
      requireGateway();
      return refresh();
    },
    async renew(): Promise<void> {
      await refresh().catch((error: unknown) =>
        log.warn({ err: error }, "cannot read the channels on offer"),
      );
    },
    /** Called each time it was read. */
    onRead(listener: (catalog: ChannelCatalog) => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
