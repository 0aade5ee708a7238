/** What the holder of a gateway's lease runs for as long as it holds it: the watch and the loop, on one gateway. */
import { setTimeout as sleep } from "node:timers/promises";
import type { BillingAccountId } from "@cogni/contract";
import type { Logger } from "pino";
import type { Patience } from "../channels/steadiness.ts";
import { forgetAlerts } from "../db/alerts.ts";
import { saveCatalog } from "../db/catalogs.ts";
import { allOnGateway, type ConnectionKey } from "../db/connections.ts";
import { forgetQuotas } from "../db/limits.ts";
import { unfinishedLogins } from "../db/logins.ts";
import type { Db } from "../db/pool.ts";
import { forgetRateLimits } from "../db/rate-limits.ts";
import { withService } from "../db/tenant.ts";
import { openAccounts } from "../db/tenant-status.ts";
import { forgetStates } from "../db/timeline.ts";
import type { ChannelCatalog } from "../gateway/catalog.ts";
import { coalesce } from "../gateway/coalesce.ts";
import type { Gateway } from "../gateway/gateway.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { Fingerprints } from "../vault/fingerprint.ts";
import type { Vault } from "../vault/vault.ts";
import { briefAgents } from "./agents.ts";
import { type AlertSettings, startAlerts } from "./alerts.ts";
import { createContenders } from "./contenders.ts";
import { createGate } from "./gate.ts";
import { carryOutLogin, type LoginTiming } from "./login.ts";
import { type Cause, createLoop, exponentialBackoff } from "./loop.ts";
import { createNaming } from "./naming.ts";
import { reconcileAccount } from "./reconcile-account.ts";
import { reportGateway } from "./report.ts";
import { type SendersPause, startSenders } from "./senders.ts";
import { startTenants } from "./tenants.ts";
import { startWatch } from "./watch.ts";

export interface SessionTiming {
  readonly outcomeWaitMs: number;
  readonly retryMs: number;
  readonly backoff: { readonly firstMs: number; readonly maxMs: number };
  readonly unreachableAfterMs: number;
  readonly sweepMs: number;
  /** For what is under way at the gateway, before the connection to it is cut at the end. */
  readonly finishMs: number;
  readonly login: LoginTiming;
  readonly senders: SendersPause;
}

export interface SessionDeps {
  readonly db: Db;
  readonly vault: Vault;
  readonly fingerprints: Fingerprints;
  readonly gateway: Gateway;
  readonly holder: string;
  readonly onLeaseLost: () => void;
  readonly clock: () => Date;
  readonly timing: SessionTiming;
  readonly patience: Patience;
  /** How long the states of accounts are kept. */
  readonly timelineDays: number;
  readonly alerts: AlertSettings;
  /** What the operator offers, the default first. */
  readonly models: readonly string[];
  readonly metrics: Metrics;
  readonly log: Logger;
}

export interface Session {
  /** Why the gateway can't be used, for the operator; null: it can. */
  problem(): string | null;
  wake(key: ConnectionKey, cause?: Cause): void;
  /** A tenant decided of someone who waits to be let in. */
  wakeSenders(): void;
  /** A tenant changed what its agent is told. */
  wakeAgents(): void;
  /** A tenant was suspended or resumed, or is to be deleted. */
  wakeTenant(billingAccountId: BillingAccountId): void;
  /** Begins nothing more, finishes what is under way or leaves it where another goes on, and closes the gateway. */
  finish(): Promise<void>;
  /** Closes the gateway at once: it is another's by now. */
  close(): Promise<void>;
}

/** Starts and stops under way at once on one gateway; each keeps its only thread busy for some 50 ms. */
const GATEWAY_CALLS_AT_ONCE = 8;
const MAX_LEFTOVERS = 5;
/** The longest pause of a login that failed: someone sits before the page with a phone in hand. */
const LOGIN_BACKOFF_MS = 2_000;
/** Between two looks at a tenant that is being erased. */
const ERASING_MS = 1_000;
const DAY_MS = 86_400_000;

export function openSession(deps: SessionDeps): Session {
  const { db, gateway, timing, log } = deps;
  const limit = createGate(GATEWAY_CALLS_AT_ONCE);
  const contenders = createContenders(db);
  const leftovers = new Set<string>();
  let leftoversWaiting = 0;
  const naming = createNaming(deps);
  const background = new Set<Promise<void>>();

  const loop = createLoop({
    name: "account",
    reconcile: async (key, signal) => {
      const result = await reconcileAccount(
        { ...deps, ...timing, limit, contenders, leftovers },
        key,
        signal,
      );
      if (result.kind === "done") inBackground(() => naming.ofAccount(key));
      return result;
    },
    backoff: exponentialBackoff(timing.backoff.firstMs, timing.backoff.maxMs),
    onRun: (outcome, ms) => deps.metrics.reconcile.ran(gateway.id, "account", outcome, ms),
    log,
  });
  const logins = createLoop({
    name: "login",
    reconcile: (key, signal) => carryOutLogin({ ...deps, ...timing, limit }, key, signal),
    backoff: exponentialBackoff(timing.backoff.firstMs, LOGIN_BACKOFF_MS),
    onRun: (outcome, ms) => deps.metrics.reconcile.ran(gateway.id, "login", outcome, ms),
    log,
  });
  const report = reportGateway(deps, () => ({ account: loop.load(), login: logins.load() }));
  const watch = startWatch({
    ...deps,
    onStates: report.accounts,
    // What is not as wished is worth a trace; what a sweep finds in order is not.
    nudge: (key) => loop.nudge(key, { traceparent: null }),
    unreachableAfterMs: timing.unreachableAfterMs,
    maxLeftovers: MAX_LEFTOVERS,
    leftovers,
    onWaiting: (accounts) => {
      leftoversWaiting = accounts;
    },
  });
  const alerts = startAlerts({ ...deps, ...deps.alerts, leftovers: () => leftoversWaiting });
  const senders = startSenders({ ...deps, pause: timing.senders, wake: loop.wake });
  // Never two at once: the one that read earlier would tell last.
  const brief = coalesce(() => briefAgents(deps));
  const tenants = startTenants({ ...deps, everyMs: timing.sweepMs, retryMs: ERASING_MS, nudge, brief });
  const unsubscribe = [
    // It may have booted while nobody gave it credentials. Accounts that wait for theirs would be noticed; the model's key would not.
    gateway.onReachable(() => inBackground(() => gateway.ensureModelKey())),
    gateway.onReachable(() => inBackground(sweep)),
    gateway.onReachable(() => inBackground(brief)),
    gateway.onCatalog((catalog) => inBackground(() => offer(catalog))),
  ];
  const sweeping = setInterval(() => {
    inBackground(sweep);
    inBackground(brief);
    inBackground(() => withService(db, forgetRateLimits));
    inBackground(() => withService(db, forgetQuotas));
  }, timing.sweepMs);

  /** Looks at every account, whatever anyone told: credentials in the config show in no snapshot. */
  async function sweep(): Promise<void> {
    if (!gateway.reachable()) return;
    await offer(await gateway.catalog());
    const connections = await withService(db, async (tx) => {
      const ago = (days: number) => new Date(deps.clock().getTime() - days * DAY_MS);
      await forgetStates(tx, ago(deps.timelineDays));
      await forgetAlerts(tx, ago(deps.alerts.alertDays));
      for (const login of await unfinishedLogins(tx, gateway.id)) logins.nudge(login);
      return allOnGateway(tx, gateway.id);
    });
    for (const connection of connections) loop.nudge(connection);
    await naming.ofAll(connections);
  }

  /** Tells the processes that do not talk to the gateway. */
  async function offer(catalog: ChannelCatalog): Promise<void> {
    // What only this process needs of an entry is left out.
    const offered = [...catalog.values()].map(({ accountKeys: _, ...entry }) => entry);
    await withService(db, (tx) => saveCatalog(tx, gateway.id, offered));
  }

  async function wakeAccountsOf(billingAccountId: BillingAccountId): Promise<void> {
    for (const key of await withService(db, (tx) => openAccounts(tx, billingAccountId))) wake(key);
  }

  function wake(key: ConnectionKey, cause?: Cause): void {
    loop.wake(key, cause);
    logins.wake(key, cause);
  }

  function nudge(key: ConnectionKey): void {
    loop.nudge(key);
    logins.nudge(key);
  }

  async function stopAll(): Promise<void> {
    clearInterval(sweeping);
    for (const end of unsubscribe) end();
    await Promise.all([report, watch, alerts, senders, tenants, loop, logins].map((part) => part.stop()));
  }

  function inBackground(task: () => Promise<void>): void {
    const run = task()
      .catch((error: unknown) =>
        log.warn({ err: error }, "work beside the loop failed; the next sweep repeats it"),
      )
      .finally(() => background.delete(run));
    background.add(run);
  }

  return {
    problem: () => gateway.problem()?.message ?? null,
    wake,
    wakeSenders: senders.wake,
    wakeAgents: () => inBackground(brief),
    wakeTenant(billingAccountId) {
      tenants.wake();
      inBackground(() => wakeAccountsOf(billingAccountId));
    },
    async finish() {
      const finished = stopAll().then(gateway.close);
      // A write into the config takes a busy gateway 15 s, longer than the lease: whoever comes next looks what became of it.
      await Promise.race([finished, sleep(timing.finishMs, undefined, { ref: false })]);
      await gateway.cut();
      await finished;
      await Promise.all(background);
    },
    async close() {
      await Promise.all([stopAll(), gateway.close()]);
      await Promise.all(background);
    },
  };
}
