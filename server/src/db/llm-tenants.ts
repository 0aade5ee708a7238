/** What the LLM endpoint has to know of a tenant before it lets a call through: one row, read under the wall. */
import type { BillingAccountId, BillingAccountStatus } from "@cogni/contract";
import type { TenantTx } from "./tenant.ts";

export interface TenantLimits {
  readonly dayNano: bigint | null;
  /** The lesser of the tenant's own and the operator's. */
  readonly monthNano: bigint | null;
  readonly callsPerMinute: number | null;
  readonly tokensPerMinute: number | null;
  readonly concurrentCalls: number | null;
  readonly messagesPerDay: number | null;
  readonly userDayNano: bigint | null;
  readonly userCallsPerMinute: number | null;
  readonly userMessagesPerDay: number | null;
}

export interface LlmTenant {
  readonly billingAccountId: BillingAccountId;
  readonly status: BillingAccountStatus;
  readonly timeZone: string;
  /** Null: placed nowhere. */
  readonly gatewayId: string | null;
  /** What the operator offers there, the default first. */
  readonly models: readonly string[];
  readonly keyVersion: number;
  readonly previousUntil: Date | null;
  readonly limits: TenantLimits;
  /** Empty: ours. */
  readonly reachedText: string;
}

interface Row extends Omit<LlmTenant, "limits" | "billingAccountId">, Record<string, unknown> {
  readonly limits: Readonly<Record<keyof TenantLimits, string | null>>;
}

/** Null: there is no such tenant. */
export async function llmTenant(tx: TenantTx): Promise<LlmTenant | null> {
  const [row] = await tx.query<Row>(
    `SELECT b.status, b.time_zone AS "timeZone", p.gateway_id AS "gatewayId", coalesce(g.models, '{}') AS models,
       coalesce(k.version, 1) AS "keyVersion", k.previous_until AS "previousUntil",
       coalesce(l.reached_text, '') AS "reachedText",
       json_build_object('dayNano', l.day_nano::text, 'monthNano', least(l.month_nano, l.operator_month_nano)::text,
         'callsPerMinute', l.calls_per_minute, 'tokensPerMinute', l.tokens_per_minute,
         'concurrentCalls', l.concurrent_calls, 'messagesPerDay', l.messages_per_day,
         'userDayNano', l.user_day_nano::text, 'userCallsPerMinute', l.user_calls_per_minute,
         'userMessagesPerDay', l.user_messages_per_day) AS limits
     FROM billing_accounts b
     LEFT JOIN placements p ON p.billing_account_id = b.id
     LEFT JOIN gateways g ON g.id = p.gateway_id
     LEFT JOIN llm_keys k ON k.billing_account_id = b.id
     LEFT JOIN limits l ON l.billing_account_id = b.id`,
  );
  if (!row) return null;
  const { limits } = row;
  const money = (digits: string | null) => (digits === null ? null : BigInt(digits));
  const count = (value: string | null) => (value === null ? null : Number(value));
  return {
    ...row,
    billingAccountId: tx.billingAccountId,
    limits: {
      dayNano: money(limits.dayNano),
      monthNano: money(limits.monthNano),
      callsPerMinute: count(limits.callsPerMinute),
      tokensPerMinute: count(limits.tokensPerMinute),
      concurrentCalls: count(limits.concurrentCalls),
      messagesPerDay: count(limits.messagesPerDay),
      userDayNano: money(limits.userDayNano),
      userCallsPerMinute: count(limits.userCallsPerMinute),
      userMessagesPerDay: count(limits.userMessagesPerDay),
    },
  };
}
