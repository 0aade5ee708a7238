/**
 * What every snapshot of a gateway sets off: the accounts' states are written down for those who read them, and the
 * accounts that are not as wished are handed to the loop.
 */
import type { ChannelId } from "@cogni/contract";
import type { Logger } from "pino";
import { keyString } from "../channels/keys.ts";
import type { Patience } from "../channels/steadiness.ts";
import { allOnGateway, type ConnectionKey, type PlacedConnection } from "../db/connections.ts";
import { lastLook, recordReachable } from "../db/gateways.ts";
import { recordSnapshot } from "../db/observations.ts";
import type { Db } from "../db/pool.ts";
import { type ServiceTx, withService } from "../db/tenant.ts";
import { recordStates } from "../db/timeline.ts";
import type { ChannelCatalog } from "../gateway/catalog.ts";
import type { Gateway } from "../gateway/gateway.ts";
import { accountKeyString, type Snapshot } from "../gateway/snapshot.ts";
import {
  type Circumstances,
  isCurrent,
  needsStart,
  type OurAccount,
  ourAccounts,
  remembered,
  stateOf,
} from "./observe.ts";
import type { PlacedState, Report } from "./report.ts";

export interface WatchDeps {
  readonly db: Db;
  readonly gateway: Pick<Gateway, "id" | "catalog" | "latest" | "subscribe">;
  /** Of the lease on the gateway; what another holds, this process does not write. */
  readonly holder: string;
  readonly nudge: (key: ConnectionKey) => void;
  /** How all accounts are, after each look; null: the gateway does not answer. */
  readonly onStates: Report["accounts"];
  /** The lease is another's by now. */
  readonly onLeaseLost: () => void;
  readonly clock: () => Date;
  /** A gateway is called unreachable only after this long, in milliseconds: a blip is not an outage. */
  readonly unreachableAfterMs: number;
  readonly patience: Patience;
  /** More leftovers than this at once were hardly left over one by one: they wait for the operator. */
  readonly maxLeftovers: number;
  /** Filled with each look: those that may be stopped. */
  readonly leftovers: Set<string>;
  /** Told with each look: how many wait for the operator. */
  readonly onWaiting: (accounts: number) => void;
  readonly log: Logger;
}

export interface Watch {
  /** Resolves when the last snapshot is dealt with. */
  stop(): Promise<void>;
}

/** A process that ends and comes again leaves no gap worth telling; a longer one is time in which nobody watched. */
const UNWATCHED_MS = 15_000;

export function startWatch(deps: WatchDeps): Watch {
  let pending: Snapshot | null = null;
  let working: Promise<void> | null = null;
  let awaySince: number | null = null;
  let first = true;

  async function work(): Promise<void> {
    for (let snapshot = pending; snapshot; snapshot = pending) {
      pending = null;
      try {
        await onSnapshot(deps, snapshot, first);
        first = false;
      } catch (error) {
        deps.log.warn({ err: error }, "a snapshot could not be written down");
      }
    }
    working = null;
  }

  async function onUnreachable(): Promise<void> {
    // Not since the failed look: one that ends by its time-out began long ago.
    awaySince ??= (deps.gateway.latest()?.observedAt ?? deps.clock()).getTime();
    if (deps.clock().getTime() - awaySince < deps.unreachableAfterMs) return;
    await recordUnwatched(deps, new Date(awaySince)).catch((error: unknown) =>
      deps.log.warn({ err: error }, "an unreachable gateway could not be written down"),
    );
  }

  const unsubscribe = deps.gateway.subscribe((event) => {
    if (event.kind === "unreachable") return void onUnreachable();
    awaySince = null;
    // Only the newest matters: what came while the last one was written down is overtaken by it.
    pending = event.snapshot;
    working ??= work();
  });

  return {
    async stop() {
      unsubscribe();
      await working;
    },
  };
}

/** @param first of this watch: somebody else, or nobody, watched before */
async function onSnapshot(deps: WatchDeps, snapshot: Snapshot, first: boolean): Promise<void> {
  const { gateway, holder } = deps;
  const catalog = await gateway.catalog();
  const accounts = ourAccounts(snapshot);
  const written = await withService(deps.db, async (tx) => {
    const placed = await placedOn(tx, gateway.id);
    const before = await lastLook(tx, gateway.id);
    const looked = { at: snapshot.observedAt, before };
    const observed = accounts.map((account) =>
      observedNow(deps, catalog, placed.get(keyString(account)), account, looked),
    );
    if (!(await recordSnapshot(tx, gateway.id, holder, looked.at, observed))) return null;
    if (first && before && looked.at.getTime() - before.getTime() > UNWATCHED_MS) {
      await recordStates(tx, before, unwatched(deps, placed));
    }
    const seen = new Map(observed.map((account) => [keyString(account), account]));
    const states = [...placed.values()].map((connection) => {
      const { state, code } = seen.get(keyString(connection)) ?? missing(deps, connection);
      return { ...connection, state, code };
    });
    await recordStates(tx, looked.at, states);
    return { placed, states };
  });
  if (!written) return deps.onLeaseLost();
  deps.onStates(written.states, snapshot);
  const connections = written.placed;

  for (const connection of connections.values()) {
    if (isAmiss(deps, catalog, connection, snapshot)) deps.nudge(connection);
  }
  handLeftovers(
    deps,
    accounts.filter((account) => account.observation.running && !connections.has(keyString(account))),
  );
}

async function placedOn(tx: ServiceTx, gatewayId: string): Promise<Map<string, PlacedConnection>> {
  return new Map((await allOnGateway(tx, gatewayId)).map((row) => [keyString(row), row]));
}

/** The account as it is to be written down: with what is remembered of it, and the state that comes of that. */
function observedNow(
  deps: WatchDeps,
  catalog: ChannelCatalog,
  connection: PlacedConnection | undefined,
  account: OurAccount,
  looked: { readonly at: Date; readonly before: Date | null },
) {
  const circumstances = circumstancesOf(deps, catalog, account.channel);
  const { observation } = account;
  const steadiness = connection ? remembered(connection, observation, looked, circumstances) : null;
  const seen = { observation, observedAt: looked.at };
  const { state, problem } = stateOf(connection, seen, { ...circumstances, steadiness });
  return { ...account, steadiness, state, code: problem?.code ?? null };
}

/** Of an account that the gateway does not have. */
function missing(deps: WatchDeps, connection: PlacedConnection) {
  const { state, problem } = stateOf(connection, undefined, circumstancesOf(deps, null, connection.channel));
  return { state, code: problem?.code ?? null };
}

/** The accounts' states while nobody can tell how they are. */
function unwatched(deps: WatchDeps, placed: ReadonlyMap<string, PlacedConnection>): PlacedState[] {
  return [...placed.values()].map((connection) => {
    const circumstances = circumstancesOf(deps, null, connection.channel);
    const { state, problem } = stateOf(connection, undefined, {
      ...circumstances,
      gatewayReachable: false,
    });
    return { ...connection, state, code: problem?.code ?? null };
  });
}

/** The gateway does not answer since `since`. */
async function recordUnwatched(deps: WatchDeps, since: Date): Promise<void> {
  const { db, gateway, holder } = deps;
  const states = await withService(db, async (tx) => {
    if (!(await recordReachable(tx, gateway.id, holder, false))) return null;
    const unknown = unwatched(deps, await placedOn(tx, gateway.id));
    await recordStates(tx, since, unknown);
    return unknown;
  });
  if (states) deps.onStates(states, null);
}

/** Whether the reconciler has anything to do for an account, by this look at it. */
function isAmiss(
  deps: WatchDeps,
  catalog: ChannelCatalog,
  connection: PlacedConnection,
  { accounts, observedAt }: Snapshot,
): boolean {
  if (connection.desiredState === "disconnected") return true;
  if (connection.suspended) {
    const account = accounts.get(accountKeyString(connection));
    return account !== undefined && (account.running || account.enabled);
  }
  if (connection.outcome) return false;
  if (connection.startedVersion !== connection.credentialVersion) return true;
  // It has just been started: how it is the next look tells.
  if (!isCurrent(connection, observedAt)) return false;
  const observation = accounts.get(accountKeyString(connection));
  if (!observation || needsStart(observation)) return true;
  const settled = connection.settledGeneration === connection.generation;
  // As it looks now: what becomes of a wish does not wait for an account to have held for a while.
  const circumstances = circumstancesOf(deps, catalog, connection.channel);
  const { state } = stateOf(connection, { observation, observedAt }, circumstances);
  return state === "connected" ? !settled || !connection.claimed : state === "action_required" && !settled;
}

/** An account is taken as it looks, unless what is remembered of it is added. */
function circumstancesOf(
  { clock, patience }: WatchDeps,
  catalog: ChannelCatalog | null,
  channel: ChannelId,
): Circumstances {
  const silenceMs = catalog?.get(channel)?.silenceMs ?? null;
  return { now: clock(), silenceMs, patience, steadiness: null, gatewayReachable: true };
}

function handLeftovers(deps: WatchDeps, leftovers: readonly OurAccount[]): void {
  const { nudge, maxLeftovers, log } = deps;
  deps.leftovers.clear();
  deps.onWaiting(leftovers.length > maxLeftovers ? leftovers.length : 0);
  if (leftovers.length <= maxLeftovers) {
    for (const account of leftovers) {
      deps.leftovers.add(keyString(account));
      nudge(account);
    }
    return;
  }
  log.error(
    { accounts: leftovers.map(keyString), limit: maxLeftovers },
    "many accounts have no connection: they run on until an operator has looked; is this the right database?",
  );
}
