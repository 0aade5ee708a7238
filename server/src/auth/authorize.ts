/** What each kind of caller may do within its tenant. */
import { AppError } from "../errors.ts";
import type { Principal } from "./principal.ts";

export type Action = "channels:read" | "channels:write" | "account:read";

const ALLOWED: Record<Principal["actor"]["kind"], ReadonlySet<Action>> = {
  person: new Set(["channels:read", "channels:write", "account:read"]),
  key: new Set(["channels:read", "channels:write", "account:read"]),
};

/** @throws AppError forbidden */
export function authorize(principal: Principal, action: Action): void {
  if (!ALLOWED[principal.actor.kind].has(action)) throw new AppError("forbidden");
}
