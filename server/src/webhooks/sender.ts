/**
 * Sends what waits. Any number of processes may do so: each takes a few deliveries for a while, sends them with no transaction open,
 * and writes down what came of them. One that is killed loses nothing, for what it had taken becomes free by itself.
 *
 * One step does both, again and again: write down what has ended, take what is due. However many requests are under way, they so
 * hold one database connection at a time.
 */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import type { Db } from "../db/pool.ts";
import { withService } from "../db/tenant.ts";
import { recordHealth } from "../db/webhook-health.ts";
import {
  type ClaimedDelivery,
  claimDeliveries,
  type DeliveryOutcome,
  dropOldDeliveries,
  settleDeliveries,
} from "../db/webhook-queue.ts";
import { repeat } from "../repeat.ts";
import type { Timing } from "../timing.ts";
import type { Vault } from "../vault/vault.ts";
import type { Reach, Resolve } from "./addresses.ts";
import { attempt } from "./attempt.ts";
import { tellPaused } from "./paused.ts";
import { pauseBefore, retryAfterOf } from "./retries.ts";

export interface SenderDeps {
  readonly db: Db;
  readonly vault: Vault;
  readonly resolve: Resolve;
  readonly reach: Reach;
  readonly timing: Timing["webhooks"];
  /** For how many days the log is kept. */
  readonly logDays: number;
  readonly clock: () => Date;
  /** 0 to 1. */
  readonly chance: () => number;
  readonly log: Logger;
}

export interface Sender {
  /** Something may be due. */
  wake(): void;
  takeNoMore(): void;
  /**
   * Lets what is under way end, breaks off what takes too long, and writes down what came of it. What was broken off is due at
   * once, for whoever is there.
   * @param cut breaks it off now
   */
  stop(cut?: AbortSignal): Promise<void>;
}

/** So many requests at once; half of them at most to endpoints that fail, which take longest. */
const AT_ONCE = 128;
const AT_ONCE_FAILING = AT_ONCE / 2;
const DROPPED_AT_ONCE = 1_000;
/** What was broken off at the end is written down within this, or becomes free by its time. */
const LAST_WORDS_MS = 2_000;

export function startSender(deps: SenderDeps): Sender {
  const { db, log, timing } = deps;
  const claim = randomUUID();
  const underWay = new Map<string, ClaimedDelivery>();
  const ended: DeliveryOutcome[] = [];
  const giveUp = new AbortController();
  const stopping = new AbortController();
  let away = false;

  async function step(): Promise<void> {
    try {
      await settle();
      if (!stopping.signal.aborted) await take();
      if (away) log.info("webhooks go on");
      away = false;
    } catch (error) {
      // What has ended is kept until it can be written down; what was taken is nobody else's meanwhile.
      if (!away) log.warn({ err: error }, "webhooks wait: they can't be taken or written down");
      away = true;
    }
  }

  async function settle(): Promise<void> {
    const outcomes = [...ended];
    if (outcomes.length === 0) return;
    await withService(db, async (tx) => {
      const tried = await settleDeliveries(tx, outcomes);
      await tellPaused(tx, await recordHealth(tx, tried, timing));
    });
    ended.splice(0, outcomes.length);
    for (const { id } of outcomes) underWay.delete(id);
  }

  async function take(): Promise<void> {
    const failing = [...underWay.values()].filter((delivery) => delivery.failing).length;
    const wish = {
      claim,
      claimMs: timing.claimMs,
      maxPauseMs: Math.max(timing.maxRetryAfterMs, ...timing.retryMs),
      atMost: AT_ONCE - underWay.size,
      atMostFailing: AT_ONCE_FAILING - failing,
    };
    if (wish.atMost === 0) return;
    for (const delivery of await withService(db, (tx) => claimDeliveries(tx, wish))) {
      // After a clock that jumped: it is under way here.
      if (underWay.has(delivery.id)) continue;
      underWay.set(delivery.id, delivery);
      void send(delivery).then((outcome) => {
        ended.push(outcome);
        sending.wake();
      });
    }
  }

  async function send(delivery: ClaimedDelivery): Promise<DeliveryOutcome> {
    const at = deps.clock();
    const startedAt = performance.now();
    const answer = await attempt(deps, delivery, at, giveUp.signal);
    const tookMs = Math.round(performance.now() - startedAt);
    const askedMs = retryAfterOf(answer.headers["retry-after"], deps.clock());
    const pauseMs =
      answer.failure === "interrupted" ? 0 : pauseBefore(delivery.tries, askedMs, deps.chance(), timing);
    return { ...answer, id: delivery.id, claim, at, tookMs, pauseMs };
  }

  async function drain(cut?: AbortSignal): Promise<void> {
    const late = setTimeout(() => giveUp.abort(), timing.drainMs);
    cut?.addEventListener("abort", () => giveUp.abort(), { once: true });
    const end = performance.now() + timing.drainMs + LAST_WORDS_MS;
    while (underWay.size > 0 && performance.now() < end) await sleep(DRAIN_LOOK_MS);
    clearTimeout(late);
  }

  const sending = repeat(step, () => timing.pollMs);
  const cleaning = repeat(
    () => clean(deps),
    () => timing.cleanMs,
  );
  return {
    wake: () => sending.wake(),
    takeNoMore: () => stopping.abort(),
    async stop(cut) {
      stopping.abort();
      await cleaning.stop();
      await drain(cut);
      await sending.stop();
    },
  };
}

/** How often it is looked whether all has ended. */
const DRAIN_LOOK_MS = 20;

/** In small rounds, so that nobody waits for it. */
async function clean({ db, log, logDays }: SenderDeps): Promise<void> {
  try {
    const drop = () => withService(db, (tx) => dropOldDeliveries(tx, logDays, DROPPED_AT_ONCE));
    while ((await drop()) === DROPPED_AT_ONCE);
  } catch (error) {
    log.warn({ err: error }, "old webhook deliveries could not be dropped; trying again later");
  }
}
