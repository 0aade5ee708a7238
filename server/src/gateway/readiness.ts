/**
 * Whether a gateway may be used: connected is not enough, it must be ours and contained. Prepares it at every connect,
 * again and again until that succeeds, and lets nothing through before.
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
  readonly retryMs: number;
  readonly log: Logger;
}

export type Readiness<T> = ReturnType<typeof createReadiness<T>>;

export function createReadiness<T>({ client, prepare, retryMs, log }: ReadinessOptions<T>) {
  const listeners = new Set<(result: T) => void>();
  const closing = new AbortController();
  let ready: { epoch: object; result: T } | null = null;
  let problem: AppError | null = null;
  let preparing = Promise.resolve();

  const unsubscribe = [
    client.onConnected(() => {
      preparing = preparing.then(() => prepareUntilDone(client.epoch()));
    }),
    client.onDisconnected((reason) => {
      problem = reason;
    }),
  ];

  /** Never throws; ends when the gateway is ready, or the connection that it began with is no more. */
  async function prepareUntilDone(epoch: object | null): Promise<void> {
    while (epoch !== null && epoch === client.epoch() && !closing.signal.aborted) {
      try {
        const result = await prepare();
        ready = { epoch, result };
        problem = null;
        for (const listener of listeners) listener(result);
        return;
      } catch (error) {
        const known = error instanceof AppError ? error : new AppError("internal_error", { cause: error });
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

    /** Called each time the gateway became ready, and at once when it is. */
    onReady(listener: (result: T) => void): () => void {
      listeners.add(listener);
      if (ready && reachable()) listener(ready.result);
      return () => listeners.delete(listener);
    },

    async close(): Promise<void> {
      closing.abort();
      for (const end of unsubscribe) end();
      await preparing;
    },
  };
}
