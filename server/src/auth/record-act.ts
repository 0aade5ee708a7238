/** The audit rows of what people and programs do to a tenant itself: its keys, its people, its name. */
import type { TenantAction } from "@cogni/contract";
import { append, type RequestMeta } from "../db/audit.ts";
import { recordPlatformAct } from "../db/platform-audit.ts";
import type { TenantTx, Tx } from "../db/tenant.ts";
import type { Principal } from "./principal.ts";

export interface Act {
  readonly action: TenantAction;
  /** The id of whom or what it was done to. */
  readonly subject: string;
  readonly meta: RequestMeta;
  /** A word for what came of it; `done` unless said. */
  readonly outcome?: string;
}

/** In the transaction of the act itself. */
export function recordAct(
  tx: TenantTx,
  actor: Principal["actor"],
  { outcome = "done", ...act }: Act,
): Promise<void> {
  const { billingAccountId } = tx;
  return append(tx, { billingAccountId, actor, ...act, channel: null, accountId: null, outcome });
}

/** What a person does to their own way in. They may be in several tenants, or in none: it is the platform's to remember. */
export function recordOwnAct(
  tx: Tx,
  userId: string,
  act: "sign_in" | "sign_out" | "sessions" | "password" | "email" | "link_wallet" | "unlink_wallet",
  meta: RequestMeta,
): Promise<void> {
  const actor = { kind: "person", id: userId } as const;
  return recordPlatformAct(tx, { actor, action: `person.${act}`, subject: userId, meta });
}
