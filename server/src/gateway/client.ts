/**
 * The gateway's RPCs as typed calls over one connection that is kept up for as long as the client lives. Each call has
 * a timeout, each answer is parsed, each failure is an AppError.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import type { z } from "zod";
import { AppError } from "../errors.ts";
import type { Secret } from "../secret.ts";
import { SpanKind, traced } from "../telemetry/trace.ts";
import { type Connection, connect, startupRetryMs } from "./connection.ts";
import type { DeviceCredentials } from "./device-identity.ts";
import { GatewayRefusedError } from "./errors.ts";
import { type CallOutcome, measured } from "./measured.ts";
import { rpcMethods } from "./methods.ts";

export interface GatewayClientOptions {
  readonly url: string;
  readonly token: Secret;
  /** Tried where the gateway refuses the other, as it does until a rotation has come so far. */
  readonly previousToken?: Secret | null;
  /** Null on loopback, where the token alone gives all scopes. */
  readonly device: DeviceCredentials | null;
  readonly clientVersion: string;
  /** Milliseconds: to be greeted, one call, one config write (which waits until the gateway has applied it), no word at all. */
  readonly timeouts: {
    readonly connectMs: number;
    readonly callMs: number;
    readonly writeMs: number;
    readonly silentMs: number;
  };
  /** Milliseconds between attempts to connect: the first, doubled up to the last. */
  readonly backoff: { readonly firstMs: number; readonly maxMs: number };
  /** Each call has ended: `ok`, or why not. */
  readonly onCall?: (method: string, outcome: CallOutcome, ms: number) => void;
  readonly log: Logger;
}

export type GatewayClient = ReturnType<typeof createGatewayClient>;

type Unsubscribe = () => void;

/** Broadcast when plugins came, went or were loaded anew. */
const PLUGINS_CHANGED = "plugins.changed";

const spanOf = (method: string) => ({
  kind: SpanKind.CLIENT,
  attributes: { "rpc.system.name": "openclaw", "rpc.method": method },
});

/** Begins to connect at once. Calls made while there is no connection fail with gateway_unreachable. */
export function createGatewayClient(options: GatewayClientOptions) {
  const { log, timeouts } = options;
  const closing = new AbortController();
  const connectedListeners = new Set<() => void>();
  const disconnectedListeners = new Set<(reason: AppError) => void>();
  const pluginsListeners = new Set<() => void>();
  let connection: Connection | null = null;
  let lastError: AppError | null = null;
  const running = keepConnected();

  async function keepConnected(): Promise<void> {
    const { token, previousToken = null } = options;
    let failures = 0;
    let refusals = 0;
    while (!closing.signal.aborted) {
      try {
        const usePrevious = previousToken !== null && refusals % 2 === 1;
        const next = await connect({
          ...options,
          token: usePrevious ? previousToken : token,
          connectTimeoutMs: timeouts.connectMs,
          silentMs: timeouts.silentMs,
          onEvent: heard,
        });
        if (closing.signal.aborted) return await next.close();
        failures = 0;
        refusals = 0;
        established(next);
        lost(await next.ended);
      } catch (error) {
        if (error instanceof GatewayRefusedError && error.reason === "auth_rejected") refusals += 1;
        lost(error instanceof AppError ? error : new AppError("gateway_unreachable", { cause: error }));
      }
      if (lastError) await pause(startupRetryMs(lastError) ?? backoffMs(failures++));
    }
  }

  function established(next: Connection): void {
    connection = next;
    lastError = null;
    log.info({ server: next.hello.server.version }, "gateway connected");
    if (next.warning) log.warn(next.warning);
    for (const listener of connectedListeners) listener();
  }

  function heard(event: string): void {
    if (event === PLUGINS_CHANGED) for (const listener of pluginsListeners) listener();
  }

  function lost(error: AppError): void {
    const wasConnected = connection !== null;
    const isNews = wasConnected || error.message !== lastError?.message;
    connection = null;
    lastError = error;
    if (closing.signal.aborted) return;
    if (isNews) log.warn({ err: error }, wasConnected ? "gateway lost" : "gateway not connected");
    for (const listener of disconnectedListeners) listener(error);
  }

  function backoffMs(failures: number): number {
    const { firstMs, maxMs } = options.backoff;
    return Math.min(maxMs, firstMs * 2 ** failures) * (1 - Math.random() / 2);
  }

  async function pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: closing.signal }).catch((error: unknown) => {
      if (!closing.signal.aborted) throw error;
    });
  }

  async function request(method: string, params: unknown, timeoutMs = timeouts.callMs): Promise<unknown> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      if (!connection) throw new AppError("gateway_unreachable", { cause: lastError });
      try {
        return await connection.request(method, params, deadline - Date.now());
      } catch (error) {
        const retryMs = error instanceof AppError ? startupRetryMs(error) : null;
        if (retryMs === null || Date.now() + retryMs >= deadline) throw error;
        await pause(retryMs);
      }
    }
  }

  async function call<T>(
    method: string,
    params: object,
    schema: z.ZodType<T>,
    timeoutMs?: number,
  ): Promise<T> {
    const answer = schema.safeParse(
      await measured(
        () => traced(`gateway ${method}`, spanOf(method), () => request(method, params, timeoutMs)),
        (outcome, ms) => options.onCall?.(method, outcome, ms),
      ),
    );
    if (answer.success) return answer.data;
    throw new AppError("internal_error", {
      cause: new Error(`the gateway's answer to ${method} is not of the known form`, { cause: answer.error }),
    });
  }

  return {
    connected: (): boolean => connection !== null,
    /** Why there is no connection; null while there is one, or before the first attempt has ended. */
    problem: (): AppError | null => lastError,

    /** Changes with every connection, so that whoever holds a hash or a result can tell that it is of an older one. */
    epoch: (): object | null => connection,

    /**
     * Waits for a connection whose greeting was checked.
     * @throws GatewayRefusedError at once; AppError gateway_unreachable after `timeoutMs`
     */
    ready(timeoutMs: number): Promise<void> {
      if (connection) return Promise.resolve();
      return new Promise((resolve, reject) => {
        const settle = (then: () => void): void => {
          clearTimeout(timer);
          connectedListeners.delete(succeed);
          disconnectedListeners.delete(refuse);
          then();
        };
        const succeed = (): void => settle(resolve);
        const refuse = (reason: AppError): void => {
          if (reason instanceof GatewayRefusedError) settle(() => reject(reason));
        };
        const timer = setTimeout(
          () => settle(() => reject(new AppError("gateway_unreachable", { cause: lastError }))),
          timeoutMs,
        );
        connectedListeners.add(succeed);
        disconnectedListeners.add(refuse);
        if (lastError) refuse(lastError);
      });
    },

    /** Called at every connect, and at once when there is a connection already. */
    onConnected(listener: () => void): Unsubscribe {
      connectedListeners.add(listener);
      if (connection) listener();
      return () => connectedListeners.delete(listener);
    },
    onDisconnected(listener: (reason: AppError) => void): Unsubscribe {
      disconnectedListeners.add(listener);
      return () => disconnectedListeners.delete(listener);
    },

    onPluginsChanged(listener: () => void): Unsubscribe {
      pluginsListeners.add(listener);
      return () => pluginsListeners.delete(listener);
    },

    ...rpcMethods(call, timeouts),

    /** Ends the connection and all pending calls. */
    async close(): Promise<void> {
      closing.abort();
      await connection?.close();
      await running;
    },
  };
}
