/**
 * From a tenant's wish, what the gateway last showed, and the clock: the one state that page, API, audit and alerts
 * speak of. Pure, so that a table of cases can hold it to its word.
 */
import { type ChannelProblem, type ChannelState, channelProblem, type ErrorCode } from "@cogni/contract";
import { failureOf } from "../gateway/failure.ts";
import type { AccountObservation } from "../gateway/snapshot.ts";

export interface Wish {
  readonly desired: "connected" | "disconnected";
  /** Bumped by every new credential; unique over time. */
  readonly credentialVersion: number;
  /** Whether the account has been seen up with this credential. */
  readonly wasConnected: boolean;
  /** An end that the gateway cannot show, such as a credential that no longer opens. */
  readonly outcome: ErrorCode | null;
}

/** The account as it was last seen; `startedVersion` is the credential it was last started with. */
export interface Sighting {
  readonly observation: AccountObservation;
  readonly startedVersion: number | null;
}

/** A login by QR that is under way, or that failed and was not asked for again. */
export interface LoginView {
  readonly status: "requested" | "offered" | "failed";
  readonly expiresAt: Date | null;
  readonly problem: ErrorCode | null;
}

export interface StateInput {
  readonly wish: Wish | null;
  readonly login: LoginView | null;
  readonly sighting: Sighting | null;
  readonly gatewayReachable: boolean;
  readonly now: Date;
  /** How long a channel's transport may be silent before its “connected” is not believed; null: it reports none. */
  readonly silenceMs: number | null;
}

export interface DerivedState {
  readonly state: ChannelState;
  readonly problem: ChannelProblem | null;
}

/** A start takes seconds; one that neither succeeds nor fails for this long gets no answer from the messenger. */
const UNANSWERED_START_MS = 20_000;

const plain = (state: ChannelState): DerivedState => ({ state, problem: null });
const troubled = (state: ChannelState, code: ErrorCode): DerivedState => ({
  state,
  problem: channelProblem(code),
});

export function deriveState(input: StateInput): DerivedState {
  const { wish, login } = input;
  if (wish?.desired === "disconnected") return plain("disconnecting");
  if (login) return loggingIn(login, input);
  if (!wish) return plain("not_connected");
  if (wish.outcome) return troubled("action_required", wish.outcome);
  if (!input.gatewayReachable) return troubled("unknown", "gateway_unreachable");
  return seen(input, wish);
}

/**
 * The state by the last sighting alone, whether or not the gateway answers now: what `unknown` shows beside it.
 */
export function lastKnownState(input: StateInput): ChannelState | null {
  const { wish, sighting, login } = input;
  if (!(wish && sighting) && !login) return null;
  return deriveState({ ...input, gatewayReachable: true }).state;
}

function loggingIn(
  { status, expiresAt, problem }: LoginView,
  { gatewayReachable, now }: StateInput,
): DerivedState {
  if (status === "failed") return troubled("action_required", problem ?? "login_failed");
  if (expiresAt && expiresAt <= now) return troubled("action_required", "login_expired");
  if (!gatewayReachable) return troubled("unknown", "gateway_unreachable");
  return plain(status === "offered" ? "awaiting_scan" : "connecting");
}

function seen({ sighting, now, silenceMs }: StateInput, wish: Wish): DerivedState {
  const waiting = wish.wasConnected ? "reconnecting" : "connecting";
  // What is seen of an earlier credential says nothing about this one.
  if (!sighting || sighting.startedVersion !== wish.credentialVersion) return plain(waiting);
  const { observation } = sighting;

  if (observation.connected) {
    const lastHeard = observation.lastTransportActivityAt;
    const silent = silenceMs !== null && lastHeard !== null && now.getTime() - lastHeard > silenceMs;
    return silent ? troubled("reconnecting", "messenger_unreachable") : plain("connected");
  }

  const failure = failureOf(observation);
  if (!failure) {
    const { running, lastStartAt } = observation;
    const unanswered = running && lastStartAt !== null && now.getTime() - lastStartAt > UNANSWERED_START_MS;
    return unanswered ? troubled(waiting, "messenger_unreachable") : plain(waiting);
  }
  // The cure is ours: the loop reloads the gateway's secrets and starts the account again.
  if (failure.kind === "secret_unavailable") return plain(waiting);
  if (failure.kind === "messenger_unreachable" && !failure.terminal) {
    return troubled(waiting, "messenger_unreachable");
  }
  if (failure.kind === "failed" && !failure.terminal) return plain(waiting);
  return troubled(
    "action_required",
    failure.kind === "failed" || failure.kind === "messenger_unreachable" ? "account_failed" : failure.kind,
  );
}
