/** Puts a registration and the gateway's row of its account together into the state they make. */
import { type BillingAccountId, type ChannelId, channelIdSchema, tenantOfAccountId } from "@cogni/contract";
import { type DerivedState, deriveState } from "../channels/state.ts";
import type { PlacedRegistration } from "../db/registrations.ts";
import { failureOf } from "../gateway/failure.ts";
import type { AccountObservation, Snapshot } from "../gateway/snapshot.ts";

export function stateOf(
  registration: PlacedRegistration | undefined,
  observation: AccountObservation,
  silenceMs: number | null,
  now: Date,
): DerivedState {
  return deriveState({
    wish: registration
      ? {
          desired: registration.desiredState,
          credentialVersion: registration.credentialVersion,
          wasConnected: registration.connectedAt !== null,
          outcome: registration.outcome,
        }
      : null,
    login: null,
    sighting: { observation, startedVersion: registration?.startedVersion ?? null },
    gatewayReachable: true,
    now,
    silenceMs,
  });
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
