/** A tenant wishes a channel disconnected: the wish is written with its audit row, and its outcome awaited. */
import {
  accountIdOf,
  type ChannelId,
  type DisconnectRequest,
  type DisconnectResponse,
} from "@cogni/contract";
import type { Principal } from "../auth/principal.ts";
import { append, lastConnectedBy, type RequestMeta } from "../db/audit.ts";
import { cancelLogin, isFinished } from "../db/logins.ts";
import { notifyWish } from "../db/notify.ts";
import { tenantStatus } from "../db/status.ts";
import { type TenantTx, withTenant } from "../db/tenant.ts";
import { wishDisconnected } from "../db/wishes.ts";
import { AppError } from "../errors.ts";
import type { Allowance } from "./allowance.ts";
import type { ChannelsDeps } from "./deps.ts";
import { isRefused } from "./guesses.ts";
import { channelStatus } from "./status.ts";

/**
 * What was never connected is disconnected already; a login by QR that is under way is given up.
 * @throws AppError unknown_channel, forbidden (a connect link, of what others connected), gateway_unreachable or gateway_timeout (the wish is kept), superseded (by a wish to
 *   connect), rate_limited, database_unavailable
 */
export async function disconnectChannel(
  deps: ChannelsDeps,
  principal: Principal,
  { channel }: DisconnectRequest,
  meta: RequestMeta,
  allowance: Allowance,
): Promise<DisconnectResponse> {
  const { billingAccountId } = principal;
  const before = await channelStatus(deps, principal, channel);
  const charge = await allowance.take("disconnect");

  using outcome = deps.outcomes.open({ billingAccountId, channel });
  using loginEnd = deps.logins.open({ billingAccountId, channel });
  const wish = await withTenant(deps.db, billingAccountId, (tx) => writeWish(tx, principal, channel, meta));
  const disconnected: DisconnectResponse = { channel, status: "disconnected" };
  if (!wish) {
    await charge.giveBack();
    return disconnected;
  }
  // Else taking a refused credential away would be how not to have it counted.
  if (isRefused(before)) await allowance.note("refused");

  const { connection, login } = wish;
  const { gateway } = await tenantStatus(deps.db, billingAccountId);
  if (gateway?.reachable && connection) await outcome.settled(connection.generation, deps.wishWaitMs);
  else if (gateway?.reachable && login) await loginEnd.settled(login.generation, deps.wishWaitMs);
  const after = await tenantStatus(deps.db, billingAccountId);
  const standing = connection && after.connections.find((row) => row.id === connection.id);
  const isDone =
    connection || !login || (await withTenant(deps.db, billingAccountId, (tx) => isFinished(tx, login)));
  if (!standing && isDone) return disconnected;
  if (standing?.desiredState === "connected") throw new AppError("superseded");
  throw new AppError(after.gateway?.reachable ? "gateway_timeout" : "gateway_unreachable", {
    detail: "Your wish is kept. The account is taken down as soon as the gateway answers.",
  });
}

/** Null where there is nothing to end. */
async function writeWish(tx: TenantTx, principal: Principal, channel: ChannelId, meta: RequestMeta) {
  const { billingAccountId, actor } = principal;
  if (actor.kind === "link") await requireOwn(tx, channel, actor.id);
  const connection = await wishDisconnected(tx, channel, actor);
  const login = await cancelLogin(tx, channel);
  const ended = connection ?? login;
  if (!ended) return null;
  await append(tx, {
    billingAccountId,
    actor,
    action: "channel.disconnect",
    channel,
    accountId: accountIdOf(billingAccountId),
    outcome: "requested",
    meta,
  });
  await notifyWish(tx, ended, ended.generation);
  return { connection, login };
}

/** Whoever holds a link may take back what they did by it, and nothing else. @throws AppError forbidden */
async function requireOwn(tx: TenantTx, channel: ChannelId, linkId: string): Promise<void> {
  const last = await lastConnectedBy(tx, channel);
  if (last === null || (last.kind === "link" && last.id === linkId)) return;
  throw new AppError("forbidden", { detail: "This link disconnects only what was connected by it." });
}
