/**
 * Carries out one login by QR: has the gateway begin it, follows its codes until one is scanned, and is rid of it when none
 * was. Like reconciling an account it knows of no event: called at any time, any number of times, it reads where the
 * login stands and goes on from there, which is how a login outlives the process that began it.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { sessionSpec } from "../channels/account-spec.ts";
import { keyString } from "../channels/keys.ts";
import type { ConnectionKey } from "../db/connections.ts";
import { beginLogin, type PlacedLogin, unfinishedLogin } from "../db/logins.ts";
import { withService } from "../db/tenant.ts";
import { AppError } from "../errors.ts";
import { GatewayRpcError } from "../gateway/errors.ts";
import type { OfferedCode } from "../gateway/gateway.ts";
import type { LoginFailure, LoginStep } from "../gateway/login-failure.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { ReconcileDeps, ReconcileResult } from "./deps.ts";
import { recordCode, recordLoginFailed, recordLoginFinished, recordScanned } from "./record-login.ts";
import { takeOffGateway } from "./take-down.ts";

export interface LoginTiming {
  /** How long a person has to scan, from the moment the first code is asked for. */
  readonly ttlMs: number;
  /** How long one wait for the next step takes. */
  readonly waitMs: number;
  /** Before a login that the gateway lost is begun anew. */
  readonly retryMs: number;
}

export interface LoginDeps extends Pick<ReconcileDeps, "db" | "gateway" | "limit" | "clock" | "log"> {
  readonly metrics: Metrics;
  readonly login: LoginTiming;
}

const DONE: ReconcileResult = { kind: "done" };

/**
 * @param signal aborted when a newer wish for the same channel arrives: waiting ends, nothing is undone.
 * @throws AppError gateway_unreachable, gateway_timeout or database_unavailable: the loop calls again later.
 */
export async function carryOutLogin(
  deps: LoginDeps,
  key: ConnectionKey,
  signal: AbortSignal,
): Promise<ReconcileResult> {
  const login = await withService(deps.db, (tx) => unfinishedLogin(tx, key));
  if (!login) return DONE;
  const later: ReconcileResult = { kind: "retry", afterMs: deps.login.retryMs };
  if (!deps.gateway.reachable()) return later;
  if (login.status === "failed" || login.status === "cancelled") return cleanUp(deps, login);
  // Asked for while the disconnect before it was still being carried out: first that.
  if (login.desiredState === "disconnected") return later;
  const begun = await begin(deps, login);
  return begun ? follow(deps, begun, signal) : DONE;
}

/** From now on our clock runs: the gateway tells no end, and forgets a login without a word. Null: a newer wish stands. */
async function begin(deps: LoginDeps, login: PlacedLogin): Promise<PlacedLogin | null> {
  if (login.expiresAt) return login;
  const expiresAt = new Date(deps.clock().getTime() + deps.login.ttlMs);
  const begun = await withService(deps.db, (tx) => beginLogin(tx, login, expiresAt));
  return begun ? { ...login, expiresAt } : null;
}

async function follow(deps: LoginDeps, login: PlacedLogin, signal: AbortSignal): Promise<ReconcileResult> {
  const aborted = new Promise<null>((resolve) => {
    signal.addEventListener("abort", () => resolve(null), { once: true });
  });
  let offered: OfferedCode | null = login.qr === null ? null : { qr: login.qr, session: login.session };
  let isLost = false;
  while (!signal.aborted) {
    const leftMs = (login.expiresAt?.getTime() ?? 0) - deps.clock().getTime();
    if (leftMs <= 0) return fail(deps, login, offered ? "login_expired" : "login_failed");
    const askedAt = deps.clock().getTime();
    const step: LoginStep | null = await Promise.race([
      offered && !isLost
        ? deps.gateway.awaitLogin(login, offered, Math.min(deps.login.waitMs, leftMs))
        : getCode(deps, login, isLost),
      aborted,
    ]);
    if (!step) break;
    if (step.kind === "linked") {
      if (await recordScanned(deps, login)) ended(deps, login, "linked");
      return DONE;
    }
    if (step.kind === "failed") return fail(deps, login, step.code);
    isLost = step.kind === "lost";
    if (step.kind === "code" && step.qr !== offered?.qr) {
      offered = { qr: step.qr, session: step.session ?? offered?.session ?? null };
      if (!(await recordCode(deps, login, offered))) return DONE;
    } else if (deps.clock().getTime() - askedAt < deps.login.retryMs) {
      // Not at once again, however quickly a channel answers that it has nothing new.
      await Promise.race([sleep(deps.login.retryMs, undefined, { ref: false }), aborted]);
    }
  }
  return DONE;
}

/**
 * A fresh code, for what an earlier login left behind is not what was asked for now. But a login that got lost may have been
 * scanned just before.
 */
async function getCode({ gateway }: LoginDeps, login: PlacedLogin, isLost: boolean): Promise<LoginStep> {
  try {
    // It has to be in the gateway's config, or it runs as an account that nobody knows.
    await gateway.put(sessionSpec(login));
  } catch (error) {
    if (!isGone(error)) throw error;
    return { kind: "failed", code: "channel_unavailable" };
  }
  return gateway.beginLogin(login, !isLost);
}

/** The gateway has not got the channel any more; what it refuses by itself (GatewayRpcError) may be otherwise in a moment. */
function isGone(error: unknown): boolean {
  if (!(error instanceof AppError) || error instanceof GatewayRpcError) return false;
  return error.code === "channel_unavailable" || error.code === "unknown_channel";
}

async function fail(deps: LoginDeps, login: PlacedLogin, code: LoginFailure): Promise<ReconcileResult> {
  deps.log.info({ account: keyString(login), code }, "a login by QR came to nothing");
  if (!(await recordLoginFailed(deps, login, code))) return DONE;
  ended(deps, login, code);
  return cleanUp(deps, { ...login, status: "failed" });
}

function ended({ metrics, gateway }: LoginDeps, { channel }: PlacedLogin, outcome: string): void {
  metrics.reconcile.loginEnded(gateway.id, channel, outcome);
}

/** An account that was only there to log in leaves the gateway's config again. */
async function cleanUp(deps: LoginDeps, login: PlacedLogin): Promise<ReconcileResult> {
  if (!login.desiredState) await takeOffGateway(deps, login, true);
  await recordLoginFinished(deps, login);
  return DONE;
}
