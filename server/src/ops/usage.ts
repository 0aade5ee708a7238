/** `ops usage`, `ops limits`, `ops credits` and `ops llm-keys`: what tenants use, may use, were given, and prove themselves by. */
import {
  type BillingAccountId,
  billingAccountIdSchema,
  creditRequestSchema,
  type PlatformAction,
  type TenantAction,
} from "@cogni/contract";
import { append } from "../db/audit.ts";
import { listBillingAccounts } from "../db/billing-accounts.ts";
import { setOperatorBudget } from "../db/limits.ts";
import { rotateLlmKey } from "../db/llm-key-rotation.ts";
import { notifyLlm } from "../db/notify.ts";
import { recordPlatformAct } from "../db/platform-audit.ts";
import type { Db } from "../db/pool.ts";
import { type ServiceTx, withService, withTenant } from "../db/tenant.ts";
import { rebuildUsageDays, unequalUsageDays, usageMonths } from "../db/usage-days.ts";
import { AppError } from "../errors.ts";
import { dollars, nanoOf } from "../usage/decimals.ts";
import { creditByOperator } from "../usage/operator.ts";
import { type OpsCommand, operand, UsageError } from "./command.ts";

const tenantOf = (given: unknown) => operand(billingAccountIdSchema, given, "tenant id");

/** @throws UsageError */
function usd(given: unknown): bigint {
  const nano = typeof given === "string" ? nanoOf(given) : null;
  if (nano === null)
    throw new UsageError("Money is in USD, with at most nine digits behind the point: 12.50");
  return nano;
}

const rebuild: OpsCommand = {
  words: ["usage", "rebuild"],
  operands: [],
  options: { tenant: { type: "string", help: "of this tenant alone" } },
  help: "make the sums of days anew from the calls, a month at a time",
  async run({ db, progress }, _operands, { tenant }) {
    const ids = await tenantsToLookAt(db, tenant);
    for (const id of ids) {
      const months = await withTenant(db, id, usageMonths);
      for (const { from, to } of months) await withTenant(db, id, (tx) => rebuildUsageDays(tx, from, to));
      progress(`${id}: ${months.length} months`);
    }
    return { text: `Made the sums of ${ids.length} tenants anew.`, data: { tenants: ids } };
  },
};

const verify: OpsCommand = {
  words: ["usage", "verify"],
  operands: [],
  options: { tenant: { type: "string", help: "of this tenant alone" } },
  help: "compare the sums of days with the calls, and name the days that differ; ends with 1 if there is one",
  async run({ db }, _operands, { tenant }) {
    const ids = await tenantsToLookAt(db, tenant);
    const unequal: { billingAccountId: BillingAccountId; day: string }[] = [];
    for (const billingAccountId of ids) {
      const days = await withTenant(db, billingAccountId, unequalUsageDays);
      unequal.push(...days.map((day) => ({ billingAccountId, day })));
    }
    const text =
      unequal.length === 0
        ? `The sums of ${ids.length} tenants equal their calls.`
        : `${unequal.map(({ billingAccountId, day }) => `${billingAccountId}: ${day}`).join("\n")}\n` +
          "These days' sums are not those of their calls: `usage rebuild` makes them anew.";
    return { text, data: { tenants: ids, unequal }, ok: unequal.length === 0 };
  },
};

async function tenantsToLookAt(db: Db, given: unknown): Promise<BillingAccountId[]> {
  const all = (await withService(db, listBillingAccounts)).map(({ id }) => id);
  if (given === undefined) return all;
  const id = tenantOf(given);
  if (!all.includes(id)) throw new AppError("unknown_tenant");
  return [id];
}

const setLimit: OpsCommand = {
  words: ["limits", "set"],
  operands: ["tenant"],
  options: {
    month: { type: "string", help: "what it may spend in a month, in USD, whatever its own budget" },
    none: { type: "boolean", help: "no bound of the operator's" },
  },
  help: "bound what a tenant may spend in a month; the lesser of this and its own budget holds",
  async run({ db }, [given], { month, none }) {
    const id = tenantOf(given);
    if ((month === undefined) === (none !== true))
      throw new UsageError("Say either --month with USD, or --none.");
    const nano = month === undefined ? null : usd(month);
    if (nano !== null && nano <= 0n)
      throw new UsageError("A budget is more than 0 USD; `tenants suspend` stops all.");
    const words = nano === null ? "none" : `${dollars(nano)} USD`;
    await withService(db, async (tx) => {
      if (!(await setOperatorBudget(tx, id, nano))) throw new AppError("unknown_tenant");
      await tell(tx, id, "limits.operator", `month ${words}`);
    });
    const text = `${id} may spend ${nano === null ? "what its own budgets say" : `${words} a month at most`}.`;
    return { text, data: { billingAccountId: id, operatorMonthBudget: nano?.toString() ?? null } };
  },
};

const credit: OpsCommand = {
  words: ["credits", "add"],
  operands: ["tenant", "usd"],
  options: {
    kind: { type: "string", help: "credit, top_up or correction; credit by default" },
    note: { type: "string", help: "for whoever reads the ledger" },
  },
  help: "enter money that a tenant paid or was given; one that takes away follows two hyphens: -- -12.50",
  async run({ db }, [given, amount], { kind = "credit", note = "" }) {
    const id = tenantOf(given);
    const request = { billingAccountId: id, kind, amount: usd(amount).toString(), note };
    const { billingAccountId: _, ...entry } = operand(creditRequestSchema, request, "credit");
    const entered = await creditByOperator(db, id, entry);
    const text = `Entered. The balance of ${id} is ${dollars(BigInt(entered.balance))} USD.`;
    return { text, data: { billingAccountId: id, ...entered } };
  },
};

/** The gateway's plugin asks for its key at each call; while nobody can be asked it goes on with the one it has, for so long. */
const OVERLAP_MS = 600_000;

const rotateKey: OpsCommand = {
  words: ["llm-keys", "rotate"],
  operands: ["tenant"],
  options: {
    "at-once": { type: "boolean", help: "refuse the key before from now on, where it is in wrong hands" },
  },
  help: "give a tenant's agent a new LLM key; the one before is taken for 10 minutes more",
  async run({ db }, [given], { "at-once": atOnce }) {
    const id = tenantOf(given);
    const overlapMs = atOnce === true ? 0 : OVERLAP_MS;
    const version = await withService(db, async (tx) => {
      const rotated = await rotateLlmKey(tx, id, overlapMs);
      if (rotated === null) throw new AppError("unknown_tenant");
      await tell(tx, id, "llm_key.rotate", `version ${rotated}${atOnce === true ? ", at once" : ""}`);
      return rotated;
    });
    const text = `The LLM key of ${id} has version ${version}. The one before is refused ${atOnce === true ? "already" : "in 10 minutes"}.`;
    return { text, data: { billingAccountId: id, version, previousEndsInMs: overlapMs } };
  },
};

/** Both audits, and every process that serves LLM calls. */
async function tell(
  tx: ServiceTx,
  billingAccountId: BillingAccountId,
  action: TenantAction & PlatformAction,
  outcome: string,
): Promise<void> {
  const by = { actor: { kind: "system", id: "operator" }, meta: null } as const;
  await append(tx, { ...by, billingAccountId, action, channel: null, accountId: null, outcome });
  await recordPlatformAct(tx, { ...by, action, subject: billingAccountId, outcome });
  await notifyLlm(tx, billingAccountId);
}

export const usageCommands = [rebuild, verify, setLimit, credit, rotateKey];
