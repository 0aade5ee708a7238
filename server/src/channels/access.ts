/** Who may write to an account that is connected: changed without its credential, which stays as it is. */
import type { Access, ChannelStatus, ConnectRequest } from "@cogni/contract";
import type { Principal } from "../auth/principal.ts";
import { append, type RequestMeta } from "../db/audit.ts";
import type { Connection } from "../db/connections.ts";
import { notifyWish } from "../db/notify.ts";
import type { TenantTx } from "../db/tenant.ts";
import { wishAccess as saveAccess } from "../db/wishes.ts";

/** A request that names nothing else, of a channel that is connected. */
export function changesOnlyAccess(request: ConnectRequest, { accountId, state }: ChannelStatus): boolean {
  const { access, credential, credentials, expiresAt, force } = request;
  if (access === undefined || force) return false;
  if ([credential, credentials, expiresAt].some((given) => given !== undefined)) return false;
  return accountId !== null && state !== "disconnecting" && state !== "awaiting_scan";
}

/** Writes the wish. Null where there is nothing to wait for: it is so already, or holds from the next credential on. */
export async function wishAccess(
  tx: TenantTx,
  principal: Principal,
  current: Connection,
  access: Access | undefined,
  meta: RequestMeta,
): Promise<Connection | null> {
  if (access === undefined || access === current.access) return null;
  const connection = await saveAccess(tx, current.id, access);
  await append(tx, {
    billingAccountId: principal.billingAccountId,
    actor: principal.actor,
    action: "channel.access",
    channel: current.channel,
    accountId: current.accountId,
    subject: access,
    outcome: "requested",
    meta,
  });
  if (connection.generation === current.generation) return null;
  await notifyWish(tx, connection, connection.generation);
  return connection;
}
