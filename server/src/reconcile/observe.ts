/** Puts a connection and the gateway's row of its account together into the state they make. */
import { type BillingAccountId, type ChannelId, channelIdSchema, tenantOfAccountId } from "@cogni/contract";
import { type DerivedState, deriveState, glanceAt, type Wish } from "../channels/state.ts";
import { type Patience, remember, type Steadiness, steadinessSchema } from "../channels/steadiness.ts";
import type { PlacedConnection } from "../db/connections.ts";
import { failureOf } from "../gateway/failure.ts";
import type { AccountObservation, Snapshot } from "../gateway/snapshot.ts";

/** An account, and when the gateway was asked for it. */
export interface Seen {
  readonly observation: AccountObservation;
  readonly observedAt: Date;
}

export interface Circumstances {
  readonly now: Date;
  readonly silenceMs: number | null;
  readonly patience: Patience;
  /** Null: the observation is to be taken as it is. */
  readonly steadiness: Steadiness | null;
  readonly gatewayReachable: boolean;
}

/** @param seen undefined for an account that the gateway does not have */
export function stateOf(
  connection: PlacedConnection | undefined,
  seen: Seen | undefined,
  { steadiness, ...circumstances }: Circumstances,
): DerivedState {
  // It is down because it is meant to be: no outage to be told, and no state to be shown.
  if (connection?.suspended && connection.desiredState === "connected")
    return { state: "not_connected", problem: null };
  return deriveState({
    wish: connection ? wishOf(connection) : null,
    login: null,
    sighting: seen
      ? {
          observation: seen.observation,
          version: connection && isCurrent(connection, seen.observedAt) ? connection.startedVersion : null,
          steadiness,
        }
      : null,
    ...circumstances,
  });
}

/** Whether what was seen then is of the account as it was last started. */
export function isCurrent({ startedAt }: PlacedConnection, observedAt: Date): boolean {
  return startedAt === null || observedAt > startedAt;
}

/** What is remembered of the account so far; null where nothing is, or it was of another credential. */
export function steadinessOf(connection: PlacedConnection): Steadiness | null {
  return steadinessSchema.nullable().parse(connection.steadiness);
}

/** What is to be remembered of the account, with this look at it; null while it is not on its credential yet. */
export function remembered(
  connection: PlacedConnection,
  observation: AccountObservation,
  looked: { readonly at: Date; readonly before: Date | null },
  { silenceMs, patience }: Pick<Circumstances, "silenceMs" | "patience">,
): Steadiness | null {
  if (connection.startedVersion !== connection.credentialVersion) return null;
  if (!isCurrent(connection, looked.at)) return null;
  const glance = glanceAt(observation, wishOf(connection), looked, silenceMs);
  return remember(steadinessOf(connection), glance, patience);
}

function wishOf(connection: PlacedConnection): Wish {
  return {
    desired: connection.desiredState,
    credentialVersion: connection.credentialVersion,
    wasConnected: connection.connectedAt !== null,
    outcome: connection.outcome,
  };
}

/** An account that does not run, that the gateway will not restart, and that nothing final happened to. */
export function needsStart(row: AccountObservation | undefined): boolean {
  if (!row) return true;
  const failure = failureOf(row);
  if (failure?.kind === "secret_unavailable") return true;
  return !row.running && !row.restartPending && !failure?.terminal;
}

export interface OurAccount {
  readonly billingAccountId: BillingAccountId;
  readonly channel: ChannelId;
  readonly accountId: string;
  readonly observation: AccountObservation;
}

/** The accounts of tenants in a snapshot; what else runs on the gateway is none of our business. */
export function ourAccounts(snapshot: Snapshot): OurAccount[] {
  return [...snapshot.accounts].flatMap(([name, observation]) => {
    const [channelName = "", accountId = ""] = name.split("/");
    const channel = channelIdSchema.safeParse(channelName);
    const billingAccountId = tenantOfAccountId(accountId);
    return channel.success && billingAccountId
      ? [{ billingAccountId, channel: channel.data, accountId, observation }]
      : [];
  });
}
