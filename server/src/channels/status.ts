/** What a tenant sees of its channels: every one that could be connected, each with its state. A caller that is kept to some sees no others. */
import { type ChannelStatus, channelProblem, type StatusDocument } from "@cogni/contract";
import type { Principal } from "../auth/principal.ts";
import type { OfferedChannel } from "../db/catalogs.ts";
import { type ConnectionStatus, type LoginStatus, type TenantStatus, tenantStatus } from "../db/status.ts";
import { AppError } from "../errors.ts";
import type { AccountObservation } from "../gateway/snapshot.ts";
import type { ChannelsDeps } from "./deps.ts";
import { type DerivedState, deriveState, lastKnownState, type StateInput } from "./state.ts";
import { type Patience, steadinessSchema } from "./steadiness.ts";

/** @throws AppError database_unavailable */
export async function channelsStatus(
  deps: ChannelsDeps,
  { billingAccountId, channels: within }: Pick<Principal, "billingAccountId" | "channels">,
): Promise<StatusDocument> {
  const { gateway, connections, logins } = await tenantStatus(deps.db, billingAccountId);
  const offered = await deps.catalogs.offeredTo(billingAccountId, gateway);
  const now = deps.clock();
  return {
    observedAt: iso(gateway?.observedAt),
    gateway: { reachable: gateway?.reachable ?? false },
    channels: [...offered, ...noLongerOffered(offered, connections)]
      .filter(({ channel }) => within === null || within.includes(channel))
      .map((channel) =>
        toStatus(
          channel,
          connections.find((row) => row.channel === channel.channel),
          logins.find((login) => login.channel === channel.channel),
          gateway,
          now,
          deps.patience,
        ),
      ),
  };
}

/** One channel of the same document. @throws AppError unknown_channel, database_unavailable */
export async function channelStatus(
  deps: ChannelsDeps,
  principal: Principal,
  channel: string,
): Promise<ChannelStatus> {
  const document = await channelsStatus(deps, principal);
  const found = document.channels.find((status) => status.channel === channel);
  if (!found) throw new AppError("unknown_channel");
  return found;
}

/** Connected once, and gone from the gateway since: it stays in sight, so that it can be disconnected. */
function noLongerOffered(
  offered: readonly OfferedChannel[],
  connections: readonly ConnectionStatus[],
): OfferedChannel[] {
  return connections
    .filter((row) => !offered.some(({ channel }) => channel === row.channel))
    .map(({ channel }) => ({
      channel,
      label: channel,
      connect: {
        method: "credentials",
        fields: [],
        docsUrl: null,
        notice: null,
        byApproval: false,
        scanSteps: [],
      },
      unavailable: "channel_unavailable",
      silenceMs: null,
    }));
}

function toStatus(
  { channel, label, connect, silenceMs, unavailable }: OfferedChannel,
  row: ConnectionStatus | undefined,
  login: LoginStatus | undefined,
  gateway: TenantStatus["gateway"],
  now: Date,
  patience: Patience,
): ChannelStatus {
  const input = stateInput(row, login, gateway, now, silenceMs, patience);
  const derived = deriveState(input);
  const lastKnown = derived.state === "unknown" ? lastKnownState(input) : null;
  return {
    channel,
    label,
    accountId: row?.accountId ?? (input.login && login?.accountId) ?? null,
    displayName: row?.displayName ?? null,
    access: (input.login ? login?.access : row?.access) ?? "everyone",
    pendingSenders: row?.pendingSenders ?? 0,
    expiresAt: iso(row?.expiresAt),
    state: derived.state,
    since:
      input.login && login
        ? iso(login.endedAt ?? login.startedAt)
        : row
          ? iso(since(row, derived, gateway))
          : null,
    lastKnown:
      lastKnown && gateway?.observedAt
        ? { state: lastKnown, observedAt: gateway.observedAt.toISOString() }
        : null,
    problem: derived.problem ?? (unavailable && !row ? channelProblem(unavailable) : null),
    login:
      derived.state === "awaiting_scan" && login?.qr && login.expiresAt
        ? { qr: login.qr, expiresAt: login.expiresAt.toISOString() }
        : null,
    status: accountStatus(input.sighting?.observation, derived),
    connect,
  };
}

function stateInput(
  row: ConnectionStatus | undefined,
  login: LoginStatus | undefined,
  gateway: TenantStatus["gateway"],
  now: Date,
  silenceMs: number | null,
  patience: Patience,
): StateInput {
  // Written by our own watcher from a parsed row.
  const observation = (row?.observation ?? null) as AccountObservation | null;
  return {
    wish: row
      ? {
          desired: row.desiredState,
          credentialVersion: row.credentialVersion,
          wasConnected: row.connectedAt !== null,
          outcome: row.outcome,
        }
      : null,
    login:
      login && login.status !== "succeeded" && login.status !== "cancelled"
        ? { status: login.status, expiresAt: login.expiresAt, problem: login.problem }
        : null,
    sighting:
      row && observation
        ? {
            observation,
            version: row.seenVersion,
            steadiness: steadinessSchema.nullable().parse(row.steadiness),
          }
        : null,
    gatewayReachable: gateway?.reachable ?? false,
    now,
    silenceMs,
    patience,
  };
}

/** The watcher notes when each state began; one that it has not written yet began with the wish or the outage. */
function since(row: ConnectionStatus, { state }: DerivedState, gateway: TenantStatus["gateway"]): Date {
  if (row.state === state && row.stateSince && row.stateSince > row.wishedAt) return row.stateSince;
  if (state === "unknown" && gateway?.observedAt && gateway.observedAt > row.wishedAt)
    return gateway.observedAt;
  return row.wishedAt;
}

function accountStatus(
  observation: AccountObservation | undefined,
  { problem }: DerivedState,
): ChannelStatus["status"] {
  return {
    connected: observation?.connected ?? false,
    running: observation?.running ?? false,
    configured: observation?.configured ?? false,
    lastConnectedAt: isoOfMs(observation?.lastConnectedAt),
    lastInboundAt: isoOfMs(observation?.lastInboundAt),
    lastOutboundAt: isoOfMs(observation?.lastOutboundAt),
    lastError: problem?.cause ?? null,
  };
}

function iso(time: Date | null | undefined): string | null {
  return time?.toISOString() ?? null;
}

function isoOfMs(ms: number | null | undefined): string | null {
  return ms == null ? null : new Date(ms).toISOString();
}
