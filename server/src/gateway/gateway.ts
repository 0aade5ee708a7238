/**
 * One gateway as the rest of the server sees it: accounts that are put, started, watched and removed. How OpenClaw does
 * it is known in this folder only (create-gateway.ts).
 */
import type { Access, BillingAccountId } from "@cogni/contract";
import type { AppError } from "../errors.ts";
import type { Agents } from "./agents.ts";
import type { ChannelCatalog } from "./catalog.ts";
import type { LoginStep } from "./login-failure.ts";
import type { StartOutcome } from "./outcomes.ts";
import type { GatewayReconciled } from "./reconcile-gateway.ts";
import type { Senders } from "./senders.ts";
import type { AccountKey, Snapshot } from "./snapshot.ts";
import type { WatcherEvent } from "./watcher.ts";

export interface AccountSpec extends AccountKey {
  readonly billingAccountId: BillingAccountId;
  /** What the tenant's agent is called. */
  readonly agentName: string;
  /** Field → id of the reference that the resolver answers. */
  readonly secretFields: Readonly<Record<string, string>>;
  readonly plainFields: Readonly<Record<string, string>>;
  readonly access: Access;
  /** Who was let in; told where `access` is by approval, so that an account put anew knows them from its first moment. */
  readonly approved: readonly string[];
}

/** The code on offer, and the gateway's name for its login, where it has one. */
export interface OfferedCode {
  readonly qr: string;
  readonly session: string | null;
}

/** What the gateway's config holds for an account. */
export interface AppliedAccount {
  readonly enabled: boolean;
  /** `other`: none that we would have written; null where the channel does not let one choose. */
  readonly access: Access | "other" | null;
  /** Secret field → id of its reference; null for anything that is not a reference to our resolver. */
  readonly refs: Readonly<Record<string, string | null>>;
}

/**
 * Every method that asks the gateway throws AppError gateway_unreachable, gateway_timeout, or GatewayRpcError; none
 * does anything to a gateway that is not ours or not contained (GatewayRefusedError, with the reason for the operator).
 */
export interface Gateway extends Senders, Agents {
  readonly id: string;
  /** Connected, and found to be as we want it. */
  reachable(): boolean;
  /** Why it is not reachable; null while it is, or before the first attempt has ended. */
  problem(): AppError | null;
  /** Called each time it became reachable, and at once when it is. After such a moment any account may be stopped. */
  onReachable(listener: (reconciled: GatewayReconciled) => void): () => void;

  /** The last one known while the gateway is away. */
  catalog(): Promise<ChannelCatalog>;
  /** Called each time it was read anew: the gateway may offer something else. */
  onCatalog(listener: (catalog: ChannelCatalog) => void): () => void;

  /** Of its config: edits that wait to be written, and writes that it takes before it refuses. */
  writes(): { readonly waiting: number; readonly left: number };

  latest(): Snapshot | null;
  /** The first snapshot asked for after `after`; without it, the next one. @throws AppError gateway_timeout */
  next(after?: Date, timeoutMs?: number): Promise<Snapshot>;
  subscribe(listener: (event: WatcherEvent) => void): () => void;
  /** An outcome is awaited: look more often for so many milliseconds. */
  hurry(ms: number): void;

  /** Null when the gateway's config does not have the account. */
  applied(key: AccountKey): Promise<AppliedAccount | null>;
  /**
   * Makes the gateway's config hold the account; calls at the same time share few writes. What runs is not touched:
   * stop before, start after.
   */
  put(account: AccountSpec): Promise<void>;
  /** Keeps the account in the gateway's config, and from starting with the gateway; `put` ends that. Stop it first. */
  disable(key: AccountKey): Promise<void>;
  /** The tenants of which no agent may call the LLM, all of them: who was among them before and is not, may again. */
  suspend(tenants: readonly BillingAccountId[]): Promise<void>;
  /**
   * Erases all that the gateway keeps of the tenant: whatever account it still has there, its agent with its conversations, and
   * what the gateway noted of both. Take its accounts down first. Any number of times.
   */
  eraseTenant(tenant: BillingAccountId): Promise<void>;
  /** Takes the account out of the gateway's config; the tenant's agent stays. Stop it first. */
  remove(key: AccountKey): Promise<void>;
  start(key: AccountKey): Promise<StartOutcome>;
  stop(key: AccountKey): Promise<void>;
  /** Ends the session at the messenger and drops the credential. `unsupported`: the channel has no such thing. */
  logout(key: AccountKey): Promise<"logged_out" | "unsupported">;
  /**
   * Begins a login by QR; `put` the account before. One under way is gone on with, unless `fresh`, which also forgets a
   * session that the account has. May take as long as the messenger takes for a code.
   */
  beginLogin(key: AccountKey, fresh: boolean): Promise<LoginStep>;
  /** The next step of a login under way: at once where there is another code than `offered`, else after `timeoutMs`. */
  awaitLogin(key: AccountKey, offered: OfferedCode, timeoutMs: number): Promise<LoginStep>;
  /**
   * Has the gateway ask the resolver for all credentials again. It loads its plugins anew to do so, and a reply that is under way
   * may be lost (docs/decisions/0033-what-a-config-write-costs.md).
   */
  reloadSecrets(): Promise<void>;
  /** The same, if it lacks the key of its model. */
  ensureModelKey(): Promise<void>;
  /** Null when the messenger does not tell. May take as long as the channel's slowest account. */
  displayName(key: AccountKey): Promise<string | null>;
  close(): Promise<void>;
  /** Ends the connection now: what is under way fails, and may have been done all the same. */
  cut(): Promise<void>;
}
