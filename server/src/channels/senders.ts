/** Who waits to be let in, and the tenant's word on each: kept at once, carried out by the worker, awaited for a while. */
import {
  accountIdOf,
  type DecideSenderRequest,
  type DecideSenderResponse,
  type Senders,
} from "@cogni/contract";
import type { Principal } from "../auth/principal.ts";
import { append, type RequestMeta } from "../db/audit.ts";
import { notifyDecision } from "../db/notify.ts";
import { decide, isApproved, listPending, standingDecision } from "../db/senders.ts";
import { tenantStatus } from "../db/status.ts";
import { withTenant } from "../db/tenant.ts";
import { AppError } from "../errors.ts";
import type { ChannelsDeps } from "./deps.ts";

/** @throws AppError database_unavailable */
export async function pendingSenders(
  { db }: ChannelsDeps,
  { billingAccountId }: Principal,
): Promise<Senders> {
  const rows = await withTenant(db, billingAccountId, listPending);
  return {
    senders: rows.map(({ requestedAt, expiresAt, ...row }) => ({
      ...row,
      requestedAt: requestedAt.toISOString(),
      expiresAt: expiresAt.toISOString(),
    })),
  };
}

/**
 * Letting in who is in already is done already.
 * @throws AppError unknown_sender (nobody of that name waits), gateway_unreachable or gateway_timeout (the decision is
 *   kept), superseded (by another decision, or the channel's disconnect), database_unavailable
 */
export async function decideSender(
  deps: ChannelsDeps,
  principal: Principal,
  request: DecideSenderRequest,
  meta: RequestMeta,
): Promise<DecideSenderResponse> {
  const { billingAccountId } = principal;
  const { channel, sender, decision } = request;
  const done: DecideSenderResponse = {
    channel,
    sender,
    status: decision === "approve" ? "approved" : "dismissed",
  };

  using outcome = deps.decisions.open({ billingAccountId, channel });
  const decidedAt = await withTenant(deps.db, billingAccountId, async (tx) => {
    const at = await decide(tx, request);
    if (at === null) {
      if (decision === "approve" && (await isApproved(tx, channel, sender))) return null;
      throw new AppError("unknown_sender");
    }
    await append(tx, {
      billingAccountId,
      actor: principal.actor,
      action: `sender.${decision}`,
      channel,
      accountId: accountIdOf(billingAccountId),
      subject: sender,
      outcome: "requested",
      meta,
    });
    await notifyDecision(tx, { billingAccountId, channel }, at);
    return at;
  });
  if (decidedAt === null) return done;

  const { gateway } = await tenantStatus(deps.db, billingAccountId);
  if (gateway?.reachable) await outcome.settled(decidedAt, deps.wishWaitMs);
  const [standing, approved] = await withTenant(deps.db, billingAccountId, async (tx) => [
    await standingDecision(tx, channel, sender),
    await isApproved(tx, channel, sender),
  ]);
  if (standing === decision) {
    throw new AppError(gateway?.reachable ? "gateway_timeout" : "gateway_unreachable", {
      detail: "Your decision is kept. It is carried out when the gateway answers.",
    });
  }
  if (standing !== null || approved !== (decision === "approve")) throw new AppError("superseded");
  return done;
}
