/** What each gateway offers, kept in memory until its version in the database moves. */
import type { BillingAccountId } from "@cogni/contract";
import { catalogOf, type OfferedChannel } from "../db/catalogs.ts";
import type { Db } from "../db/pool.ts";
import type { TenantStatus } from "../db/status.ts";
import { withTenant } from "../db/tenant.ts";

export interface Catalogs {
  /** In the gateway's order; empty where the tenant has no gateway yet. @throws AppError database_unavailable */
  offeredTo(
    billingAccountId: BillingAccountId,
    gateway: TenantStatus["gateway"],
  ): Promise<readonly OfferedChannel[]>;
}

export function createCatalogs(db: Db): Catalogs {
  const known = new Map<string, { version: number; channels: readonly OfferedChannel[] }>();
  return {
    async offeredTo(billingAccountId, gateway) {
      if (!gateway) return [];
      const held = known.get(gateway.id);
      if (held?.version === gateway.catalogVersion) return held.channels;
      const channels = await withTenant(db, billingAccountId, catalogOf);
      known.set(gateway.id, { version: gateway.catalogVersion, channels });
      return channels;
    },
  };
}
