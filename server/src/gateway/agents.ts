/** What the tenants' agents at a gateway are told to be. Our plugin keeps it, and uses it from the next message on. */
import { createHash } from "node:crypto";
import {
  type AgentBrief,
  accountIdOf,
  type BillingAccountId,
  BRIDGE_METHODS,
  bridgeAgentsSchema,
  tenantOfAccountId,
} from "@cogni/contract";
import { z } from "zod";
import type { GatewayClient } from "./client.ts";

export interface Agents {
  /** Tenant → `briefDigest` of what its agent is told; without those that were told nothing. */
  briefs(): Promise<ReadonlyMap<BillingAccountId, string>>;
  /** Holds from the next message on; nothing is restarted. */
  brief(billingAccountId: BillingAccountId, brief: AgentBrief): Promise<void>;
  /** What it was told, and whom it greeted. */
  forgetBrief(billingAccountId: BillingAccountId): Promise<void>;
}

/** As the plugin makes it, which imports nothing of ours; a test holds the two together. */
export function briefDigest({ instructions, greeting, model }: AgentBrief): string {
  return createHash("sha256")
    .update(JSON.stringify([instructions, greeting, model]))
    .digest("hex");
}

export function createAgents(client: Pick<GatewayClient, "bridge">): Agents {
  return {
    async briefs() {
      const { agents } = await client.bridge(BRIDGE_METHODS.agents, {}, bridgeAgentsSchema);
      const briefs = new Map<BillingAccountId, string>();
      for (const [agentId, digest] of Object.entries(agents)) {
        const billingAccountId = tenantOfAccountId(agentId);
        if (billingAccountId) briefs.set(billingAccountId, digest);
      }
      return briefs;
    },
    async brief(billingAccountId, { instructions, greeting, model }) {
      const params = { agentId: accountIdOf(billingAccountId), brief: { instructions, greeting, model } };
      await client.bridge(BRIDGE_METHODS.briefAgent, params, z.object({}));
    },
    async forgetBrief(billingAccountId) {
      const params = { agentId: accountIdOf(billingAccountId) };
      await client.bridge(BRIDGE_METHODS.forgetAgent, params, z.object({}));
    },
  };
}
