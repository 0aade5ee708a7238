/** Until when a credential is good, changed without the credential: the account runs on, and whoever warns knows better. */
import type { Principal } from "../auth/principal.ts";
import { append, type RequestMeta } from "../db/audit.ts";
import type { Connection } from "../db/connections.ts";
import type { TenantTx } from "../db/tenant.ts";
import { setExpiry } from "../db/wishes.ts";

/** @param expiresAt as the request has it: left as it is where it says nothing */
export async function changeExpiry(
  tx: TenantTx,
  principal: Principal,
  current: Connection,
  expiresAt: string | null | undefined,
  meta: RequestMeta,
): Promise<void> {
  if (expiresAt === undefined) return;
  const wished = expiresAt === null ? null : new Date(expiresAt);
  if (wished?.getTime() === current.expiresAt?.getTime()) return;
  await setExpiry(tx, current.id, wished);
  await append(tx, {
    billingAccountId: principal.billingAccountId,
    actor: principal.actor,
    action: "channel.expiry",
    channel: current.channel,
    accountId: current.accountId,
    ...(wished && { subject: wished.toISOString() }),
    outcome: "done",
    meta,
  });
}
