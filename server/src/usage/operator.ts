/** What all tenants use, as the platform's administrators see it; credits, and whatever else the operator decides for a tenant. */
import {
  type BillingAccountId,
  billingAccountIdSchema,
  type Credited,
  type CreditRequest,
  type OperatorUsage,
  type OperatorUsageQuery,
  type UsageSums,
} from "@cogni/contract";
import { append, type RequestMeta } from "../db/audit.ts";
import {
  addEntry,
  addEntryBy,
  type Entered,
  entryOfKey,
  type OperatorUsageRow,
  usageOfOperator,
} from "../db/operator-usage.ts";
import type { OwnSession } from "../db/own-sessions.ts";
import { type PlatformAct, recordPlatformAct } from "../db/platform-audit.ts";
import type { Db } from "../db/pool.ts";
import { type WalledTx, withNoTenant, withService, withTenant } from "../db/tenant.ts";
import { AppError } from "../errors.ts";
import { dollars } from "./decimals.ts";
import { checkSpan } from "./report.ts";

/** Every session is one of an administrator's; any other sees and changes nothing. Throws AppError database_unavailable. */
export interface OperatorUsages {
  /** @throws AppError invalid_request (a span that ends before it begins, or is longer than 366 days) */
  usage(session: OwnSession, query: OperatorUsageQuery): Promise<OperatorUsage>;
  /**
   * @param key the request's name, if it has one: a second request of that name is answered as the first was, and enters nothing
   * @throws AppError unknown_tenant, idempotency_key_reused (the first asked for something else)
   */
  credit(
    session: OwnSession,
    request: CreditRequest,
    key: string | null,
    meta: RequestMeta,
  ): Promise<Credited>;
}

const DAY_MS = 86_400_000;
const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

export function createOperatorUsages(db: Db, clock: () => Date): OperatorUsages {
  return {
    async usage({ id }, { to = dayOf(clock().getTime()), from = dayOf(Date.parse(to) - 29 * DAY_MS) }) {
      checkSpan((Date.parse(to) - Date.parse(from)) / DAY_MS + 1);
      const tenants = await withNoTenant(db, (tx) => usageOfOperator(tx, id, from, to));
      return { from, to, tenants, total: totalOf(tenants) };
    },

    async credit({ id: sessionId, userId }, { billingAccountId: given, ...entry }, key, meta) {
      const { data: billingAccountId } = billingAccountIdSchema.safeParse(given);
      if (billingAccountId === undefined) throw new AppError("unknown_tenant");
      const actor = { kind: "person", id: userId } as const;
      return withTenant(db, billingAccountId, async (tx) => {
        const entered = await addEntryBy(tx, sessionId, { ...entry, madeBy: actor }, key);
        const before = entered || key === null ? null : await entryOfKey(tx, sessionId, key);
        if (before) return answeredBefore(before, entry);
        return tell(tx, billingAccountId, entry, entered, { actor, meta });
      });
    },
  };
}

function answeredBefore(
  { id, balance, ...before }: NonNullable<Awaited<ReturnType<typeof entryOfKey>>>,
  entry: Omit<CreditRequest, "billingAccountId">,
): Credited {
  const same =
    before.kind === entry.kind &&
    BigInt(before.amount) === BigInt(entry.amount) &&
    before.note === entry.note;
  if (!same) throw new AppError("idempotency_key_reused");
  return { id, balance };
}

/** By the operator's command line. @throws AppError unknown_tenant */
export function creditByOperator(
  db: Db,
  billingAccountId: BillingAccountId,
  entry: Omit<CreditRequest, "billingAccountId">,
): Promise<Credited> {
  const actor = { kind: "system", id: "operator" } as const;
  return withService(db, async (tx) => {
    const entered = await addEntry(tx, billingAccountId, { ...entry, madeBy: actor });
    return tell(tx, billingAccountId, entry, entered, { actor, meta: null });
  });
}

/** Both audits: the tenant's people may ask, too. The note is the operator's own. */
async function tell(
  tx: WalledTx,
  billingAccountId: BillingAccountId,
  { kind, amount }: Pick<CreditRequest, "kind" | "amount">,
  entered: Entered | null,
  by: Pick<PlatformAct, "actor" | "meta">,
): Promise<Credited> {
  if (!entered) throw new AppError("unknown_tenant");
  const action = "credit.add";
  const outcome = `${kind} of ${dollars(BigInt(amount))} USD`;
  await append(tx, { ...by, billingAccountId, action, channel: null, accountId: null, outcome });
  await recordPlatformAct(tx, { ...by, action, subject: billingAccountId, outcome });
  return entered;
}

function totalOf(tenants: readonly OperatorUsageRow[]): UsageSums {
  const sum = (name: Exclude<keyof UsageSums, "cost">) =>
    tenants.reduce((total, tenant) => total + tenant[name], 0);
  return {
    calls: sum("calls"),
    limited: sum("limited"),
    estimated: sum("estimated"),
    unpriced: sum("unpriced"),
    promptTokens: sum("promptTokens"),
    cachedTokens: sum("cachedTokens"),
    completionTokens: sum("completionTokens"),
    reasoningTokens: sum("reasoningTokens"),
    cost: tenants.reduce((total, { cost }) => total + BigInt(cost), 0n).toString(),
  };
}
