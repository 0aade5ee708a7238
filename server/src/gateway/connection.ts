/**
 * One connection to the gateway, from dialling to its end, on the official client. That client reconnects by itself
 * with fixed pauses of up to 30 s; ours are shorter, so each of its instances lives for one connection only.
 */
import { isGatewayProtocolResponseError, GatewayClient as OfficialClient } from "@openclaw/gateway-client";
import {
  ConnectErrorDetailCodes,
  readConnectErrorDetailCode,
  readPairingConnectErrorDetails,
} from "@openclaw/gateway-protocol/connect-error-details";
import {
  isRetryableGatewayStartupUnavailableError,
  resolveGatewayStartupRetryAfterMs,
} from "@openclaw/gateway-protocol/startup-unavailable";
import { PROTOCOL_VERSION } from "@openclaw/gateway-protocol/version";
import { AppError } from "../errors.ts";
import type { Secret } from "../secret.ts";
import type { DeviceCredentials } from "./device-identity.ts";
import { GatewayRefusedError, GatewayRpcError } from "./errors.ts";
import { ADMIN_SCOPE, type CheckedHello, checkHello } from "./hello.ts";
import { traceFrames } from "./trace-frames.ts";

export interface ConnectionOptions {
  readonly url: string;
  readonly token: Secret;
  /** Null on loopback, where the token alone gives all scopes. */
  readonly device: DeviceCredentials | null;
  readonly clientVersion: string;
  readonly connectTimeoutMs: number;
  /** Milliseconds without a word from a gateway that was asked, after which the connection is taken for dead; absent for one that makes a call or two. */
  readonly silentMs?: number;
  /** Told the name of each event that the gateway broadcasts. */
  readonly onEvent?: (name: string) => void;
}

export interface Connection extends CheckedHello {
  /** @throws GatewayRpcError, AppError gateway_timeout or gateway_unreachable */
  request(method: string, params: unknown, timeoutMs: number): Promise<unknown>;
  /** Resolves with the reason once the connection has ended, whoever ended it. */
  readonly ended: Promise<AppError>;
  close(): Promise<void>;
}

/** Dials and waits for the greeting. @throws GatewayRefusedError, AppError gateway_unreachable */
export async function connect(options: ConnectionOptions): Promise<Connection> {
  const greeted = Promise.withResolvers<CheckedHello>();
  const ended = Promise.withResolvers<AppError>();
  let lastError: unknown;
  const silence = createSilence(options.silentMs ?? Number.POSITIVE_INFINITY);
  const end = (error: unknown): void => {
    const reason = toConnectError(error);
    greeted.reject(reason);
    ended.resolve(reason);
  };
  const official = new OfficialClient({
    url: options.url,
    token: options.token.reveal(),
    clientName: "gateway-client",
    clientVersion: options.clientVersion,
    mode: "backend",
    role: "operator",
    scopes: ["operator.read", "operator.write", ADMIN_SCOPE],
    minProtocol: PROTOCOL_VERSION,
    maxProtocol: PROTOCOL_VERSION,
    connectChallengeTimeoutMs: options.connectTimeoutMs,
    preauthHandshakeTimeoutMs: options.connectTimeoutMs,
    notifyOnStartupRetry: true,
    deviceIdentity: options.device?.identity ?? null,
    ...(options.device && { hostDeps: options.device.hostDeps }),
    onEvent({ event }) {
      silence.heard();
      options.onEvent?.(event);
    },
    onHelloOk(hello) {
      try {
        greeted.resolve(checkHello(hello));
      } catch (error) {
        end(error);
      }
    },
    onConnectError: (error) => {
      lastError = error;
    },
    onReconnectPaused: (info) => end(lastError ?? new Error(info.reason)),
    onClose: (code, reason, info) =>
      end(info?.connectError ?? lastError ?? new Error(`connection closed (${code}) ${reason}`)),
  });
  const close = async (): Promise<void> => {
    end(new Error("closed by us"));
    // It terminates the socket itself after a grace of 250 ms; a late close is nothing to wait for.
    await official.stopAndWait({ timeoutMs: 1_000 });
  };

  // Silence after the TCP handshake is not covered by the official client's own timeouts.
  const timer = setTimeout(
    () => end(new Error("the gateway did not greet in time")),
    options.connectTimeoutMs,
  );
  try {
    official.start();
    // What can never be dialled (a plain ws:// address off loopback) is told by onConnectError alone.
    if (lastError) end(lastError);
    const checked = await greeted.promise;
    void ended.promise.then(() => official.stop());
    return { ...checked, request: requester(official, silence, end), ended: ended.promise, close };
  } catch (error) {
    await close();
    throw toConnectError(error);
  } finally {
    clearTimeout(timer);
  }
}

function requester(
  official: OfficialClient,
  silence: Silence,
  end: (error: Error) => void,
): Connection["request"] {
  const tracedSend = traceFrames(official);
  return async (method, params, timeoutMs) => {
    silence.asked();
    try {
      const answer = await tracedSend(() => official.request<unknown>(method, params, { timeoutMs }));
      silence.heard();
      return answer;
    } catch (error) {
      const failure = toCallError(method, error);
      if (failure.code !== "gateway_timeout") silence.heard();
      else if (silence.isTooLong()) end(new Error("nothing was heard of the gateway for too long"));
      throw failure;
    }
  };
}

type Silence = ReturnType<typeof createSilence>;

/**
 * Since when it owes us an answer, any answer. The official client looks for silence only while no call is under way, and one of
 * ours always is. A gateway that is merely busy answers in between.
 */
function createSilence(longestMs: number) {
  let since: number | null = null;
  return {
    asked() {
      since ??= Date.now();
    },
    heard() {
      since = null;
    },
    isTooLong: () => since !== null && Date.now() - since >= longestMs,
  };
}

/** How long the gateway asks to wait because it is still starting, in milliseconds; null for any other error. */
export function startupRetryMs(error: AppError): number | null {
  return isRetryableGatewayStartupUnavailableError(error.cause)
    ? (resolveGatewayStartupRetryAfterMs(error.cause) ?? 0)
    : null;
}

function toConnectError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (!isGatewayProtocolResponseError(error)) return new AppError("gateway_unreachable", { cause: error });
  const pairing = readPairingConnectErrorDetails(error.details);
  if (pairing) {
    const id = pairing.requestId ?? "unknown; see device.pair.list";
    return new GatewayRefusedError(
      "pairing_required",
      `it does not know this device yet. On the gateway's host, approve request ${id}: ` +
        `openclaw devices approve ${pairing.requestId ?? "<requestId>"}`,
      error,
    );
  }
  const code = readConnectErrorDetailCode(error.details);
  if (code === ConnectErrorDetailCodes.PROTOCOL_MISMATCH) {
    return new GatewayRefusedError("protocol_mismatch", "it does not speak our protocol version", error);
  }
  if (code !== null && /^(AUTH|DEVICE)_/.test(code) && code !== ConnectErrorDetailCodes.AUTH_RATE_LIMITED) {
    return new GatewayRefusedError(
      "auth_rejected",
      `it does not accept our token or device (${code})`,
      error,
    );
  }
  return new AppError("gateway_unreachable", { cause: error });
}

/** By code where the gateway gives one; what is not told apart by it is known by its text alone. */
export function toCallError(method: string, error: unknown): AppError {
  if (error instanceof Error && "code" in error && error.code === "CLIENT_TIMEOUT") {
    return new AppError("gateway_timeout", { cause: error });
  }
  if (!isGatewayProtocolResponseError(error)) return new AppError("gateway_unreachable", { cause: error });
  const options = { cause: error, retryAfterMs: error.retryAfterMs };
  if (/config changed since last load/i.test(error.message)) {
    return new GatewayRpcError("conflict", method, options);
  }
  if (/rate limit exceeded/i.test(error.message)) return new GatewayRpcError("rate_limited", method, options);
  if (/config write rejected.*size-drop/i.test(error.message)) {
    return new GatewayRpcError("shrinks", method, options);
  }
  const kind = error.gatewayCode === "UNAVAILABLE" || error.retryable ? "unavailable" : "invalid";
  return new GatewayRpcError(kind, method, options);
}
