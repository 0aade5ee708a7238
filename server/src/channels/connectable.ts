/** Whether a request to connect may go ahead at all: is the channel there, and does the person know its risk. */
import {
  accountIdOf,
  type ChannelId,
  type ChannelStatus,
  type ConnectMethod,
  type ConnectRequest,
  type FieldError,
} from "@cogni/contract";
import type { Principal } from "../auth/principal.ts";
import { append, type RequestMeta } from "../db/audit.ts";
import { tenantStatus } from "../db/status.ts";
import type { TenantTx } from "../db/tenant.ts";
import { AppError } from "../errors.ts";
import type { ChannelsDeps } from "./deps.ts";

/** @throws AppError channel_unavailable, channel_installing, or another that the catalog names; database_unavailable */
export async function requireAvailable(
  deps: ChannelsDeps,
  { billingAccountId }: Principal,
  channel: string,
): Promise<void> {
  const { gateway } = await tenantStatus(deps.db, billingAccountId);
  const offered = await deps.catalogs.offeredTo(billingAccountId, gateway);
  const entry = offered.find((one) => one.channel === channel);
  // One that was connected once, and that the gateway has no more.
  const problem = entry ? entry.unavailable : "channel_unavailable";
  if (problem) throw new AppError(problem);
}

/** That the person accepted the channel's risk, beside the wish that needed it. */
export async function auditNotice(
  tx: TenantTx,
  { billingAccountId, actor }: Principal,
  channel: ChannelId,
  { notice }: ConnectMethod,
  meta: RequestMeta,
): Promise<void> {
  if (notice === null) return;
  const accountId = accountIdOf(billingAccountId);
  const action = "channel.notice";
  await append(tx, { billingAccountId, actor, action, channel, accountId, outcome: "accepted", meta });
}

/** What is wrong with the terms of a wish to connect: the channel's notice is not accepted, or the access not possible. */
export function termErrors(request: ConnectRequest, status: ChannelStatus): FieldError[] {
  const errors = accessErrors(request, status);
  if (status.connect.notice === null || request.noticeAccepted) return errors;
  return [...errors, { path: "noticeAccepted", message: "the channel's notice has to be read and accepted" }];
}

/** One that is refused already is no credential to connect by. */
export function expiryErrors({ expiresAt }: ConnectRequest, now: Date): FieldError[] {
  if (!expiresAt || new Date(expiresAt) > now) return [];
  return [{ path: "expiresAt", message: "must be in the future" }];
}

/** Of a channel that can't ask first, nobody is to believe that it does. */
export function accessErrors({ access }: ConnectRequest, { connect }: ChannelStatus): FieldError[] {
  if (access !== "approval" || connect.byApproval) return [];
  return [{ path: "access", message: "on this channel people can't be let in one by one" }];
}
