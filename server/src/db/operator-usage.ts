/** All tenants' use of LLMs, for the platform's administrators, and entries in tenants' ledgers, by whoever may make them. */
import type { BillingAccountId, CreditRequest, OperatorUsage } from "@cogni/contract";
import type { ServiceTx, TenantTx, Tx } from "./tenant.ts";

export type OperatorUsageRow = OperatorUsage["tenants"][number];

/** Days in UTC, YYYY-MM-DD; the dearest first. None for a session that is no administrator's. */
export function usageOfOperator(
  tx: Tx,
  sessionId: string,
  from: string,
  to: string,
): Promise<OperatorUsageRow[]> {
  return tx.query<OperatorUsageRow & Record<string, unknown>>(
    `SELECT id AS "billingAccountId", name, calls, limited, estimated, unpriced, prompt_tokens::bigint AS "promptTokens",
       cached_tokens::bigint AS "cachedTokens", completion_tokens::bigint AS "completionTokens",
       reasoning_tokens::bigint AS "reasoningTokens", cost::text AS cost, upstream_cost::text AS "upstreamCost", unconfirmed,
       unknown, unknown_cost::text AS "unknownCost", balance::text AS balance
     FROM operator_usage($1, $2, $3)`,
    [sessionId, from, to],
  );
}

export interface Entry extends Pick<CreditRequest, "kind" | "amount" | "note"> {
  readonly madeBy: { readonly kind: "person" | "system"; readonly id: string };
}

export interface Entered {
  readonly id: string;
  /** In nano-dollars, with the entry. */
  readonly balance: string;
}

/**
 * For the transaction's tenant, by one of the platform's administrators; null for anyone else, where there is no such tenant, and
 * where there is an entry of that key.
 */
export async function addEntryBy(
  tx: TenantTx,
  sessionId: string,
  { kind, amount, note, madeBy }: Entry,
  key: string | null,
): Promise<Entered | null> {
  const [row] = await tx.query<Entered & Record<string, unknown>>(
    "SELECT id, balance::text AS balance FROM operator_add_credit($1, $2, $3::bigint, $4, $5::jsonb, $6)",
    [sessionId, kind, amount, note, JSON.stringify(madeBy), key],
  );
  return row ?? null;
}

/** What was entered under that key before, and told; null for anyone but an administrator, too. */
export async function entryOfKey(
  tx: TenantTx,
  sessionId: string,
  key: string,
): Promise<(Entered & Omit<Entry, "madeBy">) | null> {
  const [row] = await tx.query<Entered & Omit<Entry, "madeBy"> & Record<string, unknown>>(
    "SELECT id, balance::text AS balance, kind, amount_nano::text AS amount, note FROM operator_credit_of($1, $2)",
    [sessionId, key],
  );
  return row ?? null;
}

/** The same by the operator's command line. */
export async function addEntry(
  tx: ServiceTx,
  billingAccountId: BillingAccountId,
  { kind, amount, note, madeBy }: Entry,
): Promise<Entered | null> {
  const [row] = await tx.query<Entered & Record<string, unknown>>(
    `INSERT INTO ledger_entries AS l (billing_account_id, kind, amount_nano, note, made_by, balance_nano)
     SELECT b.id, $2, $3::bigint, $4, $5::jsonb, balance_of(b.id) + $3::bigint
     FROM billing_accounts b WHERE b.id = $1 AND b.status <> 'deleting'
     RETURNING l.id, l.balance_nano::text AS balance`,
    [billingAccountId, kind, amount, note, JSON.stringify(madeBy)],
  );
  return row ?? null;
}
