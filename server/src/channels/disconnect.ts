/** A tenant wishes a channel disconnected: the wish is written with its audit row, and its outcome awaited. */
import type { DisconnectRequest, DisconnectResponse } from "@cogni/contract";
import type { Principal } from "../auth/principal.ts";
import { append } from "../db/audit.ts";
import { notifyWish } from "../db/notify.ts";
import { wishDisconnected } from "../db/registrations.ts";
import { tenantStatus } from "../db/status.ts";
import { withTenant } from "../db/tenant.ts";
import { AppError } from "../errors.ts";
import type { ChannelsDeps, RequestMeta } from "./deps.ts";
import { channelStatus } from "./status.ts";

/**
 * What was never connected is disconnected already.
 * @throws AppError unknown_channel, gateway_unreachable or gateway_timeout (the wish is kept), superseded (by a wish to
 *   connect), database_unavailable
 */
export async function disconnectChannel(
  deps: ChannelsDeps,
  principal: Principal,
  { channel }: DisconnectRequest,
  meta: RequestMeta,
): Promise<DisconnectResponse> {
  const { billingAccountId } = principal;
  await channelStatus(deps, principal, channel);

  using outcome = deps.outcomes.open({ billingAccountId, channel });
  const wish = await withTenant(deps.db, billingAccountId, async (tx) => {
    const registration = await wishDisconnected(tx, channel);
    if (!registration) return null;
    await append(tx, {
      billingAccountId,
      actor: principal.actor,
      action: "channel.disconnect",
      channel,
      accountId: registration.accountId,
      outcome: "requested",
      requestId: meta.requestId,
    });
    await notifyWish(tx, registration, registration.generation);
    return registration;
  });
  const disconnected: DisconnectResponse = { channel, status: "disconnected" };
  if (!wish) return disconnected;

  const { gateway } = await tenantStatus(deps.db, billingAccountId);
  if (gateway?.reachable) await outcome.settled(wish.generation, deps.wishWaitMs);
  const after = await tenantStatus(deps.db, billingAccountId);
  const standing = after.registrations.find((row) => row.id === wish.id);
  if (!standing) return disconnected;
  if (standing.desiredState === "connected") throw new AppError("superseded");
  throw new AppError(after.gateway?.reachable ? "gateway_timeout" : "gateway_unreachable", {
    detail: "Your wish is kept. The account is taken down as soon as the gateway answers.",
  });
}
