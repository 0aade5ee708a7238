/** What each gateway offers, kept for the processes that do not talk to it. */
import type { ChannelId, ConnectMethod, ErrorCode } from "@cogni/contract";
import type { ServiceTx, TenantTx } from "./tenant.ts";

export interface OfferedChannel {
  readonly channel: ChannelId;
  readonly label: string;
  readonly connect: ConnectMethod;
  /** Why it cannot be connected now; null where it can. */
  readonly unavailable: ErrorCode | null;
  readonly silenceMs: number | null;
}

/** Writes what the gateway offers now; the version moves only if that changed. */
export async function saveCatalog(
  tx: ServiceTx,
  gatewayId: string,
  channels: readonly OfferedChannel[],
): Promise<void> {
  await tx.query(
    `UPDATE gateways SET catalog = $2, catalog_version = catalog_version + 1
     WHERE id = $1 AND catalog IS DISTINCT FROM $2::jsonb`,
    [gatewayId, JSON.stringify(channels)],
  );
}

/** What the tenant's gateway offers, in the gateway's order; empty before it was ever reached. */
export async function catalogOf(tx: TenantTx): Promise<readonly OfferedChannel[]> {
  const rows = await tx.query<{ catalog: OfferedChannel[] }>(
    "SELECT g.catalog FROM placements p JOIN gateways g ON g.id = p.gateway_id",
  );
  return rows[0]?.catalog ?? [];
}

/** What the channel of a row called `a` is called, by whichever gateway offers it. */
export const LABEL = `(SELECT entry->>'label' FROM gateways g, jsonb_array_elements(g.catalog) entry
  WHERE entry->>'channel' = a.channel ORDER BY g.id LIMIT 1)`;
