/**
 * From a tenant's wish, what the gateway last showed, and the clock: the one state that page, API, audit and alerts
 * speak of. Pure, so that a table of cases can hold it to its word.
 */
import { type ChannelProblem, type ChannelState, channelProblem, type ErrorCode } from "@cogni/contract";
import { failureOf } from "../gateway/failure.ts";
import type { AccountObservation } from "../gateway/snapshot.ts";
import { type Glance, isBlip, isSettling, type Patience, type Steadiness } from "./steadiness.ts";

export interface Wish {
  readonly desired: "connected" | "disconnected";
  /** Bumped by every new credential; unique over time. */
  readonly credentialVersion: number;
  /** Whether the account has been seen up with this credential. */
  readonly wasConnected: boolean;
  /** An end that the gateway cannot show, such as a credential that no longer opens. */
  readonly outcome: ErrorCode | null;
}

/** The account as it was last seen, and the version of the credential it ran on; null: it was not started since. */
export interface Sighting {
  readonly observation: AccountObservation;
  readonly version: number | null;
  /** How it fared before; null: the sighting is to be taken as it is. */
  readonly steadiness: Steadiness | null;
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
  readonly patience: Patience;
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

function loggingIn({ status, expiresAt, problem }: LoginView, input: StateInput): DerivedState {
  const { wish, gatewayReachable, now } = input;
  if (status === "failed") {
    // It was asked for beside an account that lives on without it.
    const beside = wish && !wish.outcome && gatewayReachable ? seen(input, wish) : null;
    if (beside?.state === "connected") return beside;
    return troubled("action_required", problem ?? "login_failed");
  }
  if (expiresAt && expiresAt <= now) return troubled("action_required", "login_expired");
  if (!gatewayReachable) return troubled("unknown", "gateway_unreachable");
  return plain(status === "offered" ? "awaiting_scan" : "connecting");
}

function seen(input: StateInput, wish: Wish): DerivedState {
  const { sighting, now, patience } = input;
  const waiting = waitingFor(wish);
  // What is seen of an earlier credential says nothing about this one.
  if (!sighting || sighting.version !== wish.credentialVersion) return plain(waiting);
  const { observation, steadiness } = sighting;
  const present = atFirstSight(observation, wish, input);
  if (!steadiness || present.state === "action_required") return present;
  if (present.state === "connected") {
    if (!isSettling(steadiness, now, patience)) return present;
    return steadiness.trouble
      ? troubled("action_required", steadiness.trouble)
      : troubled(waiting, "connection_unsteady");
  }
  if (!present.problem && steadiness.trouble) return troubled("action_required", steadiness.trouble);
  const heardAt = observation.lastTransportActivityAt ?? steadiness.heardAt?.getTime() ?? null;
  const blip = wish.wasConnected && isBlip(steadiness, now, patience) && !isSilent(heardAt, input);
  return blip ? plain("connected") : present;
}

/** What `remember` needs of a sighting, of whichever credential. */
export function glanceAt(
  observation: AccountObservation,
  wish: Wish,
  looked: { readonly at: Date; readonly before: Date | null },
  silenceMs: number | null,
): Glance {
  const { state, problem } = atFirstSight(observation, wish, { now: looked.at, silenceMs });
  const heardAt = observation.lastTransportActivityAt;
  return {
    at: looked.at,
    lookedBefore: looked.before,
    up: state === "connected",
    cause: problem && { code: problem.code, needsPerson: state === "action_required" },
    heardAt: heardAt === null ? null : new Date(heardAt),
    silenceMs,
  };
}

const waitingFor = ({ wasConnected }: Wish): ChannelState => (wasConnected ? "reconnecting" : "connecting");

function isSilent(
  heardAt: number | null,
  { now, silenceMs }: Pick<StateInput, "now" | "silenceMs">,
): boolean {
  return silenceMs !== null && heardAt !== null && now.getTime() - heardAt > silenceMs;
}

/** The state by one sighting alone, whatever was before. */
function atFirstSight(
  observation: AccountObservation,
  wish: Wish,
  clock: Pick<StateInput, "now" | "silenceMs">,
): DerivedState {
  const waiting = waitingFor(wish);
  if (observation.connected) {
    const silent = isSilent(observation.lastTransportActivityAt, clock);
    return silent ? troubled("reconnecting", "messenger_unreachable") : plain("connected");
  }

  const failure = failureOf(observation);
  if (!failure) {
    const { running, lastStartAt } = observation;
    const unanswered =
      running && lastStartAt !== null && clock.now.getTime() - lastStartAt > UNANSWERED_START_MS;
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
