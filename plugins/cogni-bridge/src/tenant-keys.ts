/**
 * Each tenant's LLM key, and the salt of what is hashed of its people: asked of the control plane for each call, and kept in memory
 * alone, for calls while it is away. Not believed for longer: a call with a key that was revoked would have the gateway make none
 * of that agent's for a minute (“temporarily disabled after a provider auth/billing failure”; measured, OpenClaw 2026.9.6).
 */
import { createHmac } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { ControlPlane } from "./control-plane.ts";
import { tenantOfAgent } from "./tenant.ts";

export interface TenantKey {
  readonly key: string;
  /** The same for the same text of this tenant, and nothing to whoever has not the salt. */
  hash(text: string): string;
}

export interface TenantKeys {
  /** @throws Error where the control plane has none, or can't be asked and never was */
  of(agentId: string): Promise<TenantKey>;
}

/** Asking takes milliseconds, a call seconds; so several calls at once ask once. */
const BELIEVED_MS = 500;
/** Who has a key waits no longer for whether it is still the one. */
const PATIENCE_MS = 1_500;

export type KeptKeys = Map<string, Kept>;

interface Kept {
  readonly value: TenantKey;
  readonly until: number;
}

/** @param kept what was told before, which this one goes on with */
export function createTenantKeys(
  controlPlane: ControlPlane,
  kept: KeptKeys = new Map(),
  now: () => number = Date.now,
): TenantKeys {
  const asked = new Map<string, Promise<TenantKey>>();

  async function ask(agentId: string): Promise<TenantKey> {
    const tenant = tenantOfAgent(agentId);
    // As contract/src/bridge.ts names them; a test holds the two together.
    const [keyId, saltId] = [`llm/key/${tenant}`, `llm/salt/${tenant}`];
    const answer = await controlPlane.post("/internal/v1/secrets", {
      protocolVersion: 1,
      provider: "cogni",
      ids: [keyId, saltId],
    });
    const { values = {} } = answer as { values?: Record<string, unknown> };
    const [key, salt] = [values[keyId], values[saltId]];
    if (typeof key !== "string" || typeof salt !== "string")
      throw new Error(`the control plane has no LLM key for ${agentId}`);
    const value = {
      key,
      hash: (text: string) => createHmac("sha256", salt).update(text).digest("base64url"),
    };
    kept.set(agentId, { value, until: now() + BELIEVED_MS });
    return value;
  }

  return {
    async of(agentId) {
      const known = kept.get(agentId);
      if (known && known.until > now()) return known.value;
      const asking = asked.get(agentId) ?? ask(agentId).finally(() => asked.delete(agentId));
      asked.set(agentId, asking);
      if (!known) return asking;
      // One that was taken until now is better than none while nobody can be asked.
      return Promise.race([asking.catch(() => known.value), sleep(PATIENCE_MS, known.value, { ref: false })]);
    },
  };
}
