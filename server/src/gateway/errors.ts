/** How a gateway can fail us, told apart by what the caller has to do next. */
import { AppError } from "../errors.ts";

/**
 * - `conflict`: the config changed since it was read; read and compute again.
 * - `rate_limited`: too many config writes; `retryAfterMs` says how long to wait.
 * - `unavailable`: the gateway cannot do it now; the same call may succeed later.
 * - `shrinks`: it would leave less than half of the config, which the gateway takes for an accident; write less at once.
 * - `invalid`: it never will.
 */
export type GatewayRpcErrorKind = "conflict" | "rate_limited" | "unavailable" | "shrinks" | "invalid";

/** The gateway answered, and its answer is a refusal. Its own words stay in `cause`: they may quote a secret. */
export class GatewayRpcError extends AppError {
  readonly kind: GatewayRpcErrorKind;
  readonly method: string;
  readonly retryAfterMs: number | undefined;

  constructor(
    kind: GatewayRpcErrorKind,
    method: string,
    options: { cause: unknown; retryAfterMs?: number | undefined },
  ) {
    super(kind === "invalid" ? "internal_error" : "channel_unavailable", { cause: options.cause });
    this.name = "GatewayRpcError";
    this.message = `gateway refused ${method}: ${kind}`;
    this.kind = kind;
    this.method = method;
    this.retryAfterMs = options.retryAfterMs;
  }
}

export type RefusalReason =
  | "auth_rejected"
  | "pairing_required"
  | "admin_scope_missing"
  | "protocol_mismatch"
  | "server_too_old"
  | "foreign_installation"
  | "plugin_missing"
  | "resolver_missing"
  | "containment_broken";

/**
 * We found a gateway and will not use it, because of `reason`. The message is for the operator: it says what is wrong
 * and how to mend it. Tenants are told `gateway_unreachable`.
 */
export class GatewayRefusedError extends AppError {
  readonly reason: RefusalReason;

  constructor(reason: RefusalReason, message: string, cause?: unknown) {
    super("gateway_unreachable", { cause });
    this.name = "GatewayRefusedError";
    this.message = `gateway refused (${reason}): ${message}`;
    this.reason = reason;
  }
}
