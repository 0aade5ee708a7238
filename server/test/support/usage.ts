/** Calls as the `llm` role writes them down, for tests. */
import { randomUUID } from "node:crypto";
import { type BillingAccountId, KEY_SCOPES } from "@cogni/contract";
import type { Principal } from "../../src/auth/principal.ts";
import type { Db } from "../../src/db/pool.ts";
import { withTenant } from "../../src/db/tenant.ts";
import { insertUsageEvents, type UsageEvent } from "../../src/db/usage-write.ts";

export function usageEvent(more: Partial<UsageEvent> = {}): UsageEvent {
  const callId = more.callId ?? randomUUID();
  return {
    callId,
    logicalId: callId,
    requestId: callId,
    gatewayId: "shared",
    at: new Date("2026-11-28T10:00:00Z"),
    day: "2026-11-28",
    channel: "telegram",
    conversation: "conversation",
    endUser: "person",
    model: "echo",
    answeredBy: null,
    route: "/v1/chat/completions",
    streamed: false,
    outcome: "completed",
    limitName: null,
    status: 200,
    promptTokens: 10,
    cachedTokens: 0,
    completionTokens: 5,
    reasoningTokens: 0,
    costNano: 20_000n,
    measured: true,
    priced: true,
    latencyMs: 100,
    firstByteMs: 50,
    ...more,
  };
}

export function use(db: Db, tenant: BillingAccountId, ...events: readonly UsageEvent[]): Promise<number> {
  return withTenant(db, tenant, (tx) => insertUsageEvents(tx, events));
}

/** Whoever asks with a key that may do all that keys may. */
export function principalOfKey(billingAccountId: BillingAccountId): Principal {
  const actor = { kind: "key", id: "key" } as const;
  return {
    billingAccountId,
    actor,
    name: "key",
    email: null,
    role: null,
    scopes: KEY_SCOPES,
    channels: null,
  };
}
