/**
 * The one function that closes the difference between what a tenant wishes and what its gateway does. It knows of no
 * event: called at any time, any number of times, it reads both sides afresh and takes the next safe step (the shape
 * is controller-runtime's reconciler).
 */
import { accountIdOf } from "@cogni/contract";
import { isApplied } from "../channels/account-spec.ts";
import { keyString } from "../channels/keys.ts";
import {
  type ConnectionKey,
  claimedElsewhere,
  connectionByKey,
  type PlacedConnection,
} from "../db/connections.ts";
import { unfinishedLogin } from "../db/logins.ts";
import { approvedSenders } from "../db/senders.ts";
import { withService } from "../db/tenant.ts";
import { AppError } from "../errors.ts";
import type { AccountSpec } from "../gateway/gateway.ts";
import { SECRET_UNAVAILABLE, type StartOutcome, UNLINKED } from "../gateway/outcomes.ts";
import { accountKeyString } from "../gateway/snapshot.ts";
import { type AccountPlan, planOf } from "./account-plan.ts";
import { awaitOutcome, giveWay, judge } from "./await-outcome.ts";
import type { ReconcileDeps, ReconcileResult } from "./deps.ts";
import { isCurrent, needsStart } from "./observe.ts";
import { recordClosed, recordProblem, recordStarted } from "./record.ts";
import { takeOffGateway } from "./take-down.ts";

/** Before looking again whether another tenant's attempt with the same credential has ended, in milliseconds. */
const RIVAL_MS = 1_000;

/**
 * @param signal aborted when a newer wish for the same account arrives: waiting ends, nothing is undone.
 * @throws AppError gateway_unreachable, gateway_timeout or database_unavailable: the loop calls again later.
 */
export async function reconcileAccount(
  deps: ReconcileDeps,
  key: ConnectionKey,
  signal: AbortSignal,
): Promise<ReconcileResult> {
  const connection = await withService(deps.db, (tx) => connectionByKey(tx, key));
  if (!connection) return stopLeftover(deps, key);
  if (connection.desiredState === "disconnected") return takeDown(deps, connection);
  if (connection.suspended) return keepDown(deps, connection);
  // Until the login has ended, the account is the login's.
  if (connection.loggingIn) return { kind: "done" };
  if (connection.outcome === "credential_claimed") return giveWay(deps, connection);
  if (connection.outcome) return { kind: "needs_person", code: connection.outcome };
  return bringUp(deps, connection, signal);
}

async function bringUp(
  deps: ReconcileDeps,
  connection: PlacedConnection,
  signal: AbortSignal,
): Promise<ReconcileResult> {
  const { gateway } = deps;
  const channel = (await gateway.catalog()).get(connection.channel);
  if (!channel) return { kind: "retry", afterMs: deps.retryMs };
  const plan = readable(() => planOf(deps, connection, channel));
  if (!plan) {
    await recordProblem(deps, connection, "credential_unreadable");
    return { kind: "needs_person", code: "credential_unreadable" };
  }
  const { spec, fingerprint } = plan;
  if (!connection.claimed && fingerprint) {
    if (!(await deps.contenders.mayTry(connection, fingerprint))) return { kind: "retry", afterMs: RIVAL_MS };
    const taken = await withService(deps.db, (tx) => claimedElsewhere(tx, connection.channel, fingerprint));
    if (taken) return giveWay(deps, connection);
  }

  const replaced = await apply(deps, connection, spec);
  const latest = gateway.latest();
  const row = latest?.accounts.get(accountKeyString(spec));
  const outdated = replaced || connection.startedVersion !== connection.credentialVersion;
  if (!outdated && latest && !isCurrent(connection, latest.observedAt)) {
    return awaitOutcome(deps, { connection, fingerprint }, signal);
  }
  if (outdated || needsStart(row)) {
    // What still runs on an earlier credential was stopped when the config was replaced, unless that run was cut short.
    // And a login that succeeded has the gateway start the account in our name, which our starts avoid (cogni.start).
    const mayRun = row?.running || connection.credentialType === "channel_session";
    if (outdated && !replaced && mayRun) await deps.limit(() => gateway.stop(spec));
    const outcome = await start(deps, connection);
    if (outcome.kind === "refused") return onRefused(deps, connection, outcome.reason);
    const running = {
      ...connection,
      startedVersion: connection.credentialVersion,
      // All that is looked at from here on was asked for after the start.
      startedAt: null,
      // How it fared on another credential says nothing about this one.
      steadiness: outdated ? null : connection.steadiness,
    };
    return awaitOutcome(deps, { connection: running, fingerprint }, signal);
  }
  // Up or refused since the run that started it gave up waiting.
  const settled = connection.settledGeneration === connection.generation && connection.claimed;
  if (settled || !row || !latest) return { kind: "done" };
  const seen = { observation: row, observedAt: latest.observedAt };
  return (await judge(deps, { connection, fingerprint }, seen)) ?? { kind: "done" };
}

function readable(plan: () => AccountPlan): AccountPlan | null {
  try {
    return plan();
  } catch (error) {
    if (error instanceof AppError && error.code === "credential_unreadable") return null;
    throw error;
  }
}

/** Makes the gateway's config hold the account as it should be. True if it did not. */
async function apply(deps: ReconcileDeps, connection: PlacedConnection, spec: AccountSpec): Promise<boolean> {
  const { gateway } = deps;
  const approved =
    spec.access === "approval" ? await withService(deps.db, (tx) => approvedSenders(tx, connection)) : [];
  const applied = await gateway.applied(spec);
  if (isApplied(spec, applied) && (await gateway.admitsAll(spec, approved))) return false;
  await recordStarted(deps, connection, null);
  if (applied) await deps.limit(() => gateway.stop(spec));
  await gateway.put({ ...spec, approved });
  return true;
}

async function start(deps: ReconcileDeps, connection: PlacedConnection): Promise<StartOutcome> {
  const { gateway } = deps;
  const account = { channel: connection.channel, accountId: connection.accountId };
  let outcome = await deps.limit(() => gateway.start(account));
  if (outcome.kind === "refused" && outcome.reason === SECRET_UNAVAILABLE) {
    // The gateway booted, or read its config, while it could not ask for credentials.
    await gateway.reloadSecrets();
    outcome = await deps.limit(() => gateway.start(account));
  }
  if (outcome.kind === "refused") {
    deps.log.warn({ account: keyString(connection), reason: outcome.reason }, "the gateway refused a start");
    return outcome;
  }
  await recordStarted(deps, { ...connection, startedVersion: null }, connection.credentialVersion);
  return outcome;
}

/** A session that is gone comes back by a scan alone; what else keeps an account from starting may pass. */
async function onRefused(
  deps: ReconcileDeps,
  connection: PlacedConnection,
  reason: string,
): Promise<ReconcileResult> {
  if (connection.credentialType === "channel_session" && reason === UNLINKED) {
    const { accounts } = await deps.gateway.next(deps.clock(), deps.outcomeWaitMs);
    if (accounts.get(accountKeyString(connection))?.linked === false) {
      await recordProblem(deps, connection, "logged_out");
      return { kind: "needs_person", code: "logged_out" };
    }
  }
  return { kind: "retry", afterMs: deps.retryMs };
}

/** Gateway first; only when the account is down and gone is the connection closed and its credential zeroed. */
async function takeDown(deps: ReconcileDeps, connection: PlacedConnection): Promise<ReconcileResult> {
  await takeOffGateway(deps, connection, connection.credentialType === "channel_session");
  await recordClosed(deps, connection);
  return { kind: "done" };
}

/**
 * A suspended tenant's account is down, and does not start when the gateway does. All else stays: the day it may run again, it is
 * put anew and started as after a lost config.
 */
async function keepDown(
  { gateway, limit }: ReconcileDeps,
  connection: PlacedConnection,
): Promise<ReconcileResult> {
  const applied = await gateway.applied(connection);
  const running = gateway.latest()?.accounts.get(accountKeyString(connection))?.running ?? false;
  if (applied?.enabled || running) await limit(() => gateway.stop(connection));
  if (applied?.enabled) await gateway.disable(connection);
  return { kind: "done" };
}

/**
 * An account of ours without a connection: a database restored from before it was made. It is stopped and reported,
 * never logged out or removed: what looks left over may be all that is left of it.
 */
async function stopLeftover(deps: ReconcileDeps, key: ConnectionKey): Promise<ReconcileResult> {
  const account = { channel: key.channel, accountId: accountIdOf(key.billingAccountId) };
  const row = deps.gateway.latest()?.accounts.get(accountKeyString(account));
  // Whoever else had it looked at may have done so just before a database was put back.
  if (!row?.running || !deps.leftovers.has(keyString(key))) return { kind: "done" };
  // One that is just being logged in: the gateway starts it before it tells us.
  if (await withService(deps.db, (tx) => unfinishedLogin(tx, key))) return { kind: "done" };
  deps.log.error(
    { account: keyString(key) },
    "an account without a connection was stopped; nothing was removed",
  );
  await deps.limit(() => deps.gateway.stop(account));
  return { kind: "done" };
}
