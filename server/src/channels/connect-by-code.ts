/**
 * A tenant connects a channel by scanning a code: the wish for a login is written with its audit row, and its first code
 * awaited for a while. What the person then does with the code shows in the channel's state.
 */
import { accountIdOf, type ChannelStatus, type ConnectRequest, type ConnectResponse } from "@cogni/contract";
import type { Principal } from "../auth/principal.ts";
import { append, type RequestMeta } from "../db/audit.ts";
import { type Connection, lockedConnection } from "../db/connections.ts";
import { changeLoginAccess, type Login, loginUnderWay, requestLogin } from "../db/logins.ts";
import { notifyWish } from "../db/notify.ts";
import { type TenantTx, withTenant } from "../db/tenant.ts";
import { AppError } from "../errors.ts";
import { wishAccess } from "./access.ts";
import type { Charge } from "./allowance.ts";
import { auditNotice } from "./connectable.ts";
import type { ChannelsDeps } from "./deps.ts";
import { channelStatus } from "./status.ts";

/** Needs nobody: neither a scan nor a person's decision. */
const STANDING: ReadonlySet<ChannelStatus["state"]> = new Set(["connected", "connecting", "reconnecting"]);

/**
 * Of a login under way, the same code again; of an account that is connected, its state. `force` asks for a fresh code in
 * both cases.
 * @param before the channel as it was when the request came
 * @param charge given back where nothing is to be done
 * @throws AppError superseded (by a wish to disconnect), gateway_unreachable (the wish is kept), database_unavailable
 */
export async function connectByCode(
  deps: ChannelsDeps,
  principal: Principal,
  before: ChannelStatus,
  request: ConnectRequest,
  meta: RequestMeta,
  charge: Charge,
): Promise<ConnectResponse> {
  const { billingAccountId } = principal;
  const { channel } = before;
  using codes = deps.logins.open({ billingAccountId, channel });
  using outcome = deps.outcomes.open({ billingAccountId, channel });
  const { login, changed, asked } = await withTenant(deps.db, billingAccountId, async (tx) => {
    const current = await lockedConnection(tx, channel);
    const underWay = await loginUnderWay(tx, channel);
    if (underWay && !request.force) {
      if (request.access && request.access !== underWay.access) {
        await changeLoginAccess(tx, underWay, request.access);
      }
      return { login: underWay, changed: null, asked: false };
    }
    if (current && isStanding(current, before) && !request.force) {
      const changed = await wishAccess(tx, principal, current, request.access, meta);
      return { login: null, changed, asked: changed !== null };
    }
    return { login: await wishLogin(deps, tx, principal, request, before, meta), changed: null, asked: true };
  });
  if (!asked) await charge.giveBack();
  const awaited = login?.status === "requested" || changed !== null;
  if (awaited && (await channelStatus(deps, principal, channel)).state !== "unknown") {
    if (login) await codes.settled(login.generation, deps.wishWaitMs);
    if (changed) await outcome.settled(changed.generation, deps.wishWaitMs);
  }
  return answer(await channelStatus(deps, principal, channel), login);
}

function isStanding({ desiredState }: Connection, { state }: ChannelStatus): boolean {
  return desiredState === "connected" && (STANDING.has(state) || state === "unknown");
}

async function wishLogin(
  deps: ChannelsDeps,
  tx: TenantTx,
  principal: Principal,
  request: ConnectRequest,
  before: ChannelStatus,
  meta: RequestMeta,
): Promise<Login> {
  const { billingAccountId } = principal;
  const { channel } = before;
  const login = await requestLogin(tx, {
    id: deps.newId(),
    channel,
    accountId: accountIdOf(billingAccountId),
    access: request.access ?? before.access,
    by: principal.actor,
  });
  await auditNotice(tx, principal, channel, before.connect, meta);
  await append(tx, {
    billingAccountId,
    actor: principal.actor,
    action: "channel.connect",
    channel,
    accountId: login.accountId,
    outcome: "requested",
    meta,
  });
  await notifyWish(tx, login, login.generation);
  return login;
}

function answer(after: ChannelStatus, login: Login | null): ConnectResponse {
  const { accountId, channel, state, displayName, problem } = after;
  if (state === "unknown") {
    throw new AppError("gateway_unreachable", {
      detail: "Your wish is kept. It is carried out when the gateway is back.",
    });
  }
  // Someone disconnected the channel while this request waited.
  if (accountId === null) throw new AppError("superseded");
  const common = { accountId, channel, displayName };
  if (after.login) return { ...common, status: "awaiting_scan", error: null, ...after.login };
  if (state === "action_required") return { ...common, status: "failed", error: problem };
  if (state === "disconnecting" && !login) throw new AppError("superseded");
  return { ...common, status: state === "connected" ? "connected" : "connecting", error: null };
}
