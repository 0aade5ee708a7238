/** Suspends a tenant, or ends that: by the operator's command line, or one of the platform's administrators. */
import type { BillingAccountId, BillingAccountStatus } from "@cogni/contract";
import { append, type RequestMeta } from "../db/audit.ts";
import { notifyTenant } from "../db/notify.ts";
import { type PlatformAct, recordPlatformAct } from "../db/platform-audit.ts";
import type { Db } from "../db/pool.ts";
import type { WalledTx } from "../db/tenant.ts";
import { withService, withTenant } from "../db/tenant.ts";
import { setSuspended, setSuspendedBy } from "../db/tenant-status.ts";
import { AppError } from "../errors.ts";

export interface Suspension {
  readonly billingAccountId: BillingAccountId;
  /** False: it is to be active again. */
  readonly suspended: boolean;
}

/** @throws AppError unknown_tenant, tenant_deleting */
export function suspendByOperator(db: Db, wish: Suspension): Promise<void> {
  const by = { actor: { kind: "system", id: "operator" }, meta: null } as const;
  return withService(db, async (tx) => {
    requireDone(wish, await setSuspended(tx, wish.billingAccountId, wish.suspended));
    await tell(tx, wish, by);
  });
}

/** @throws AppError unknown_tenant, tenant_deleting */
export function suspendByAdministrator(
  db: Db,
  { id: sessionId, userId }: { readonly id: string; readonly userId: string },
  wish: Suspension,
  meta: RequestMeta,
): Promise<void> {
  return withTenant(db, wish.billingAccountId, async (tx) => {
    requireDone(wish, await setSuspendedBy(tx, sessionId, wish.suspended));
    await tell(tx, wish, { actor: { kind: "person", id: userId }, meta });
  });
}

function requireDone({ suspended }: Suspension, status: BillingAccountStatus | null): void {
  if (status === null) throw new AppError("unknown_tenant");
  if (status !== (suspended ? "suspended" : "active")) throw new AppError("tenant_deleting");
}

/** Both audits, for the tenant's people may ask what happened, too; and every process that answers for it or watches it. */
async function tell(
  tx: WalledTx,
  { billingAccountId, suspended }: Suspension,
  by: Pick<PlatformAct, "actor" | "meta">,
): Promise<void> {
  const action = suspended ? "tenant.suspend" : "tenant.resume";
  const none = { channel: null, accountId: null };
  await append(tx, { ...by, ...none, billingAccountId, action, outcome: "done" });
  await recordPlatformAct(tx, { ...by, action, subject: billingAccountId });
  await notifyTenant(tx, billingAccountId);
}
