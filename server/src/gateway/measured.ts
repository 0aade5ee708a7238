/** How calls to the gateway end and how long they take, for whoever counts. */
import { AppError } from "../errors.ts";
import { GatewayRpcError, type GatewayRpcErrorKind } from "./errors.ts";

/** In one word. */
export type CallOutcome = "ok" | "timeout" | "unreachable" | "error" | GatewayRpcErrorKind;

/** Runs it, and tells how it ended. */
export async function measured<T>(
  run: () => Promise<T>,
  told: (outcome: CallOutcome, ms: number) => void,
): Promise<T> {
  const startedAt = performance.now();
  try {
    const result = await run();
    told("ok", performance.now() - startedAt);
    return result;
  } catch (error) {
    told(outcomeOf(error), performance.now() - startedAt);
    throw error;
  }
}

function outcomeOf(error: unknown): CallOutcome {
  if (error instanceof GatewayRpcError) return error.kind;
  if (!(error instanceof AppError)) return "error";
  if (error.code === "gateway_timeout") return "timeout";
  return error.code === "gateway_unreachable" ? "unreachable" : "error";
}
