/**
 * What every snapshot of a gateway sets off: the accounts' states are written down for those who read them, and the
 * accounts that are not as wished are handed to the loop.
 */
import type { Logger } from "pino";
import { keyString } from "../channels/keys.ts";
import { recordReachable } from "../db/gateways.ts";
import { recordSnapshot } from "../db/observations.ts";
import type { Db } from "../db/pool.ts";
import { allOnGateway, type PlacedRegistration, type RegistrationKey } from "../db/registrations.ts";
import { withService } from "../db/tenant.ts";
import type { ChannelCatalog } from "../gateway/catalog.ts";
import type { Gateway } from "../gateway/gateway.ts";
import { type AccountObservation, accountKeyString, type Snapshot } from "../gateway/snapshot.ts";
import { needsStart, type OurAccount, ourAccounts, stateOf } from "./observe.ts";

export interface WatchDeps {
  readonly db: Db;
  readonly gateway: Gateway;
  /** Of the lease on the gateway; what another holds, this process does not write. */
  readonly holder: string;
  readonly nudge: (key: RegistrationKey) => void;
  /** The lease is another's by now. */
  readonly onLeaseLost: () => void;
  readonly clock: () => Date;
  /** A gateway is called unreachable only after this long, in milliseconds: a blip is not an outage. */
  readonly unreachableAfterMs: number;
  /** More leftovers than this at once were hardly left over one by one: they wait for the operator. */
  readonly maxLeftovers: number;
  readonly log: Logger;
}

export interface Watch {
  /** Resolves when the last snapshot is dealt with. */
  stop(): Promise<void>;
}

export function startWatch(deps: WatchDeps): Watch {
  let pending: Snapshot | null = null;
  let working: Promise<void> | null = null;
  let awaySince: number | null = null;

  async function work(): Promise<void> {
    for (let snapshot = pending; snapshot; snapshot = pending) {
      pending = null;
      await onSnapshot(deps, snapshot).catch((error: unknown) =>
        deps.log.warn({ err: error }, "a snapshot could not be written down"),
      );
    }
    working = null;
  }

  async function onUnreachable(): Promise<void> {
    // Not since the failed look: one that ends by its time-out began long ago.
    awaySince ??= (deps.gateway.latest()?.observedAt ?? deps.clock()).getTime();
    if (deps.clock().getTime() - awaySince < deps.unreachableAfterMs) return;
    await withService(deps.db, (tx) => recordReachable(tx, deps.gateway.id, deps.holder, false)).catch(
      (error: unknown) => deps.log.warn({ err: error }, "an unreachable gateway could not be written down"),
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

async function onSnapshot(deps: WatchDeps, snapshot: Snapshot): Promise<void> {
  const { gateway, holder } = deps;
  const catalog = await gateway.catalog();
  const accounts = ourAccounts(snapshot);
  const registrations = await withService(deps.db, async (tx) => {
    const placed = new Map((await allOnGateway(tx, gateway.id)).map((row) => [keyString(row), row]));
    const observed = accounts.map((account) => ({
      ...account,
      state: stateIn(deps, catalog, placed.get(keyString(account)), account).state,
    }));
    const held = await recordSnapshot(tx, gateway.id, holder, snapshot.observedAt, observed);
    return held ? placed : null;
  });
  if (!registrations) return deps.onLeaseLost();

  for (const registration of registrations.values()) {
    const observation = snapshot.accounts.get(accountKeyString(registration));
    if (isAmiss(deps, catalog, registration, observation)) deps.nudge(registration);
  }
  handLeftovers(
    deps,
    accounts.filter((account) => account.observation.running && !registrations.has(keyString(account))),
  );
}

/** Whether the reconciler has anything to do for an account that is seen so. */
function isAmiss(
  deps: WatchDeps,
  catalog: ChannelCatalog,
  registration: PlacedRegistration,
  observation: AccountObservation | undefined,
): boolean {
  if (registration.desiredState === "disconnected") return true;
  if (registration.outcome) return false;
  if (registration.startedVersion !== registration.credentialVersion || needsStart(observation)) return true;
  if (!observation) return false;
  const settled = registration.settledGeneration === registration.generation;
  const { state } = stateIn(deps, catalog, registration, { channel: registration.channel, observation });
  return state === "connected" ? !settled || !registration.claimed : state === "action_required" && !settled;
}

function stateIn(
  { clock }: WatchDeps,
  catalog: ChannelCatalog,
  registration: PlacedRegistration | undefined,
  { channel, observation }: Pick<OurAccount, "channel" | "observation">,
) {
  return stateOf(registration, observation, catalog.get(channel)?.silenceMs ?? null, clock());
}

function handLeftovers({ nudge, maxLeftovers, log }: WatchDeps, leftovers: readonly OurAccount[]): void {
  if (leftovers.length <= maxLeftovers) {
    for (const account of leftovers) nudge(account);
    return;
  }
  log.error(
    { accounts: leftovers.map(keyString), limit: maxLeftovers },
    "many accounts have no registration: they run on until an operator has looked; is this the right database?",
  );
}
