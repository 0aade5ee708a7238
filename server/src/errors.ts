/**
 * The one error type of the control plane, and the one place where an error becomes an answer. Every failure carries a
 * code of the contract; its words for people stand there, not where it is thrown.
 */
import { ERRORS, type ErrorCode, type FieldError, type Problem } from "@cogni/contract";

interface AppErrorOptions {
  /** One sentence about this very occurrence, fit for the caller to read: no credential, no gateway prose. */
  readonly detail?: string;
  /** Everything that is wrong with a request, for `invalid_request`. */
  readonly errors?: readonly FieldError[];
  /** Seconds, for `Retry-After`. */
  readonly retryAfterS?: number;
  /** What it came from; it reaches the log, never an answer. */
  readonly cause?: unknown;
}

export class AppError extends Error {
  readonly code: ErrorCode;
  readonly detail: string | undefined;
  readonly errors: readonly FieldError[] | undefined;
  readonly retryAfterS: number | undefined;

  constructor(code: ErrorCode, options: AppErrorOptions = {}) {
    super(`${code}: ${options.detail ?? ERRORS[code].cause}`, { cause: options.cause });
    this.name = "AppError";
    this.code = code;
    this.detail = options.detail;
    this.errors = options.errors;
    this.retryAfterS = options.retryAfterS;
  }
}

/** The RFC 9457 body for any thrown value; what is not an AppError tells nothing of itself. */
export function toProblem(error: unknown, requestId: string): Problem {
  const known = error instanceof AppError ? error : new AppError("internal_error", { cause: error });
  const { status, title, cause, remedy, action } = ERRORS[known.code];
  return {
    type: `urn:cogni:problem:${known.code}`,
    title,
    status,
    detail: known.detail ?? cause,
    code: known.code,
    cause,
    remedy,
    action,
    requestId,
    ...(known.errors && { errors: [...known.errors] }),
  };
}
