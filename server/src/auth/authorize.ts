/** Whether a caller may do something within its tenant. */
import type { Scope } from "@cogni/contract";
import { AppError } from "../errors.ts";
import type { Principal } from "./principal.ts";

/** @throws AppError forbidden */
export function authorize({ scopes }: Pick<Principal, "scopes">, scope: Scope): void {
  if (!scopes.includes(scope)) throw new AppError("forbidden");
}

/**
 * Who makes what outlives the request. Whoever opened a connect link makes nothing: it would outlive the link.
 * @throws AppError forbidden
 */
export function makerOf({ kind, id }: Principal["actor"]): { kind: "person" | "key"; id: string } {
  if (kind === "link") throw new AppError("forbidden");
  return { kind, id };
}
