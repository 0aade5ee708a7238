/**
 * The one writer of a gateway's config. It commits at once when idle and gathers what arrives while a commit is under
 * way: many accounts in one patch cost what one costs (measured: 20 accounts 1.1 s, one account 0.6 s). RPCs that
 * write config themselves take their turn in the same queue, for they break everyone else's base hash.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { AppError } from "../errors.ts";
import { currentTraceparent, type Traceparent, traceFrom, untraced } from "../telemetry/trace.ts";
import { GatewayRpcError } from "./errors.ts";
import { createMergePatch, type JsonObject, type MergePatch, replacedArrays } from "./json.ts";
import { type CallOutcome, measured } from "./measured.ts";
import type { WriteBudget } from "./write-budget.ts";

export type GatewayConfig = JsonObject;

/**
 * The config as it should be, computed from the config as it stands with all earlier edits of the same commit applied;
 * the same config for “nothing to do”. Called again after a conflict, so it must do nothing else. What it throws fails
 * this edit alone.
 */
export type ConfigEdit = (current: GatewayConfig) => GatewayConfig;

export interface ConfigStore {
  read(): Promise<{ config: GatewayConfig; hash: string }>;
  write(patch: MergePatch, baseHash: string, replacePaths: string[]): Promise<void>;
}

export interface ConfigWriter {
  /**
   * Resolves once the gateway has applied the edit, or needed no change.
   * @throws GatewayRpcError, AppError gateway_unreachable or gateway_timeout (the edit may have been applied)
   */
  submit(edit: ConfigEdit): Promise<void>;
  /** Runs an RPC that writes config while nothing else does. */
  exclusive<T>(run: () => Promise<T>): Promise<T>;
  /** How many edits wait to be written. */
  waiting(): number;
  /** Refuses what waits, and resolves when nothing is under way any more. */
  close(): Promise<void>;
}

/** Told of each write of the config: how it ended, and how many edits shared it. */
export type OnCommit = (outcome: CallOutcome, edits: number, ms: number) => void;

interface Pending {
  readonly edit: ConfigEdit;
  readonly trace: Traceparent;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** How often a commit is computed anew because the config changed under it. */
const MAX_CONFLICTS = 5;
/** If the gateway refuses for its rate without saying how long to wait. */
const UNTOLD_WAIT_MS = 5_000;
/** How many RPCs run between two commits when both wait; keeps either side from starving the other. */
const EXCLUSIVE_PER_ROUND = 5;

export function createConfigWriter(
  store: ConfigStore,
  budget: WriteBudget,
  onCommit: OnCommit = () => undefined,
): ConfigWriter {
  const edits: Pending[] = [];
  const exclusives: (() => Promise<void>)[] = [];
  const closing = new AbortController();
  let running: Promise<void> | null = null;

  function wake(): void {
    // For all who wait, not only for whoever came first.
    running ??= untraced(rounds);
  }

  /** Never throws: whatever happens settles the edits it happens to. */
  async function rounds(): Promise<void> {
    // What is submitted in the same tick belongs to the same commit.
    await Promise.resolve();
    while (edits.length > 0 || exclusives.length > 0) {
      for (const run of exclusives.splice(0, EXCLUSIVE_PER_ROUND)) await run();
      if (edits.length === 0) continue;
      await pause(budget.waitMs(Date.now()));
      const batch = edits.splice(0);
      await tracedFor(batch, () => commit(batch));
    }
    // In the same step as the look at the queues, or what comes in between would wait for ever.
    running = null;
  }

  async function commit(batch: Pending[]): Promise<void> {
    let conflicts = 0;
    for (;;) {
      const error = await tryCommit(batch);
      if (error === null) return;
      const kind = error instanceof GatewayRpcError ? error.kind : null;
      if (closing.signal.aborted) return rejectAll(batch, stopped());
      if (kind === "rate_limited") {
        budget.blockUntil(Date.now() + ((error as GatewayRpcError).retryAfterMs ?? UNTOLD_WAIT_MS));
        await pause(budget.waitMs(Date.now()));
      } else if (kind === "conflict" && conflicts < MAX_CONFLICTS) {
        conflicts += 1;
        await pause(budget.waitMs(Date.now()));
      } else if ((kind === "invalid" || kind === "shrinks") && batch.length > 1) {
        // One of them spoils it for all, or they remove too much at once: halves let the others through in few writes.
        const middle = Math.ceil(batch.length / 2);
        await commit(batch.slice(0, middle));
        return commit(batch.slice(middle));
      } else return rejectAll(batch, error);
    }
  }

  /** Reads, computes and writes once; the error of reading or writing, or null when the batch is settled. */
  async function tryCommit(batch: Pending[]): Promise<unknown> {
    try {
      if (closing.signal.aborted) throw stopped();
      const { config, hash } = await store.read();
      const { patch, accepted } = compose(config, batch);
      if (patch) {
        budget.spend(Date.now());
        await measured(
          () => store.write(patch, hash, replacedArrays(config, patch)),
          (outcome, ms) => onCommit(outcome, accepted.length, ms),
        );
      }
      for (const { resolve } of accepted) resolve();
      return null;
    } catch (error) {
      return error;
    }
  }

  /** A pause that ends early when the writer closes. */
  async function pause(ms: number): Promise<void> {
    if (ms <= 0) return;
    await sleep(ms, undefined, { signal: closing.signal }).catch((error: unknown) => {
      if (!closing.signal.aborted) throw error;
    });
  }

  return {
    submit: (edit) =>
      new Promise((resolve, reject) => {
        edits.push({ edit, trace: currentTraceparent(), resolve, reject });
        wake();
      }),
    exclusive: (run) =>
      new Promise((resolve, reject) => {
        exclusives.push(() =>
          (closing.signal.aborted ? Promise.reject(stopped()) : run()).then(resolve, reject),
        );
        wake();
      }),
    waiting: () => edits.length,
    async close() {
      closing.abort();
      await running;
    },
  };
}

/** A part of the first one's trace, and linked to those of the others. */
function tracedFor(batch: readonly Pending[], work: () => Promise<void>): Promise<void> {
  const [first, ...links] = batch.map(({ trace }) => trace).filter((trace) => trace !== null);
  if (first === undefined) return work();
  const attributes = { "cogni.config.edits": batch.length };
  return traceFrom(first, "config commit", { attributes, links }, work);
}

/**
 * One patch for all edits, each computed on top of those before it. An edit that throws is rejected here and left out;
 * on a later attempt its second rejection does nothing.
 */
function compose(config: GatewayConfig, batch: readonly Pending[]) {
  let wanted = config;
  const accepted: Pending[] = [];
  for (const pending of batch) {
    try {
      wanted = pending.edit(wanted);
      accepted.push(pending);
    } catch (error) {
      pending.reject(error);
    }
  }
  return { patch: createMergePatch(config, wanted), accepted };
}

function rejectAll(batch: readonly Pending[], error: unknown): void {
  for (const { reject } of batch) reject(error);
}

function stopped(): AppError {
  return new AppError("gateway_unreachable", { cause: new Error("the config writer has been closed") });
}
