/**
 * Erases a tenant at its gateway, in the order in which nothing writes again what is erased: the agent leaves the config, then
 * whatever else of the tenant is in it, and last goes what files and databases hold. Whatever is gone already is gone.
 */
import { accountIdOf, type BillingAccountId, BRIDGE_METHODS, bridgeErasedSchema } from "@cogni/contract";
import { withoutTenant } from "./accounts.ts";
import type { GatewayClient } from "./client.ts";
import { isUnknownAgent } from "./outcomes.ts";
import type { ConfigWriter } from "./writer.ts";

/** Files are many and a database may be busy. */
const ERASE_MS = 60_000;

export async function eraseTenant(
  client: Pick<GatewayClient, "agentsDelete" | "bridge">,
  writer: ConfigWriter,
  tenant: BillingAccountId,
): Promise<void> {
  const agentId = accountIdOf(tenant);
  await writer.exclusive(async () => {
    try {
      await client.agentsDelete(agentId);
    } catch (error) {
      if (!isUnknownAgent(error)) throw error;
    }
  });
  await writer.submit((config) => withoutTenant(config, tenant));
  await client.bridge(BRIDGE_METHODS.erase, { agentId }, bridgeErasedSchema, ERASE_MS);
}
