/** Calls as the `llm` role writes them down, for tests. */
import { randomUUID } from "node:crypto";
import { type BillingAccountId, KEY_SCOPES } from "@cogni/contract";
import type { Principal } from "../../src/auth/principal.ts";
import type { Db } from "../../src/db/pool.ts";
import { withTenant } from "../../src/db/tenant.ts";
import {
  insertUsageEvents,
  recordReplyFates,
  recordUpstreamCosts,
  type UsageEvent,
  usageRow,
} from "../../src/db/usage-write.ts";
import { asSuperuser, type TestDatabase } from "./database.ts";

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
  return withTenant(db, tenant, (tx) => insertUsageEvents(tx, events.map(usageRow)));
}

/** Something in each table of the bill. @param madeBy whoever entered money */
export async function fillBill(
  database: TestDatabase,
  tenant: BillingAccountId,
  madeBy: string,
): Promise<void> {
  const call = usageEvent();
  await use(database.db, tenant, call);
  await withTenant(database.db, tenant, async (tx) => {
    const used = { promptTokens: 1, completionTokens: 1, costNano: 1n };
    await recordUpstreamCosts(tx, [{ callId: call.callId, at: call.at, model: "echo", ...used }]);
    await recordReplyFates(tx, [{ logicalId: call.logicalId, fate: "replied" }]);
  });
  for (const insert of [
    "INSERT INTO llm_keys (billing_account_id, version) VALUES ($1, 2)",
    "INSERT INTO limits (billing_account_id, reached_text) VALUES ($1, 'later')",
    "INSERT INTO quotas VALUES ($1, 'day_budget', '', '2026-11-28', 1, NULL, now() + interval '1 day')",
    "INSERT INTO call_slots VALUES ($1, gen_random_uuid(), 1, now())",
  ])
    await asSuperuser(database, insert, [tenant]);
  await asSuperuser(
    database,
    `INSERT INTO ledger_entries (billing_account_id, kind, amount_nano, note, made_by)
     VALUES ($1, 'credit', 1, '', jsonb_build_object('kind', 'person', 'id', $2::text))`,
    [tenant, madeBy],
  );
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
