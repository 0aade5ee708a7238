/**
 * Whether a gateway may be used: connected is not enough, it must be ours and contained. Prepares it at every connect,
 * again and again until that succeeds, and lets nothing through before; looks again from time to time after that, as
 * its config can be changed by others.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import { AppError } from "../errors.ts";
import type { GatewayClient } from "./client.ts";
import { GatewayRefusedError } from "./errors.ts";

export interface ReadinessOptions<T> {
  readonly client: Pick<GatewayClient, "epoch" | "onConnected" | "onDisconnected">;
  /** Throws for as long as the gateway must not be used. */
  readonly prepare: () => Promise<T>;
  /** Whether what `prepare` found is of interest to those who heard of an earlier success. */
  readonly isNews: (result: T) => boolean;
  readonly retryMs: number;
  /** Between two looks at a gateway that is ready. */
  readonly recheckMs: number;
  readonly log: Logger;
}

export type Readiness<T> = ReturnType<typeof createReadiness<T>>;

export function createReadiness<T>(options: ReadinessOptions<T>) {
  const { client, prepare, isNews, retryMs, recheckMs, log } = options;
  const listeners = new Set<(result: T) => void>();
  const closing = new AbortController();
  let ready: { epoch: object; result: T } | null = null;
  let problem: AppError | null = null;
  let preparing = Promise.resolve();

  let rechecking: NodeJS.Timeout | undefined;

  const begin = (): Promise<void> => {
    preparing = preparing
      .then(() => prepareUntilDone(client.epoch()))
      .then(() => {
        clearTimeout(rechecking);
        if (reachable() && !closing.signal.aborted) rechecking = setTimeout(begin, recheckMs);
      });
    return preparing;
  };
  const unsubscribe = [
    client.onConnected(() => void begin()),
    client.onDisconnected((reason) => {
      problem = reason;
    }),
  ];

  /** Never throws; ends when the gateway is ready, or the connection that it began with is no more. */
  async function prepareUntilDone(epoch: object | null): Promise<void> {
    while (epoch !== null && epoch === client.epoch() && !closing.signal.aborted) {
      try {
        const result = await prepare();
        const wasReady = ready?.epoch === epoch;
        ready = { epoch, result };
        problem = null;
        if (!wasReady || isNews(result)) for (const listener of listeners) listener(result);
        return;
      } catch (error) {
        const known = error instanceof AppError ? error : new AppError("internal_error", { cause: error });
        // A look that failed says nothing; one that found it changed beyond mending does.
        if (known instanceof GatewayRefusedError) ready = null;
        if (known.message !== problem?.message) log.error({ err: known }, "gateway cannot be used");
        problem = known;
      }
      await sleep(retryMs, undefined, { signal: closing.signal }).catch((error: unknown) => {
        if (!closing.signal.aborted) throw error;
      });
    }
  }

  const reachable = (): boolean => ready !== null && ready.epoch === client.epoch();

  return {
    reachable,
    problem: (): AppError | null => (reachable() ? null : problem),

    /** @throws GatewayRefusedError, or AppError gateway_unreachable */
    require(): void {
      if (reachable()) return;
      throw problem instanceof GatewayRefusedError
        ? problem
        : new AppError("gateway_unreachable", { cause: problem });
    },

    /** Looks whether the gateway still is as we want it, without waiting for the next time to do so. */
    recheck: begin,

    /** Called each time the gateway became ready, and at once when it is. */
    onReady(listener: (result: T) => void): () => void {
      listeners.add(listener);
      if (ready && reachable()) listener(ready.result);
      return () => listeners.delete(listener);
    },

    async close(): Promise<void> {
      closing.abort();
      clearTimeout(rechecking);
      for (const end of unsubscribe) end();
      await preparing;
    },
  };
}
