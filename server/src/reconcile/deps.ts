/** What reconciling an account works with, and what it comes to. */
import type { ErrorCode } from "@cogni/contract";
import type { Logger } from "pino";
import type { Patience } from "../channels/steadiness.ts";
import type { Db } from "../db/pool.ts";
import type { Gateway } from "../gateway/gateway.ts";
import type { Fingerprints } from "../vault/fingerprint.ts";
import type { Vault } from "../vault/vault.ts";
import type { Contenders } from "./contenders.ts";
import type { Gate } from "./gate.ts";

export interface ReconcileDeps {
  readonly db: Db;
  readonly vault: Vault;
  readonly fingerprints: Fingerprints;
  readonly gateway: Gateway;
  /** Bounds how many accounts are started and stopped at once, however many are being healed. */
  readonly limit: Gate;
  readonly contenders: Contenders;
  /** Accounts without a connection that the last look found to be few enough to stop. */
  readonly leftovers: ReadonlySet<string>;
  readonly clock: () => Date;
  /** How long one run waits for an account it has just started. */
  readonly outcomeWaitMs: number;
  /** After a start that the gateway refused, or one that came to nothing in that time. */
  readonly retryMs: number;
  readonly patience: Patience;
  readonly log: Logger;
}

/** What one run for one account came to. */
export type ReconcileResult =
  | { readonly kind: "done" }
  /** Not there yet; look again after this many milliseconds. */
  | { readonly kind: "retry"; readonly afterMs: number }
  /** Nothing the program can do brings it up. */
  | { readonly kind: "needs_person"; readonly code: ErrorCode };
