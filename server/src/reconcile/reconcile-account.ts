/**
 * The one function that closes the difference between what a tenant wishes and what its gateway does. It knows of no
 * event: called at any time, any number of times, it reads both sides afresh and takes the next safe step (the shape
 * is controller-runtime's reconciler).
 */
import { accountIdOf } from "@cogni/contract";
import { accountSpec, isApplied } from "../channels/account-spec.ts";
import { type Credential, identifyingFields, openCredential } from "../channels/credential.ts";
import { keyString } from "../channels/keys.ts";
import {
  claimedElsewhere,
  type PlacedRegistration,
  type RegistrationKey,
  registrationByKey,
} from "../db/registrations.ts";
import { withService } from "../db/tenant.ts";
import { AppError } from "../errors.ts";
import type { AccountSpec } from "../gateway/gateway.ts";
import { SECRET_UNAVAILABLE } from "../gateway/outcomes.ts";
import { accountKeyString } from "../gateway/snapshot.ts";
import { awaitOutcome, giveWay, judge } from "./await-outcome.ts";
import type { ReconcileDeps, ReconcileResult } from "./deps.ts";
import { needsStart } from "./observe.ts";
import { recordClosed, recordProblem, recordStarted } from "./record.ts";

/** Before looking again whether another tenant's attempt with the same credential has ended, in milliseconds. */
const RIVAL_MS = 1_000;

/**
 * @param signal aborted when a newer wish for the same account arrives: waiting ends, nothing is undone.
 * @throws AppError gateway_unreachable, gateway_timeout or database_unavailable: the loop calls again later.
 */
export async function reconcileAccount(
  deps: ReconcileDeps,
  key: RegistrationKey,
  signal: AbortSignal,
): Promise<ReconcileResult> {
  const registration = await withService(deps.db, (tx) => registrationByKey(tx, key));
  if (!registration) return stopLeftover(deps, key);
  if (registration.desiredState === "disconnected") return takeDown(deps, registration);
  if (registration.outcome === "credential_claimed") return giveWay(deps, registration);
  if (registration.outcome) return { kind: "needs_person", code: registration.outcome };
  return bringUp(deps, registration, signal);
}

async function bringUp(
  deps: ReconcileDeps,
  registration: PlacedRegistration,
  signal: AbortSignal,
): Promise<ReconcileResult> {
  const { gateway } = deps;
  const credential = readable(deps, registration);
  if (!credential) {
    await recordProblem(deps, registration, "credential_unreadable");
    return { kind: "needs_person", code: "credential_unreadable" };
  }
  const channel = (await gateway.catalog()).get(registration.channel);
  if (!channel) return { kind: "retry", afterMs: deps.retryMs };
  const spec = accountSpec(
    registration,
    registration.credentialVersion,
    credential,
    channel.connect.fields,
    registration.billingAccountName,
  );

  const fingerprint = deps.fingerprints.of(
    registration.channel,
    identifyingFields(credential, channel.connect),
  );
  if (!registration.claimed) {
    if (!(await deps.contenders.mayTry(registration, fingerprint)))
      return { kind: "retry", afterMs: RIVAL_MS };
    const taken = await withService(deps.db, (tx) => claimedElsewhere(tx, registration.channel, fingerprint));
    if (taken) return giveWay(deps, registration);
  }

  const replaced = await apply(deps, registration, spec);
  const row = gateway.latest()?.accounts.get(accountKeyString(spec));
  const outdated = replaced || registration.startedVersion !== registration.credentialVersion;
  if (outdated || needsStart(row)) {
    // What still runs on an earlier credential was stopped when the config was replaced, unless that run was cut short.
    if (outdated && !replaced && row?.running) await deps.limit(() => gateway.stop(spec));
    const started = await start(deps, registration);
    if (!started) return { kind: "retry", afterMs: deps.retryMs };
    const running = {
      ...registration,
      startedVersion: registration.credentialVersion,
      // How it fared on another credential says nothing about this one.
      steadiness: outdated ? null : registration.steadiness,
    };
    return awaitOutcome(deps, { registration: running, fingerprint }, signal);
  }
  // Up or refused since the run that started it gave up waiting.
  const seenAt = gateway.latest()?.observedAt;
  const settled = registration.settledGeneration === registration.generation && registration.claimed;
  if (settled || !row || !seenAt) return { kind: "done" };
  return (
    (await judge(deps, { registration, fingerprint }, { observation: row, observedAt: seenAt })) ?? {
      kind: "done",
    }
  );
}

function readable({ vault }: ReconcileDeps, registration: PlacedRegistration): Credential | null {
  try {
    return openCredential(vault, registration);
  } catch (error) {
    if (error instanceof AppError && error.code === "credential_unreadable") return null;
    throw error;
  }
}

/** Makes the gateway's config hold the account as it should be. True if it did not. */
async function apply(
  deps: ReconcileDeps,
  registration: PlacedRegistration,
  spec: AccountSpec,
): Promise<boolean> {
  const { gateway } = deps;
  const applied = await gateway.applied(spec);
  if (isApplied(spec, applied)) return false;
  await recordStarted(deps, registration, null);
  if (applied) await deps.limit(() => gateway.stop(spec));
  await gateway.put(spec);
  return true;
}

async function start(deps: ReconcileDeps, registration: PlacedRegistration): Promise<boolean> {
  const { gateway } = deps;
  const account = { channel: registration.channel, accountId: registration.accountId };
  let outcome = await deps.limit(() => gateway.start(account));
  if (outcome.kind === "refused" && outcome.reason === SECRET_UNAVAILABLE) {
    // The gateway booted, or read its config, while it could not ask for credentials.
    await gateway.reloadSecrets();
    outcome = await deps.limit(() => gateway.start(account));
  }
  if (outcome.kind === "refused") {
    deps.log.warn(
      { account: keyString(registration), reason: outcome.reason },
      "the gateway refused a start",
    );
    return false;
  }
  await recordStarted(deps, { ...registration, startedVersion: null }, registration.credentialVersion);
  return true;
}

/** Gateway first; only when the account is down and gone is the registration closed and its credential zeroed. */
async function takeDown(deps: ReconcileDeps, registration: PlacedRegistration): Promise<ReconcileResult> {
  const { gateway } = deps;
  const account = { channel: registration.channel, accountId: registration.accountId };
  if (await gateway.applied(account)) {
    await deps.limit(() => gateway.stop(account));
    // Only a session has an end at the messenger. Of a token, logging out drops what `remove` drops anyway, and the
    // gateway then refuses to start an account of that name again ("unlinked", openclaw 2026.9.6).
    const { method } = (await gateway.catalog()).get(registration.channel)?.connect ?? {};
    if (method === "qr") await deps.limit(() => gateway.logout(account));
    await gateway.remove(account);
  }
  await recordClosed(deps, registration);
  return { kind: "done" };
}

/**
 * An account of ours without a registration: a database restored from before it was made. It is stopped and reported,
 * never logged out or removed: what looks left over may be all that is left of it.
 */
async function stopLeftover(deps: ReconcileDeps, key: RegistrationKey): Promise<ReconcileResult> {
  const account = { channel: key.channel, accountId: accountIdOf(key.billingAccountId) };
  const row = deps.gateway.latest()?.accounts.get(accountKeyString(account));
  if (!row?.running) return { kind: "done" };
  deps.log.error(
    { account: keyString(key) },
    "an account without a registration was stopped; nothing was removed",
  );
  await deps.limit(() => deps.gateway.stop(account));
  return { kind: "done" };
}
