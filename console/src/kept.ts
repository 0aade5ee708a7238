/** Failures that are none for the person: the API has kept the wish and carries it out when it can. */
import { ApiError } from "./api-call.ts";

export function isKept(error: Error | null): error is ApiError {
  const code = error instanceof ApiError ? error.problem?.code : undefined;
  return code === "gateway_unreachable" || code === "gateway_timeout";
}
