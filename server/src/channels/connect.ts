/** A tenant wishes a channel connected: the wish is written with its audit row, and its outcome awaited for a while. */
import { accountIdOf, type ChannelStatus, type ConnectRequest, type ConnectResponse } from "@cogni/contract";
import type { Principal } from "../auth/principal.ts";
import { append, type RequestMeta } from "../db/audit.ts";
import { type Connection, claimedElsewhere, lockedConnection, providerOf } from "../db/connections.ts";
import { notifyWish } from "../db/notify.ts";
import { type TenantTx, withTenant } from "../db/tenant.ts";
import { wishConnected } from "../db/wishes.ts";
import { AppError } from "../errors.ts";
import { changesOnlyAccess, wishAccess } from "./access.ts";
import type { Allowance } from "./allowance.ts";
import { connectByCode } from "./connect-by-code.ts";
import { accessErrors, auditNotice, expiryErrors, requireAvailable, termErrors } from "./connectable.ts";
import {
  type Credential,
  credentialOf,
  identifyingFields,
  openCredential,
  sameCredential,
} from "./credential.ts";
import type { ChannelsDeps } from "./deps.ts";
import { changeExpiry } from "./expiry.ts";
import { isClaimed, isRefused } from "./guesses.ts";
import { channelStatus } from "./status.ts";

/**
 * The same credential again changes nothing but until when it is good, and who may write to the account, if that is asked for, unless the last attempt needs a person: then it is one more attempt.
 * @throws AppError unknown_channel, invalid_request, credential_claimed, superseded (by a wish to disconnect),
 *   gateway_unreachable (the wish is kept), rate_limited, database_unavailable (it is not)
 */
export async function connectChannel(
  deps: ChannelsDeps,
  principal: Principal,
  request: ConnectRequest,
  meta: RequestMeta,
  allowance: Allowance,
): Promise<ConnectResponse> {
  const { billingAccountId } = principal;
  const before = await channelStatus(deps, principal, request.channel);
  await requireAvailable(deps, principal, request.channel);
  const credential = changesOnlyAccess(request, before)
    ? null
    : credentialOf(request, before.connect, [
        ...termErrors(request, before),
        ...expiryErrors(request, deps.clock()),
      ]);
  const errors = accessErrors(request, before);
  if (errors.length > 0) throw new AppError("invalid_request", { errors });
  if (before.connect.method === "qr") {
    const charge = await allowance.take(credential === null ? "connect" : "code");
    return connectByCode(deps, principal, before, request, meta, charge);
  }
  if (credential !== null) await allowance.require("refused");
  const charge = await allowance.take("connect");

  using outcome = deps.outcomes.open({ billingAccountId, channel: request.channel });
  let guessed = false;
  const wish = await withTenant(deps.db, billingAccountId, async (tx) => {
    const current = await lockedConnection(tx, request.channel);
    const unchanged =
      credential === null || (before.state !== "action_required" && holds(deps, current, credential));
    if (current && unchanged) {
      await changeExpiry(tx, principal, current, request.expiresAt, meta);
      return wishAccess(tx, principal, current, request.access, meta);
    }
    // It was disconnected since the request was read.
    if (credential === null) throw new AppError("superseded");
    const access = request.access ?? current?.access ?? "everyone";
    guessed = isRefused(before) && !holds(deps, current, credential);
    const expiresAt = request.expiresAt ?? null;
    return writeWish(deps, tx, principal, { ...before, access, expiresAt }, current, credential, meta);
  }).catch(async (error: unknown) => {
    if (isClaimed(error)) await allowance.note("refused");
    throw error;
  });
  if (!wish) await charge.giveBack();
  if (guessed) await allowance.note("refused");
  const reachable = wish && (await channelStatus(deps, principal, request.channel)).state !== "unknown";
  if (reachable) await outcome.settled(wish.generation, deps.wishWaitMs);
  const after = await channelStatus(deps, principal, request.channel);
  if (after.state === "unknown") {
    throw new AppError("gateway_unreachable", {
      detail: "Your wish is kept. It is carried out when the gateway is back.",
    });
  }
  return answer(after);
}

function holds({ vault }: ChannelsDeps, current: Connection | null, credential: Credential): boolean {
  if (current?.desiredState !== "connected" || current.outcome === "credential_unreadable") return false;
  return sameCredential(openCredential(vault, current), credential);
}

async function writeWish(
  deps: ChannelsDeps,
  tx: TenantTx,
  principal: Principal,
  { channel, connect, access, expiresAt }: ChannelStatus,
  current: Connection | null,
  credential: Credential,
  meta: RequestMeta,
): Promise<Connection> {
  const { billingAccountId } = principal;
  const fingerprint = deps.fingerprints.of(channel, identifyingFields(credential, connect));
  if (await claimedElsewhere(tx, channel, fingerprint)) throw new AppError("credential_claimed");
  const id = current?.id ?? deps.newId();
  const accountId = accountIdOf(billingAccountId);
  const connection = await wishConnected(tx, {
    id,
    channel,
    accountId,
    credentialType: "bot_token",
    sealed: deps.vault.seal(credential, {
      billingAccountId,
      connectionId: id,
      provider: providerOf(channel),
    }),
    keyId: deps.vault.currentKeyId,
    fingerprint,
    access,
    expiresAt: expiresAt === null ? null : new Date(expiresAt),
    by: principal.actor,
  });
  await auditNotice(tx, principal, channel, connect, meta);
  await append(tx, {
    billingAccountId,
    actor: principal.actor,
    action: current ? "channel.replace" : "channel.connect",
    channel,
    accountId,
    outcome: "requested",
    meta,
  });
  await notifyWish(tx, connection, connection.generation);
  return connection;
}

function answer({ accountId, channel, state, displayName, problem }: ChannelStatus): ConnectResponse {
  if (accountId === null || state === "disconnecting") throw new AppError("superseded");
  const failed = state === "action_required";
  return {
    accountId,
    channel,
    status: state === "connected" ? "connected" : failed ? "failed" : "connecting",
    displayName,
    error: failed ? problem : null,
  };
}
