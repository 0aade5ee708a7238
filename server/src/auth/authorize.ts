/** Whether a caller may do something within its tenant. */
import type { Scope } from "@cogni/contract";
import { AppError } from "../errors.ts";
import type { Principal } from "./principal.ts";

/** @throws AppError forbidden */
export function authorize({ scopes }: Pick<Principal, "scopes">, scope: Scope): void {
  if (!scopes.includes(scope)) throw new AppError("forbidden");
}
