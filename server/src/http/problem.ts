/** The one place where a failure becomes an answer, and a line in the log. */
import { ERRORS, type Problem } from "@cogni/contract";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { AppError, toProblem } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { Call } from "./call.ts";

export interface RenderedProblem {
  readonly body: Problem;
  readonly status: ContentfulStatusCode;
  readonly headers: Readonly<Record<string, string>>;
}

export function renderProblem(error: unknown, requestId: string): RenderedProblem {
  const body = toProblem(error, requestId);
  const headers: Record<string, string> = { "Content-Type": "application/problem+json" };
  if (body.status === 401) headers["WWW-Authenticate"] = "Bearer";
  // What was not read to its end would otherwise be read as the next request.
  if (body.status === 413) headers.Connection = "close";
  if (error instanceof AppError && error.retryAfterS !== undefined) {
    headers["Retry-After"] = String(Math.max(1, Math.ceil(error.retryAfterS)));
  }
  return { body, status: body.status as ContentfulStatusCode, headers };
}

/** Ours to repair is an error, with its cause; the caller's to repair is worth a line at most. */
export function logProblem(log: Logger, error: unknown, requestId: string): void {
  const code = error instanceof AppError ? error.code : "internal_error";
  if (ERRORS[code].status >= 500) log.error({ err: error, code, requestId }, "request failed");
  else log.debug({ code, requestId }, "request refused");
}

export function answerProblem(call: Call, error: unknown): Response {
  const { body, status, headers } = renderProblem(error, call.env.meta.requestId);
  return call.body(JSON.stringify(body), status, headers);
}
